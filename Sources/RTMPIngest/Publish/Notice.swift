internal import Primitives

/// Says something once for each time that it comes to hold: after it held for a while, and not again before it ceased
/// to hold for `calmTime`.
struct Notice: Sendable {
    static let calmTime = TimeAmount.seconds(30)

    /// Since when it holds, before it was said; since when it does not, afterwards.
    private var since: MonotonicTime?
    private(set) var isSaid = false

    /// True when it is to be said now.
    mutating func update(_ holds: Bool, for time: TimeAmount = .nanoseconds(0), now: MonotonicTime) -> Bool {
        guard holds != self.isSaid else {
            self.since = nil
            return false
        }
        let since = self.since ?? now
        self.since = since
        guard now - since >= (self.isSaid ? Self.calmTime : time) else { return false }
        self.isSaid.toggle()
        self.since = nil
        return self.isSaid
    }
}
