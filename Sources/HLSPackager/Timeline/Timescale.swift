/// Turns nanoseconds into a track's ticks and back, to the nearest tick. No time in range of the ingest's timelines
/// overflows.
struct Timescale: Equatable, Sendable {
    let ticksPerSecond: Int64

    init(_ ticksPerSecond: Int32) {
        precondition(ticksPerSecond > 0, "a clock ticks")
        self.ticksPerSecond = Int64(ticksPerSecond)
    }

    func ticks(_ nanoseconds: Int64) -> Int64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let half: Int64 = rest < 0 ? -500_000_000 : 500_000_000
        return seconds &* self.ticksPerSecond &+ (rest &* self.ticksPerSecond &+ half) / 1_000_000_000
    }

    func nanoseconds(_ ticks: Int64) -> Int64 {
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: self.ticksPerSecond)
        return seconds &* 1_000_000_000 &+ rest &* 1_000_000_000 / self.ticksPerSecond
    }
}
