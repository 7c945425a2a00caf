import Postgres
import Synchronization

/// Keeps a transaction open.
final class Holder: Sendable {
    static let stay = PostgresStatement("test_stay", "SET LOCAL idle_in_transaction_session_timeout = 0")

    private let waiter = Mutex<CheckedContinuation<Void, Never>?>(nil)

    var isHolding: Bool { self.waiter.withLock { $0 != nil } }

    func hold() async {
        await withCheckedContinuation { continuation in self.waiter.withLock { $0 = continuation } }
    }

    func letGo() {
        let waiter = self.waiter.withLock { waiter in
            defer { waiter = nil }
            return waiter
        }
        waiter?.resume()
    }
}
