internal import Primitives

/// How many messages that are no accepted media a peer may send: a rate, and a burst on top of it.
///
/// Each message adds its share of a second to a debt that time pays off; a debt beyond the burst is too much.
struct WorkBudget: Sendable {
    private let cost: TimeAmount
    private let debtMax: TimeAmount
    private var debt = TimeAmount.nanoseconds(0)
    private var time: MonotonicTime?

    init(perSecondMax: Int, burstMax: Int) {
        self.cost = .nanoseconds(1_000_000_000 / Int64(max(perSecondMax, 1)))
        self.debtMax = .nanoseconds(self.cost.nanoseconds * Int64(burstMax))
    }

    /// Counts one message; false when it is one too many.
    mutating func take(now: MonotonicTime) -> Bool {
        let elapsed = max((now - (self.time ?? now)).nanoseconds, 0)
        self.time = now
        self.debt.nanoseconds = max(self.debt.nanoseconds - elapsed, 0) + self.cost.nanoseconds
        return self.debt <= self.debtMax
    }
}
