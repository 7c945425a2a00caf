internal import Primitives

/// How much of its allowance each key has used: a bucket that fills by one a time and leaks one per interval, kept as
/// the one moment at which it will be empty (the generic cell rate algorithm).
///
/// Holds `countMax` keys. A bucket that is empty is worth nothing and goes first; when all are in use, any one goes.
/// Who wants to push somebody's bucket out has to fill as many others, each of which counts against him elsewhere.
struct RateTable<Key: Hashable & Sendable>: Sendable {
    /// A full table is looked through this often at most.
    private static var sweepTime: TimeAmount { .seconds(1) }

    let policy: RatePolicy
    let countMax: Int
    private var emptyTimes: [Key: MonotonicTime] = [:]
    private var sweepsAt = MonotonicTime(nanoseconds: .min)

    init(_ policy: RatePolicy, countMax: Int) {
        precondition(countMax > 0, "a table has room")
        self.policy = policy
        self.countMax = countMax
    }

    var count: Int { self.emptyTimes.count }

    /// How long until the key may go on; nil when it may now.
    func wait(_ key: Key, now: MonotonicTime) -> TimeAmount? {
        guard let emptyTime = self.emptyTimes[key] else { return nil }
        let room = self.policy.interval.nanoseconds &* Int64(self.policy.burstCount - 1)
        let wait = (emptyTime - now).nanoseconds &- room
        return wait > 0 ? .nanoseconds(wait) : nil
    }

    /// How many of its allowance the key has used and not got back, rounded up.
    func level(_ key: Key, now: MonotonicTime) -> Int {
        guard let emptyTime = self.emptyTimes[key], emptyTime > now else { return 0 }
        let interval = self.policy.interval.nanoseconds
        return Int(((emptyTime - now).nanoseconds &+ interval &- 1) / interval)
    }

    /// Counts one more, whether or not there was room: a full bucket gets no fuller than `burstCount`.
    mutating func charge(_ key: Key, now: MonotonicTime) {
        let interval = self.policy.interval.nanoseconds
        let full = now + .nanoseconds(interval &* Int64(self.policy.burstCount))
        if self.emptyTimes[key] == nil { self.makeRoom(now: now) }
        let base = max(self.emptyTimes[key] ?? now, now)
        self.emptyTimes[key] = min(base + .nanoseconds(interval), full)
    }

    /// Takes back one charge.
    mutating func refund(_ key: Key, now: MonotonicTime) {
        guard let emptyTime = self.emptyTimes[key] else { return }
        let earlier = emptyTime + .nanoseconds(0 &- self.policy.interval.nanoseconds)
        self.emptyTimes[key] = earlier > now ? earlier : nil
    }

    /// Forgets everything about the key.
    mutating func clear(_ key: Key) { self.emptyTimes[key] = nil }

    private mutating func makeRoom(now: MonotonicTime) {
        guard self.emptyTimes.count >= self.countMax else { return }
        if self.sweepsAt <= now {
            self.sweepsAt = now + Self.sweepTime
            self.emptyTimes = self.emptyTimes.filter { $0.value > now }
        }
        guard self.emptyTimes.count >= self.countMax, let any = self.emptyTimes.keys.first else { return }
        self.emptyTimes[any] = nil
    }
}
