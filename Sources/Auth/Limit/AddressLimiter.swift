package import Primitives
package import Reactor
internal import Synchronization

/// How often one address may do something that costs us or others: sign up, ask for mail, try links.
package final class AddressLimiter: Sendable {
    private let table: Mutex<RateTable<SocketAddress.Host>>

    package init(_ policy: RatePolicy, countMax: Int = 65_536) {
        self.table = Mutex(RateTable(policy, countMax: countMax))
    }

    /// Nil when it may, which is counted; otherwise how long to wait.
    package func take(_ address: SocketAddress.Host, now: MonotonicTime) -> TimeAmount? {
        self.table.withLock { table in
            if let wait = table.wait(address.network, now: now) { return wait }
            table.charge(address.network, now: now)
            return nil
        }
    }
}
