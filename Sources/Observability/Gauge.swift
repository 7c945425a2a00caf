/// A number that grows and shrinks. What one loop adds another may take away: only the sum over all rows says
/// something.
package struct Gauge: Sendable {
    let slab: MetricsSlab
    let slot: Int

    /// Takes a few nanoseconds: no lock, no allocation. `loop` is nil on a thread that is no loop's.
    package func add(_ count: Int, loop: Int?) {
        self.slab.add(UInt64(bitPattern: Int64(count)), slot: self.slot, loop: loop)
    }

    /// The sum over all loops and threads.
    package var value: Int { Int(Int64(bitPattern: self.slab.sum(slot: self.slot))) }
}
