package import Primitives
internal import Synchronization

/// Whether what the gate knows can be relied on: from the first time that everything was read, and for as long as the
/// database has answered within the grace. For all loops.
package final class GateOpening: Sendable {
    private let until = Atomic<Int64>(.min)
    /// Of the table, which is the same on all loops.
    let holderCount = Atomic<Int>(0)

    package init() {}

    package func isOpen(at now: MonotonicTime) -> Bool { now.nanoseconds < self.until.load(ordering: .relaxed) }

    package func keepOpen(until time: MonotonicTime) { self.until.store(time.nanoseconds, ordering: .relaxed) }
}
