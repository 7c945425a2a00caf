internal import Primitives
package import Reactor

/// Brings the snapshots of streams to all loops: one call on each loop per snapshot, whatever the number of viewers.
package final class SnapshotBoard: Sendable {
    private let loops: [EventLoop]
    private let shelves: [SnapshotShelf]
    private let metrics: HLSMetrics?

    package init(loops: [EventLoop], metrics: HLSMetrics? = nil) {
        self.loops = loops
        self.metrics = metrics
        self.shelves = loops.map { SnapshotShelf(loop: $0) }
    }

    /// By a loop's position in the list.
    package func shelf(_ index: Int) -> SnapshotShelf { self.shelves[index] }

    /// From any thread. In order for each caller.
    package func publish(_ snapshot: StreamSnapshot?, of stream: String) {
        let publishedAt = MonotonicTime.now
        for (loop, shelf) in zip(self.loops, self.shelves) {
            loop.execute {
                shelf.put(snapshot, of: stream)
                // The loop's own time stands still during a turn.
                if snapshot != nil { self.metrics?.delivered(MonotonicTime.now - publishedAt, loop: loop.index) }
            }
        }
    }
}
