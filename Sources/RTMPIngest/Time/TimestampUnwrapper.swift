/// One timestamp and the 64-bit time it stands for, from which later timestamps are unwrapped.
///
/// Timestamps are milliseconds modulo 2³², but publishers wrap them at 2³² (49.7 days), at 2³¹ (24.8 days, signed
/// arithmetic) and, if they know no extended timestamps, at 2²⁴ (4 h 39 min). All three are undone alike: a distance
/// that is a multiple of the wrap plus less than a minute is that minute alone. As 2²⁴ divides 2³¹, and that 2³², one
/// look at the low 24 or 31 bits finds any number of wraps of any kind. It also finds the sender that runs past 2²⁴
/// by deltas and then names a full timestamp cut to 24 bits.
struct TimestampUnwrapper: Equatable, Sendable {
    private(set) var timestamp: UInt32
    /// Wraps around itself after as many jumps as nobody can send.
    private(set) var milliseconds: Int64

    init(_ timestamp: UInt32) {
        self.timestamp = timestamp
        self.milliseconds = Int64(timestamp)
    }

    init(_ timestamp: UInt32, milliseconds: Int64) {
        self.timestamp = timestamp
        self.milliseconds = milliseconds
    }

    /// The time of a timestamp that lies less than a minute away, wraps apart; nil when it lies further.
    ///
    /// - Parameter hasSeenExtended: The connection used extended timestamps, so that 24 bits do not wrap.
    func near(_ timestamp: UInt32, hasSeenExtended: Bool) -> Int64? {
        let unusedBitCount: UInt32 = hasSeenExtended ? 1 : 8
        let distance = timestamp &- self.timestamp
        let residual = Int64(Int32(bitPattern: distance &<< unusedBitCount) &>> Int32(unusedBitCount))
        guard residual.magnitude < TimelineLimits.wrapResidualMax.magnitude else { return nil }
        return self.milliseconds &+ residual
    }

    /// The time of any timestamp: the nearest of those that it can stand for (RFC 1982).
    func nearest(_ timestamp: UInt32) -> Int64 {
        self.milliseconds &+ Int64(Int32(bitPattern: timestamp &- self.timestamp))
    }
}
