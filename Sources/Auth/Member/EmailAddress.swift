/// An address that mail can be sent to, in the one spelling that we know an account by.
///
/// Taken are the addresses of the web (RFC 5321 §4.1.2, without quoted names, comments and address literals), in ASCII:
/// letters that look alike would make two accounts of what people read as one. Upper and lower case are the same here,
/// also before the `@`, where they need not be: nobody means two people by it.
package struct EmailAddress: Hashable, Sendable {
    package static let byteCountMax = 254
    private static let localByteCountMax = 64
    private static let labelByteCountMax = 63

    /// In lower case.
    package let text: String

    package init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(Self.byteCountMax + 1)).map(Self.lowercased)
        guard bytes.count <= Self.byteCountMax, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        guard Self.isLocal(bytes[..<at]), Self.isDomain(bytes[(at + 1)...]) else { return nil }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    /// What stands before the `@`.
    package var local: Substring { self.text[..<(self.text.lastIndex(of: "@") ?? self.text.endIndex)] }

    /// Words of the characters that mail allows, with single dots between them.
    private static func isLocal(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= self.localByteCountMax else { return false }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty && word.allSatisfy(self.isAtomByte)
        }
    }

    /// At least two labels; the last one is not a number, so that an IPv4 address is none.
    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, last.contains(where: { !self.isDigit($0) }) else {
            return false
        }
        let hyphen = UInt8(ascii: "-")
        return labels.allSatisfy { label in
            !label.isEmpty && label.count <= self.labelByteCountMax && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { self.isLetter($0) || self.isDigit($0) || $0 == hyphen }
        }
    }

    private static let specials = Array("!#$%&'*+-/=?^_`{|}~".utf8)

    private static func isAtomByte(_ byte: UInt8) -> Bool {
        self.isLetter(byte) || self.isDigit(byte) || self.specials.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}

/// Nothing shows it by accident: it is personal.
extension EmailAddress: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
