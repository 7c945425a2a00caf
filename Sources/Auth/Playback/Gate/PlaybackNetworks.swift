package import Primitives
package import Reactor

/// From how many networks one session was watched lately: a value. A viewer has some, at home and on the way; an
/// address that is passed around has many.
package struct PlaybackNetworks {
    private var seen: [(network: UInt64, at: MonotonicTime)] = []

    package init() {}

    /// A block of networks as a number, which is never 0.
    package static func number(of host: SocketAddress.Host) -> UInt64 {
        switch host.block {
        case .v4(let value): UInt64(value) << 1 | 1
        case .v6(let high, _): high | 2
        }
    }

    /// False when it is one more than so many within the time.
    package mutating func note(_ network: UInt64, now: MonotonicTime, limits: PlaybackLimits) -> Bool {
        if let index = self.seen.firstIndex(where: { $0.network == network }) {
            self.seen[index].at = now
            return true
        }
        self.seen.removeAll { now - $0.at >= limits.networkTime }
        guard self.seen.count < limits.networkCountMax else { return false }
        self.seen.append((network, now))
        return true
    }
}
