package import HTTPServer
package import Primitives
internal import Reactor
internal import Synchronization

/// A budget of every network that requests come from, shared by the loops: for routes that ask nobody who he is.
///
/// Whoever has no address (a test, a socket of this machine) shares one budget with his like.
package final class AddressBudget: Sendable {
    /// 65,536 networks at 60 bytes or so.
    package static let networkCountMax = 65_536

    private let table: Mutex<BudgetTable<SocketAddress.Host?>>

    package init(_ policy: BudgetPolicy, countMax: Int = AddressBudget.networkCountMax) {
        self.table = Mutex(BudgetTable(policy, countMax: countMax))
    }

    /// Counts one request; throws `rate-limited` with the time to wait.
    package func take(_ request: borrowing HTTPRequest, now: MonotonicTime = .now) throws(HTTPProblem) {
        let network = request.peer?.host.network
        guard let wait = self.table.withLock({ $0.take(network, now: now) }) else { return }
        throw HTTPProblem.rateLimited(wait)
    }
}
