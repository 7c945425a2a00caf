internal import Synchronization

/// The cells that counters count in: a row per loop and one for all other threads, summed when they are read.
///
/// Rows begin on cache lines of their own, so two loops that count the same thing share none. Every addition is an
/// atomic one, although a loop's row has one writer if all is well: uncontended it costs a few nanoseconds, and a
/// caller that names a wrong loop then makes a cache line travel instead of making counts disappear.
@safe
final class MetricsSlab: Sendable {
    /// Two lines of 64 bytes, because processors fetch them in pairs.
    private static let rowAlignment = 128

    let loopCount: Int
    let slotCount: Int
    private let cellsPerRow: Int
    // SAFETY: allocated and zeroed in `init`, freed in `deinit`, and every access between is atomic.
    private nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<UInt64>>

    init(loopCount: Int, slotCount: Int) {
        precondition(loopCount >= 0 && slotCount > 0, "a slab has rows and slots")
        let cellsPerLine = Self.rowAlignment / MemoryLayout<Atomic<UInt64>>.stride
        let cellsPerRow = (slotCount + cellsPerLine - 1) / cellsPerLine * cellsPerLine
        let cellCount = cellsPerRow * (loopCount + 1)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: cellCount * MemoryLayout<Atomic<UInt64>>.stride, alignment: Self.rowAlignment)
        let cells = unsafe memory.bindMemory(to: Atomic<UInt64>.self, capacity: cellCount)
        for index in 0..<cellCount { unsafe (cells + index).initialize(to: Atomic(0)) }
        self.loopCount = loopCount
        self.slotCount = slotCount
        self.cellsPerRow = cellsPerRow
        unsafe self.cells = cells
    }

    deinit { unsafe UnsafeMutableRawPointer(self.cells).deallocate() }

    /// Adds in the row of `loop`, or in the row of other threads when it is nil or no loop of this process. Wraps.
    @inline(__always)
    func add(_ amount: UInt64, slot: Int, loop: Int?) {
        assert(slot >= 0 && slot < self.slotCount, "slots come from the registry")
        var row = self.loopCount
        if let loop, loop >= 0, loop < self.loopCount { row = loop }
        unsafe self.cells[row &* self.cellsPerRow &+ slot].wrappingAdd(amount, ordering: .relaxed)
    }

    /// The sum of a slot over all rows. Wraps.
    func sum(slot: Int) -> UInt64 {
        precondition(slot >= 0 && slot < self.slotCount, "slots come from the registry")
        var sum: UInt64 = 0
        for row in 0...self.loopCount {
            sum &+= unsafe self.cells[row * self.cellsPerRow + slot].load(ordering: .relaxed)
        }
        return sum
    }
}
