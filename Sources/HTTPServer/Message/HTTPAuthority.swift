internal import Primitives

/// `host` or `host:port` as `Host` and `:authority` carry it (RFC 3986 §3.2), without user information.
package enum HTTPAuthority {
    package static func isValid(_ text: Span<UInt8>) -> Bool {
        guard !text.isEmpty else { return false }
        var index = 0
        if text[0] == UInt8(ascii: "[") {
            index = 1
            while index < text.count, text[index] != UInt8(ascii: "]") {
                guard self.isAddressByte(text[index]) else { return false }
                index += 1
            }
            guard index > 1, index < text.count else { return false }
            index += 1
        } else {
            while index < text.count, text[index] != UInt8(ascii: ":") {
                guard self.isNameByte(text[index]) else { return false }
                index += 1
            }
            guard index > 0 else { return false }
        }
        return index == text.count || self.isPort(text.extracting(index...))
    }

    /// `:` and one to five digits up to 65535.
    private static func isPort(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 2, text.count <= 6, text[0] == UInt8(ascii: ":") else { return false }
        var value = 0
        for index in 1..<text.count {
            guard HTTPCharacter.isDigit(text[index]) else { return false }
            value = value * 10 + Int(text[index] &- UInt8(ascii: "0"))
        }
        return value <= 65_535
    }

    /// Inside of brackets: hexadecimal digits, colons, and the dots of an embedded IPv4 address.
    private static func isAddressByte(_ byte: UInt8) -> Bool {
        HTTPCharacter.hexadecimalValue(byte) != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    /// unreserved, sub-delims and percent-encoding, without the comma: lists of hosts are an old trick.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
            UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="):
            return true
        default:
            return false
        }
    }
}
