/// `%41` and its like (RFC 3986 §2.1).
enum PercentDecoding {
    static let percent = UInt8(ascii: "%")

    /// The bytes meant; an escape that is not two hexadecimal digits is left as it stands.
    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.contains(self.percent) else { return Array(bytes) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == self.percent, let byte = self.escapedByte(in: bytes, at: index) {
                decoded.append(byte)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    /// The byte that the escape beginning at `index` stands for; nil when it is cut short or not hexadecimal.
    static func escapedByte(in bytes: ArraySlice<UInt8>, at index: Int) -> UInt8? {
        guard bytes.endIndex - index >= 3, let high = HTTPCharacter.hexadecimalValue(bytes[index + 1]),
            let low = HTTPCharacter.hexadecimalValue(bytes[index + 2])
        else { return nil }
        return UInt8(high << 4 | low)
    }
}
