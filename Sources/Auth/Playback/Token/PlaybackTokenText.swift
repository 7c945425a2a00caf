/// A token as it stands in a path: 64 characters, held in place so that two are compared at once.
package struct PlaybackTokenText: Equatable, Sendable {
    let characters: SIMD64<UInt8>

    /// Nil for what has another length: that is refused before any work. Everything else is looked at in the same way.
    package init?(_ pass: ArraySlice<UInt8>) {
        guard pass.count == PlaybackToken.textByteCount else { return nil }
        self.characters = pass.withUnsafeBytes { $0.loadUnaligned(as: SIMD64<UInt8>.self) }
    }

    package init(_ bytes: borrowing PlaybackTokenBytes) {
        var characters = SIMD64<UInt8>()
        for group in 0..<16 {
            let bits =
                UInt32(bytes[group * 3]) << 16 | UInt32(bytes[group * 3 + 1]) << 8 | UInt32(bytes[group * 3 + 2])
            for place in 0..<4 {
                characters[group * 4 + place] = Self.character(UInt8(bits >> UInt32(18 - place * 6) & 63))
            }
        }
        self.characters = characters
    }

    package var bytes: [UInt8] { self.characters.indices.map { self.characters[$0] } }

    /// Where to look for it in a table: characters that hold random bits of its session.
    var place: UInt64 { unsafeBitCast(self.characters, to: SIMD8<UInt64>.self)[3] }

    /// The bytes, and whether every character is one of base64url (RFC 4648 §5). Takes the same time for all texts.
    package func decoded() -> (bytes: PlaybackTokenBytes, isText: Bool) {
        let text = self.characters
        let isUpper = text .>= 65 .& text .<= 90
        let isLower = text .>= 97 .& text .<= 122
        let isDigit = text .>= 48 .& text .<= 57
        let isDash = text .== 45
        let isLine = text .== 95
        let zero = SIMD64<UInt8>(repeating: 0)
        let offsets =
            zero.replacing(with: UInt8(bitPattern: -65), where: isUpper)
            .replacing(with: UInt8(bitPattern: -71), where: isLower).replacing(with: 4, where: isDigit)
            .replacing(with: 17, where: isDash).replacing(with: UInt8(bitPattern: -32), where: isLine)
        let isText = all(isUpper .| isLower .| isDigit .| isDash .| isLine)
        let values = text &+ offsets
        var bytes = PlaybackTokenBytes(repeating: 0)
        for group in 0..<16 {
            let bits =
                UInt32(values[group * 4] & 63) << 18 | UInt32(values[group * 4 + 1] & 63) << 12
                | UInt32(values[group * 4 + 2] & 63) << 6 | UInt32(values[group * 4 + 3] & 63)
            bytes[group * 3] = UInt8(truncatingIfNeeded: bits >> 16)
            bytes[group * 3 + 1] = UInt8(truncatingIfNeeded: bits >> 8)
            bytes[group * 3 + 2] = UInt8(truncatingIfNeeded: bits)
        }
        return (bytes, isText)
    }

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
