/// A token as it stands in a path: 64 characters, held in place so that two are compared at once.
package struct PlaybackTokenText: Equatable, Sendable {
    private typealias Words = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    /// In the order of memory.
    private var words: Words

    /// Nil for what has another length: that is refused before any work. Everything else is looked at in the same way.
    package init?(_ pass: ArraySlice<UInt8>) {
        guard pass.count == PlaybackToken.textByteCount else { return nil }
        self.words = pass.withUnsafeBytes { $0.loadUnaligned(as: Words.self) }
    }

    package init(_ bytes: PlaybackTokenBytes) {
        self.words = (0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &self.words) { text in
            for group in 0..<16 {
                let bits =
                    UInt32(bytes[group * 3]) << 16 | UInt32(bytes[group * 3 + 1]) << 8
                    | UInt32(bytes[group * 3 + 2])
                for place in 0..<4 {
                    text[group * 4 + place] = Self.character(UInt8((bits >> UInt32(18 - place * 6)) & 63))
                }
            }
        }
    }

    package var bytes: [UInt8] { withUnsafeBytes(of: self.words) { Array($0) } }

    /// Where to look for it in a table: characters that hold random bits of its session. Never 0 for a token.
    var place: UInt64 { self.words.3 }

    package static func == (left: PlaybackTokenText, right: PlaybackTokenText) -> Bool {
        let (left, right) = (left.words, right.words)
        let first = (left.0 ^ right.0) | (left.1 ^ right.1) | (left.2 ^ right.2) | (left.3 ^ right.3)
        let second = (left.4 ^ right.4) | (left.5 ^ right.5) | (left.6 ^ right.6) | (left.7 ^ right.7)
        return (first | second) == 0
    }

    /// The bytes, and whether every character is one of base64url (RFC 4648 §5). Takes the same steps for all texts.
    package func decoded() -> (bytes: PlaybackTokenBytes, isText: Bool) {
        var bytes = PlaybackTokenBytes(repeating: 0)
        var all: UInt8 = 0
        withUnsafeBytes(of: self.words) { text in
            Self.values.withUnsafeBufferPointer { values in
                for group in 0..<16 {
                    let first = values[Int(text[group * 4])]
                    let second = values[Int(text[group * 4 + 1])]
                    let third = values[Int(text[group * 4 + 2])]
                    let fourth = values[Int(text[group * 4 + 3])]
                    all |= first | second | third | fourth
                    bytes[group * 3] = first << 2 | second >> 4
                    bytes[group * 3 + 1] = second << 4 | third >> 2
                    bytes[group * 3 + 2] = third << 6 | fourth & 63
                }
            }
        }
        return (bytes, all < Self.noValue)
    }

    /// What a character that is none stands for: a bit that no value has.
    private static let noValue: UInt8 = 0x80

    /// By character.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: Self.noValue, count: 256)
        for value in 0..<64 as Range<UInt8> { values[Int(Self.character(value))] = value }
        return values
    }()

    private static func character(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 65 + value
        case 26..<52: 71 + value
        case 52..<62: value - 4
        case 62: 45
        default: 95
        }
    }
}
