/// Base64 without padding (RFC 4648 §4 and §5, §3.2), both ways, by one of its two alphabets.
///
/// Every run of bytes has exactly one spelling here: padding, white space, a foreign character, and bits at the end
/// that belong to no byte are refused (§3.5). So two texts that differ never mean the same token.
package struct Base64Text: Sendable {
    /// The alphabet of paths and tokens: `-` and `_`.
    package static let url = Base64Text(UInt8(ascii: "-"), UInt8(ascii: "_"))
    /// The first alphabet: `+` and `/`.
    package static let plain = Base64Text(UInt8(ascii: "+"), UInt8(ascii: "/"))

    private let characters: [UInt8]
    /// The value of each character; 0xFF for what is none.
    private let values: [UInt8]

    private init(_ beforeLast: UInt8, _ last: UInt8) {
        let runs = [UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), 0x30...0x39]
        self.characters = runs.flatMap { Array($0) } + [beforeLast, last]
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in self.characters.enumerated() { values[Int(character)] = UInt8(value) }
        self.values = values
    }

    /// So many characters stand for so many bytes.
    package static func characterCount(of byteCount: Int) -> Int { (byteCount * 4 + 2) / 3 }

    package func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(Self.characterCount(of: bytes.count))
        var waiting: UInt32 = 0
        var bitCount = 0
        for byte in bytes {
            waiting = waiting << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                text.append(self.characters[Int(waiting >> UInt32(bitCount) & 63)])
            }
        }
        if bitCount > 0 { text.append(self.characters[Int(waiting << UInt32(6 - bitCount) & 63)]) }
        return text
    }

    /// Nil when the text is not the one spelling of some bytes. As long as three quarters of the text.
    package func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        // One character alone has too few bits for a byte.
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var waiting: UInt32 = 0
        var bitCount = 0
        for character in text {
            let value = self.values[Int(character)]
            guard value != 0xFF else { return nil }
            waiting = waiting << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: waiting >> UInt32(bitCount)))
            }
        }
        guard waiting & (1 << UInt32(bitCount) - 1) == 0 else { return nil }
        return bytes
    }
}
