package import Reactor

/// Finds out where a client is whose request came by way of proxies: a value without I/O.
///
/// Each proxy adds the address that it was asked from behind those it was told (`x-forwarded-for`), so the list is
/// believed from its end, for as long as whoever has added to it is one of ours. What stands before that is a
/// stranger's word.
package struct TrustedProxies: Sendable {
    /// Proxies in a row; no chain is longer.
    private static let hopCountMax = 16
    private static let fieldName = HTTPFieldName("x-forwarded-for")

    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

    /// The first of the addresses, from the peer's on, that is not a proxy of ours. Behind something that is no
    /// address, it is the last proxy's own.
    func client(of peer: SocketAddress, _ fields: HTTPFields) -> SocketAddress {
        guard self.contains(peer.host) else { return peer }
        var client = peer.host
        var hopCount = 0
        for value in fields.all(Self.fieldName).reversed() {
            for entry in value.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard hopCount < Self.hopCountMax, self.contains(client), let host = Self.host(entry) else {
                    return SocketAddress(host: client, port: 0)
                }
                client = host
                hopCount += 1
            }
        }
        return SocketAddress(host: client, port: 0)
    }

    private func contains(_ host: SocketAddress.Host) -> Bool { self.ranges.contains { $0.contains(host) } }

    /// Some proxies add the port.
    private static func host(_ entry: Substring) -> SocketAddress.Host? {
        let text = String(entry.drop { $0 == " " || $0 == "\t" })
        let trimmed = String(text.prefix(text.count - text.reversed().prefix { $0 == " " || $0 == "\t" }.count))
        if let host = SocketAddress.Host(trimmed) { return host }
        return trimmed.hasPrefix("*") ? nil : SocketAddress(trimmed)?.host
    }
}
