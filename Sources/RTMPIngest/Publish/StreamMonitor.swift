internal import MediaTypes
internal import Primitives

/// Watches one stream's units and says how it is doing and what its organizer should know.
struct StreamMonitor: Sendable {
    init(now: MonotonicTime) {}

    mutating func note(_ format: TrackFormat, of track: TrackID, now: MonotonicTime) {}

    mutating func note(_ unit: AccessUnit, byteCount: Int, now: MonotonicTime) {}

    /// Media that could not be used; the word says why.
    mutating func noteDropped(_ reason: StaticString) {}

    /// Called about once a second, with media or without; what it returns is said once, not every second.
    mutating func advice(now: MonotonicTime) -> [StreamAdvice] { [] }

    func health(now: MonotonicTime) -> StreamHealth { StreamHealth() }
}
