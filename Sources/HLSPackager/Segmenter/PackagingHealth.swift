package import Primitives
internal import Synchronization

/// How the packaging of a stream does, across its publishings. Written once a part, read by whoever asks.
package final class PackagingHealth: Sendable {
    package struct Figures: Equatable, Sendable {
        /// When the latest part was published.
        package var lastPartAt: MonotonicTime?
        /// How long the latest segment is.
        package var lastSegmentTime: TimeAmount?
        /// Of all publishings together, as are the following.
        package var segmentCount = 0
        /// Segments that begin where decoding cannot.
        package var lateKeyframeCount = 0
        package var lostSampleCount = 0
        package var muxerFailureCount = 0
        /// By how much sound is ahead of the picture, give or take a picture; nil unless there are both.
        package var soundLead: TimeAmount?

        package init() {}
    }

    private let stored = Mutex(Figures())

    package init() {}

    package var figures: Figures { self.stored.withLock { $0 } }

    func change(_ body: (inout Figures) -> Void) { self.stored.withLock { body(&$0) } }
}
