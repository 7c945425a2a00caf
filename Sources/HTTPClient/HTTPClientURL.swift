internal import Primitives

/// An absolute `http` or `https` URL in the one spelling that is taken: lower-case scheme and host, no user
/// information, no fragment, nothing but the characters of RFC 3986 §2.
///
/// Strict because programs differ in how they read the rest, and a URL that came from outside must mean the same to who
/// checks it and to who connects.
package struct HTTPClientURL: Hashable, Sendable, CustomStringConvertible {
    package static let byteCountMax = 4096
    private static let hostByteCountMax = 253

    package let text: String
    package let isSecure: Bool
    /// In lower case; an IPv6 address has its brackets.
    package let host: String
    package let port: UInt16

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.byteCountMax, bytes.allSatisfy(Self.isURLByte) else { return nil }
        let isSecure = bytes.starts(with: "https://".utf8)
        guard isSecure || bytes.starts(with: "http://".utf8) else { return nil }
        let rest = bytes[(isSecure ? 8 : 7)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let authority = rest[..<end]
        let host: ArraySlice<UInt8>
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = authority[...close]
            guard host.count > 2, host.dropFirst().dropLast().allSatisfy(Self.isAddressByte) else { return nil }
        } else {
            host = authority[..<(authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex)]
            guard !host.isEmpty, host.allSatisfy(Self.isHostByte) else { return nil }
        }
        guard host.count <= Self.hostByteCountMax else { return nil }
        guard let port = Self.port(authority[host.endIndex...], isSecure: isSecure) else { return nil }
        self.text = text
        self.isSecure = isSecure
        self.host = String(decoding: host, as: UTF8.self)
        self.port = port
    }

    package var description: String { self.text }

    /// Scheme, host and port, always all three.
    package var origin: String { "\(self.isSecure ? "https" : "http")://\(self.host):\(self.port)" }

    /// What follows the host: nothing, or `:` and digits.
    private static func port(_ text: ArraySlice<UInt8>, isSecure: Bool) -> UInt16? {
        guard let colon = text.first else { return isSecure ? 443 : 80 }
        guard colon == UInt8(ascii: ":"), let number = DecimalText.parse(text.dropFirst()), number > 0 else {
            return nil
        }
        return UInt16(exactly: number)
    }

    /// Unreserved, reserved but for `#` and `@`, and `%`.
    private static func isURLByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~:/?[]!$&'()*+,;=%".utf8.contains(byte)
        }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
