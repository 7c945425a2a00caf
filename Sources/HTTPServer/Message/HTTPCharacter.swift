/// The character classes of RFC 9110 §5.6.2 and RFC 9112, as bit sets: no table in memory, no look-up that can miss.
package enum HTTPCharacter {
    /// Bit n: byte n is a token byte, for bytes 0–63 (`!#$%&'*+-.` and digits) and for 64–127 (letters, `^_`,
    /// backtick, `|~`).
    private static let tokenLow: UInt64 = 0x03ff_6cfa_0000_0000
    private static let tokenHigh: UInt64 = 0x57ff_ffff_c7ff_fffe

    package static func isTokenByte(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        let bits = byte < 64 ? self.tokenLow : self.tokenHigh
        return (bits >> UInt64(byte & 63)) & 1 == 1
    }

    /// A byte with an ASCII capital letter made small.
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    /// What a field value may hold: visible ASCII, obs-text, space and tab; no CR, LF, NUL or other control.
    package static func isFieldValueByte(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7f) || byte == 0x09
    }

    /// What a request target may hold: visible ASCII. `#` begins a fragment, which no client may send.
    package static func isTargetByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "#")
    }

    package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    package static func hexadecimalValue(_ byte: UInt8) -> Int? {
        if self.isDigit(byte) { return Int(byte &- 0x30) }
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "f") ? Int(lower &- UInt8(ascii: "a")) + 10 : nil
    }
}
