internal import Reactor

extension SocketAddress.Host {
    /// What one attacker may well have: 2⁸ addresses of IPv4, 2¹⁶ networks of IPv6.
    var block: SocketAddress.Host {
        switch self {
        case .v4(let value): .v4(value & 0xffff_ff00)
        case .v6(let high, _): .v6(high: high & 0xffff_ffff_ffff_0000, low: 0)
        }
    }
}
