package import HTTPServer
package import Primitives
internal import Synchronization

/// How often something may be done: `burstCount` at once, and one more each `interval`.
package struct BudgetPolicy: Equatable, Sendable {
    package let burstCount: Int
    package let interval: TimeAmount

    package init(burstCount: Int, interval: TimeAmount) {
        precondition(burstCount > 0 && interval.nanoseconds > 0, "a budget lets somebody do something")
        self.burstCount = burstCount
        self.interval = interval
    }
}

/// What each member, or each address, has used of a budget: a bucket that fills by one a request and leaks one per
/// interval, kept as the moment at which it will be empty.
///
/// They are kept in two halves. Who asks is in the young one; when that is full it becomes the old one, and whoever
/// has been in the old one since is forgotten. So memory is bounded and nothing is ever searched; and whoever wants his
/// used budget forgotten has to wait until as many others have asked as a half holds.
package struct BudgetTable<Key: Hashable & Sendable>: Sendable {
    package let policy: BudgetPolicy
    private let halfCountMax: Int
    private var young: [Key: MonotonicTime] = [:]
    private var old: [Key: MonotonicTime] = [:]

    package init(_ policy: BudgetPolicy, countMax: Int) {
        precondition(countMax >= 2, "a table has room")
        self.policy = policy
        self.halfCountMax = countMax / 2
    }

    package var count: Int { self.young.count + self.old.count }

    /// Nil when he may, which is counted; otherwise how long to wait, which is not.
    package mutating func take(_ member: Key, now: MonotonicTime) -> TimeAmount? {
        let emptyTime = max(self.young[member] ?? self.old[member] ?? now, now)
        let room = self.policy.interval.nanoseconds.multipliedReportingOverflow(by: Int64(self.policy.burstCount - 1))
        let wait = (emptyTime - now).nanoseconds &- (room.overflow ? .max : room.partialValue)
        if wait > 0 { return .nanoseconds(wait) }
        if self.young.count >= self.halfCountMax, self.young[member] == nil {
            self.old = self.young
            self.young = [:]
        }
        self.young[member] = emptyTime + self.policy.interval
        self.old[member] = nil
        return nil
    }
}

/// A budget of every member, shared by the loops.
package final class MemberBudget: Sendable {
    /// 65,536 members at 40 bytes or so.
    package static let memberCountMax = 65_536

    private let table: Mutex<BudgetTable<Int64>>

    package init(_ policy: BudgetPolicy, countMax: Int = MemberBudget.memberCountMax) {
        self.table = Mutex(BudgetTable(policy, countMax: countMax))
    }

    /// Counts one request; throws `rate-limited` with the time to wait.
    package func take(_ member: Int64, now: MonotonicTime = .now) throws(HTTPProblem) {
        guard let wait = self.table.withLock({ $0.take(member, now: now) }) else { return }
        throw HTTPProblem.rateLimited(wait)
    }
}
