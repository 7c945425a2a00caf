/// Small questions about bytes of field values.
enum HTTPText {
    /// Without the spaces and tabs around it.
    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }

    /// What is left of a range of bytes without the spaces and tabs at its ends.
    static func trimmed(_ range: Range<Int>, of bytes: Span<UInt8>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    /// Whether these are the letters of `name`, which is in lower case, in whatever case.
    static func equals(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        return self.hasPrefix(bytes, name)
    }

    static func hasPrefix(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count >= name.utf8CodeUnitCount else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            name.withUTF8Buffer { expected in
                for index in expected.indices where HTTPCharacter.lowercased(bytes[index]) != expected[index] {
                    return false
                }
                return true
            }
        }
    }
}
