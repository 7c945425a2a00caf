package import Reactor

/// Which addresses a name may stand for. Asked for the very address that is connected to, after the name was looked up:
/// a name server that answers differently the second time gains nothing.
package enum HTTPClientAddresses: Sendable {
    /// Wherever the operator's configuration points to.
    case any
    /// What anybody on the internet can reach: for URLs that another server or a person named. No address of this
    /// machine, of private networks, of clouds' metadata services, and none of a tunnel to IPv4. The form of IPv6 that
    /// sockets give IPv4 addresses (`::ffff:1.2.3.4`) is judged as the IPv4 address that it is.
    case publicOnly

    package func allows(_ host: SocketAddress.Host) -> Bool {
        switch (self, host) {
        case (.any, _): true
        case (.publicOnly, .v4(let value)): !Self.special.contains { value >> $0.shift == $0.prefix }
        case (.publicOnly, .v6(let high, _)): Self.isPublic(high)
        }
    }

    /// IPv4 prefixes that are not on the internet (IANA's registry of special-purpose addresses).
    private static let special: [(prefix: UInt32, shift: UInt32)] = [
        (0, 24),  // this network
        (10, 24),  // private
        (0x6440 >> 6, 22),  // 100.64.0.0/10, carriers
        (127, 24),  // this machine
        (0xa9fe, 16),  // 169.254.0.0/16, link, metadata
        (0xac1, 20),  // 172.16.0.0/12, private
        (0xc0_0000, 8),  // 192.0.0.0/24
        (0xc0_0002, 8),  // documents
        (0xc0_5863, 8),  // 192.88.99.0/24, relays
        (0xc0a8, 16),  // 192.168.0.0/16, private
        (0xc612 >> 1, 17),  // 198.18.0.0/15, benchmarks
        (0xc6_3364, 8),  // documents
        (0xcb_0071, 8),  // documents
        (0xe, 28),  // groups
        (0xf, 28),  // reserved, broadcast
    ]

    /// Global unicast is 2000::/3, without what is for documents, tunnels and other special purposes.
    private static func isPublic(_ high: UInt64) -> Bool {
        guard high >> 61 == 1 else { return false }
        if high >> 41 == 0x2001_0000 >> 9 { return false }  // 2001::/23, Teredo among them
        if high >> 32 == 0x2001_0db8 { return false }
        if high >> 48 == 0x2002 { return false }  // 6to4
        return high >> 44 != 0x3fff0  // 3fff::/20
    }
}
