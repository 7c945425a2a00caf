internal import Primitives

/// Bits a second of a rendition, measured over the segments that its playlist lists (RFC 8216bis §4.4.6.2).
package struct RenditionBitRate: Equatable, Sendable {
    /// Of the largest run of segments that lasts half to one and a half target durations.
    package var peak: Int
    /// Of all whole segments together.
    package var average: Int

    package init(peak: Int, average: Int) {
        self.peak = peak
        self.average = average
    }

    /// Nil before the first whole segment of this form.
    package init?(
        _ snapshot: RenditionSnapshot, _ promises: PlaylistPromises, of container: MediaContainer = .fragmentedMP4
    ) {
        let runs = snapshot.segments.filter { $0.isComplete && $0.has(container) }.map { Run($0, container) }
        let all = runs.reduce(Run()) { $0 + $1 }
        guard let average = all.bitsPerSecond else { return nil }
        let target = promises.targetDuration.nanoseconds
        var peak = average
        for start in runs.indices {
            var run = Run()
            for next in runs[start...] {
                run = run + next
                if run.nanoseconds > target / 2 &* 3 { break }
                if run.nanoseconds >= target / 2 { peak = max(peak, run.bitsPerSecond ?? 0) }
            }
        }
        self.init(peak: peak, average: average)
    }

    private struct Run {
        var byteCount: Int64 = 0
        var nanoseconds: Int64 = 0

        init() {}

        init(_ segment: RenditionSnapshot.Segment, _ container: MediaContainer) {
            self.byteCount =
                container == .transportStream
                ? Int64(segment.transportStream?.count ?? 0)
                : segment.parts.reduce(0) { $0 + Int64($1.range.count) }
            self.nanoseconds = segment.durationNanoseconds
        }

        /// Rounded up; without overflow for a terabyte.
        var bitsPerSecond: Int? {
            let milliseconds = self.nanoseconds / 1_000_000
            guard milliseconds > 0 else { return nil }
            return Int((self.byteCount &* 8000 &+ milliseconds &- 1) / milliseconds)
        }

        static func + (left: Run, right: Run) -> Run {
            var sum = left
            sum.byteCount &+= right.byteCount
            sum.nanoseconds &+= right.nanoseconds
            return sum
        }
    }
}
