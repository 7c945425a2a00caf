package import Primitives

/// How long things take: a count per bucket of `HistogramBuckets`, and the sum.
package struct Histogram: Sendable {
    let slab: MetricsSlab
    let firstSlot: Int

    /// No lock, no allocation. A time below zero counts as zero. `loop` is nil on a thread that is no loop's.
    package func record(_ time: TimeAmount, loop: Int?) {
        let nanoseconds = max(0, time.nanoseconds)
        var offset = 0
        while offset < HistogramBuckets.count, nanoseconds > HistogramBuckets.boundsNanoseconds[offset] { offset += 1 }
        self.slab.add(1, slot: self.firstSlot + offset, loop: loop)
        self.slab.add(UInt64(nanoseconds), slot: self.firstSlot + HistogramBuckets.sumOffset, loop: loop)
    }

    /// How many times were recorded.
    package var count: UInt64 {
        (0...HistogramBuckets.beyondOffset).reduce(0) { $0 &+ self.slab.sum(slot: self.firstSlot + $1) }
    }

    /// The sum of the times recorded.
    package var sumSeconds: Double {
        Double(self.slab.sum(slot: self.firstSlot + HistogramBuckets.sumOffset)) / 1e9
    }
}
