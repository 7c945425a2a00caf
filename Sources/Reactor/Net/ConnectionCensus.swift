internal import Synchronization

/// How many connections a front end has, in all and by address, over all loops.
package final class ConnectionCensus: Sendable {
    private struct State {
        var total = 0
        var byHost: [SocketAddress.Host: Int] = [:]
    }

    private let state = Mutex(State())
    private let countMax: Int
    private let countPerAddressMax: Int

    package init(countMax: Int, countPerAddressMax: Int) {
        self.countMax = countMax
        self.countPerAddressMax = countPerAddressMax
    }

    package var total: Int { self.state.withLock { $0.total } }

    /// Counts one more, or says why there may not be one.
    package func enter(_ host: SocketAddress.Host) -> StaticString? {
        self.state.withLock { state in
            guard state.total < self.countMax else { return "too-many-connections" }
            let network = host.network
            let count = state.byHost[network, default: 0]
            guard count < self.countPerAddressMax else { return "too-many-connections-of-address" }
            state.byHost[network] = count + 1
            state.total += 1
            return nil
        }
    }

    package func leave(_ host: SocketAddress.Host) {
        self.state.withLock { state in
            let network = host.network
            guard let count = state.byHost[network] else { return }
            state.byHost[network] = count > 1 ? count - 1 : nil
            state.total -= 1
        }
    }
}

extension SocketAddress.Host {
    /// What one client has: an IPv4 address, or 2⁶⁴ of IPv6.
    package var network: SocketAddress.Host {
        switch self {
        case .v4: self
        case .v6(let high, _): .v6(high: high, low: 0)
        }
    }
}
