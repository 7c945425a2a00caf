/// The character classes of RFC 9110 §5.6.2 and RFC 9112, as tables.
package enum HTTPCharacter {
    /// A token byte in lower case, or 0 for a byte that no token may hold.
    package static let lowercasedTokenByte: [UInt8] = (0...255).map { value in
        let byte = UInt8(value)
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): return byte
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte | 0x20
        default: return "!#$%&'*+-.^_`|~".utf8.contains(byte) ? byte : 0
        }
    }

    package static func isTokenByte(_ byte: UInt8) -> Bool { self.lowercasedTokenByte[Int(byte)] != 0 }

    /// What a field value may hold: visible ASCII, obs-text, space and tab; no CR, LF, NUL or other control.
    package static func isFieldValueByte(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7f) || byte == 0x09
    }

    package static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
