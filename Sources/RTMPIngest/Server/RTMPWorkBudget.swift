internal import Primitives

/// Bounds what a connection may make us do in a second, whatever the number of its bytes (threat S-31).
struct RTMPWorkBudget {
    private var windowEnd = MonotonicTime(nanoseconds: .min)
    private var countAtStart = 0
    private var readCount = 0

    /// Counts a read; false when more was done within a second than `countMax`. `workCount` is what the session has
    /// done in all its life.
    mutating func allows(workCount: Int, countMax: Int, now: MonotonicTime) -> Bool {
        if now >= self.windowEnd {
            self.windowEnd = now + .seconds(1)
            self.countAtStart = workCount
            self.readCount = 0
        }
        self.readCount &+= 1
        return self.readCount &+ (workCount &- self.countAtStart) <= countMax
    }
}
