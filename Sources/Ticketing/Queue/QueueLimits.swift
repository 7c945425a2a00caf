package import Primitives

/// Every bound on waiting.
package struct QueueLimits: Sendable {
    /// Concerts that a process keeps in memory. One more, and the one that nobody has asked for longest is let go of.
    package var roomCountMax = 1024
    /// A concert that nobody has asked for this long is let go of, and read again when somebody asks.
    package var idleTime = TimeAmount.seconds(120)
    /// How often the pointer may move and what others have done is read.
    package var tickTime = TimeAmount.seconds(1)

    /// What one statement takes, and what may gather while it is under way: more is refused with 503.
    package var batchCountMax = 1000
    package var gatheringCountMax = 20_000
    /// What a client is told to wait when too many do.
    package var retryAfterSeconds = 2

    /// How long an admitted member may buy, from when he was first told.
    package var passTime = TimeAmount.seconds(600)
    /// How long somebody who is admitted has for coming back to hear of it. Later his turn is over, and the next one
    /// has it. Longer than `pollTimeMax` with its jitter, and than the minute between two timers of a page that lies
    /// behind others, so that nobody who is still there misses it.
    package var claimTime = TimeAmount.seconds(90)
    /// How much longer a turn is counted that nobody has taken: a claim that was in time may be on its way to the
    /// database. Longer than any statement may take.
    package var claimGraceTime = TimeAmount.seconds(10)
    /// Which process moves the pointer is decided for this long.
    package var leaseTime = TimeAmount.seconds(3)

    /// The longest time between two looks whether something is left to buy.
    package var seatLookTimeMax = TimeAmount.seconds(30)

    /// Between questions for one's place.
    package var pollTimeMin = TimeAmount.seconds(1)
    package var pollTimeMax = TimeAmount.seconds(30)

    package init() {}

    /// Numbers that one concert gives: as many as can be drawn.
    package static let numberMax = Int64(QueueDraw.countMax)
}
