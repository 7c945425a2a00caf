internal import Reactor
internal import Synchronization

/// How many connections a front end has, in all and by address, over all loops.
final class HTTPConnectionCensus: Sendable {
    private struct State {
        var total = 0
        var byHost: [SocketAddress.Host: Int] = [:]
    }

    private let state = Mutex(State())
    private let countMax: Int
    private let countPerAddressMax: Int

    init(limits: HTTPLimits) {
        self.countMax = limits.connectionCountMax
        self.countPerAddressMax = limits.connectionCountPerAddressMax
    }

    var total: Int { self.state.withLock { $0.total } }

    /// Counts one more, or says why there may not be one.
    func enter(_ host: SocketAddress.Host) -> StaticString? {
        self.state.withLock { state in
            guard state.total < self.countMax else { return "too-many-connections" }
            let count = state.byHost[host, default: 0]
            guard count < self.countPerAddressMax else { return "too-many-connections-of-address" }
            state.byHost[host] = count + 1
            state.total += 1
            return nil
        }
    }

    func leave(_ host: SocketAddress.Host) {
        self.state.withLock { state in
            guard let count = state.byHost[host] else { return }
            state.byHost[host] = count > 1 ? count - 1 : nil
            state.total -= 1
        }
    }
}
