/// A number that only grows. `loop` is the index of the loop that the caller runs on, nil on any other thread.
package struct Counter: Sendable {
    let slab: MetricsSlab
    let slot: Int

    /// Takes a few nanoseconds: no lock, no allocation. A count below zero is not added.
    package func add(_ count: Int = 1, loop: Int?) {
        guard count > 0 else { return }
        self.slab.add(UInt64(count), slot: self.slot, loop: loop)
    }

    /// The sum over all loops and threads.
    package var value: UInt64 { self.slab.sum(slot: self.slot) }
}
