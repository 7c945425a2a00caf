/// Where a page goes on after signing in: a path of this site, so that nobody is led elsewhere by a link to us (S-67).
enum SocialReturnPath {
    static let byteCountMax = 512

    /// Begins with one slash, holds no fragment, no backslash (which browsers take for a slash) and nothing that is not
    /// printable ASCII.
    static func isValid(_ path: String) -> Bool {
        let bytes = Array(path.utf8.prefix(Self.byteCountMax + 1))
        guard bytes.count <= Self.byteCountMax, bytes.first == UInt8(ascii: "/") else { return false }
        guard bytes.count < 2 || bytes[1] != UInt8(ascii: "/") else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") }
    }
}
