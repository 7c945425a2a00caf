internal import Reactor

/// Which `Host` an admin request may name.
///
/// A page on the web can make a browser send requests to 127.0.0.1 under a name of its own (DNS rebinding), and
/// would then read the answers. Such a request carries that name: so addresses and localhost pass, and names only
/// when the operator lists them.
struct AdminHostRule: Sendable {
    let names: Set<String>

    init(names: [String]) { self.names = Set(names.map { $0.lowercased() } + ["localhost"]) }

    /// `authority` may be empty: HTTP/1.0 needs none, and no browser leaves it out.
    func allows(_ authority: [UInt8]) -> Bool {
        guard !authority.isEmpty else { return true }
        let text = String(decoding: authority, as: UTF8.self).lowercased()
        if SocketAddress(text) != nil || SocketAddress(text + ":0") != nil { return !text.hasPrefix("*") }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let hasPort = parts.count == 1 || UInt16(parts[1]) != nil
        return hasPort && self.names.contains(String(parts[0]))
    }
}
