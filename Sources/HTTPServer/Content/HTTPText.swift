/// Small questions about bytes of field values.
enum HTTPText {
    /// Without the spaces and tabs around it.
    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }

    /// Whether these are the letters of `name`, which is in lower case, in whatever case.
    static func equals(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        return self.hasPrefix(bytes, name)
    }

    static func hasPrefix(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count >= name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { expected in
            zip(bytes, expected).allSatisfy { byte, other in
                byte == other || (byte >= 0x41 && byte <= 0x5a && byte | 0x20 == other)
            }
        }
    }
}
