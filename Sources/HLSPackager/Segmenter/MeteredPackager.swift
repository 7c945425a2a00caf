package import MediaTypes
internal import Primitives

/// Packages one publishing, and counts what comes of it: for metrics, and for its stream's health. On one loop.
package final class MeteredPackager: MediaReceiver {
    private let packager: StreamPackager
    private let counts: Counts

    package init(
        stream: PackagedStream, environment: PackagerEnvironment, muxers: PackagerMuxers, health: PackagingHealth,
        metrics: HLSMetrics, loop: Int, onLoss: @escaping (PackagerLoss) -> Void = { _ in }
    ) {
        let counts = Counts(health: health, metrics: metrics, loop: loop)
        self.counts = counts
        self.packager = StreamPackager(
            stream: stream, environment: environment, muxers: muxers,
            observer: PackagerObserver(
                onPart: { _, latency in counts.part(after: latency, now: environment.now()) },
                onSegment: { _, time, isLate in counts.segment(time, isLate: isLate) },
                onLoss: onLoss))
    }

    package func receive(_ format: TrackFormat, of track: TrackID) { self.packager.receive(format, of: track) }

    package func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
        self.packager.receive(unit, payload: payload)
        if self.counts.isLookDue { self.counts.look(at: self.packager) }
    }

    package func publishingEnded(_ end: MediaEnd) {
        self.packager.publishingEnded(end)
        self.counts.look(at: self.packager)
    }

    private final class Counts {
        private let health: PackagingHealth
        private let metrics: HLSMetrics
        private let loop: Int
        /// What was counted already.
        private var facts = PackagerFacts()
        /// A part has come since the packager was looked at.
        @exclusivity(unchecked) private(set) var isLookDue = false

        init(health: PackagingHealth, metrics: HLSMetrics, loop: Int) {
            self.health = health
            self.metrics = metrics
            self.loop = loop
        }

        func part(after latency: TimeAmount, now: MonotonicTime) {
            self.isLookDue = true
            self.metrics.published(after: latency, loop: self.loop)
            self.health.change { $0.lastPartAt = now }
        }

        func segment(_ time: TimeAmount, isLate: Bool) {
            self.metrics.ended(segmentOf: time, isLate: isLate, loop: self.loop)
            self.health.change { figures in
                figures.lastSegmentTime = time
                figures.segmentCount += 1
                if isLate { figures.lateKeyframeCount += 1 }
            }
        }

        /// What the packager does not tell by itself.
        func look(at packager: StreamPackager) {
            self.isLookDue = false
            let (facts, earlier) = (packager.facts, self.facts)
            self.facts = facts
            self.metrics.packaged(facts, since: earlier, failure: packager.lastFailure, loop: self.loop)
            self.health.change { figures in
                figures.lostSampleCount += facts.lostSampleCount - earlier.lostSampleCount
                figures.muxerFailureCount += facts.muxerFailureCount - earlier.muxerFailureCount
                figures.soundLead = facts.soundLead
            }
        }
    }
}
