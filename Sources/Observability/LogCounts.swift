internal import Synchronization

/// What the log could not or would not write, for its metrics.
final class LogCounts: Sendable {
    let dropped = Atomic<Int>(0)
    let suppressed = Atomic<Int>(0)
}
