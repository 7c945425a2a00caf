internal import Primitives
internal import Synchronization

/// What recording has done since the process began, and what it holds now.
package struct RecordingFigures: Sendable {
    /// Media that is on the disk.
    package var recordedByteCount = 0
    package var recordedSegmentCount = 0
    /// Segments that a recording has lost: they are gaps in it.
    package var lostSegmentCount = 0
    /// Media that waits for the disk.
    package var queuedByteCount = 0
    /// Of all recordings, on the disk.
    package var storedByteCount = 0
    package var storedShowCount = 0
    /// Calls that make the disk keep what was written.
    package var syncCount = 0
    package var syncSeconds = 0.0
    /// Batches that failed, by reason: a word of `RecordingFailure.reasons`, or `other`.
    package var failures: [(reason: StaticString, count: Int)] = []
}

/// Counts for `RecordingFigures`, from any thread.
final class RecordingCounts: Sendable {
    private let figures = Mutex(RecordingFigures())
    /// Of all streams.
    let queuedByteCount = Atomic<Int>(0)

    func recorded(byteCount: Int, segmentCount: Int) {
        self.figures.withLock {
            $0.recordedByteCount += byteCount
            $0.recordedSegmentCount += segmentCount
        }
    }

    func lost(_ count: Int) { self.figures.withLock { $0.lostSegmentCount += count } }

    func synced(in time: TimeAmount) {
        self.figures.withLock {
            $0.syncCount += 1
            $0.syncSeconds += time.seconds
        }
    }

    func failed(_ reason: StaticString) {
        self.figures.withLock { figures in
            let index = figures.failures.firstIndex { $0.reason.description == reason.description }
            if let index { figures.failures[index].count += 1 } else { figures.failures.append((reason, 1)) }
        }
    }

    var value: RecordingFigures {
        var figures = self.figures.withLock { $0 }
        figures.queuedByteCount = self.queuedByteCount.load(ordering: .relaxed)
        return figures
    }
}
