package import MediaTypes
package import Primitives

/// Who counts what a packager makes. Called on its loop, once a part and once a segment, and returns at once.
package struct PackagerObserver {
    /// A part is out. How long ago did its last unit come in?
    package var onPart: (_ rendition: RenditionID, _ latency: TimeAmount) -> Void
    /// A segment is whole. `isLate`: its first picture was not one at which decoding can begin, as none came in time.
    package var onSegment: (_ rendition: RenditionID, _ duration: TimeAmount, _ isLate: Bool) -> Void

    /// What a publisher sends will not be seen from here on.
    package var onLoss: (PackagerLoss) -> Void

    package init(
        onPart: @escaping (_ rendition: RenditionID, _ latency: TimeAmount) -> Void = { _, _ in },
        onSegment: @escaping (_ rendition: RenditionID, _ duration: TimeAmount, _ isLate: Bool) -> Void = { _, _, _ in
        },
        onLoss: @escaping (PackagerLoss) -> Void = { _ in }
    ) {
        self.onPart = onPart
        self.onSegment = onSegment
        self.onLoss = onLoss
    }
}

/// What a publishing goes on without.
package enum PackagerLoss: Equatable, Sendable {
    /// Its muxers failed too often; this was the last failure.
    case rendition(RenditionID, MuxerError)
    /// There are as many tracks or renditions as there may be.
    case track(TrackID)
}

/// What is known of a packager's work so far; to be read now and then on its loop.
package struct PackagerFacts: Equatable, Sendable {
    package var segmentCount = 0
    /// Segments whose first picture is not one at which decoding can begin.
    package var lateSegmentCount = 0
    /// Samples that no muxer took.
    package var lostSampleCount = 0
    package var muxerFailureCount = 0
    /// Tracks beyond as many as there may be.
    package var refusedTrackCount = 0
    /// Of segments as MPEG-TS alone.
    package var lostTransportStreamSampleCount = 0
    package var transportStreamFailureCount = 0
    /// Decode time of the latest sound less that of the latest picture; nil unless there are both.
    package var soundLead: TimeAmount?
}

extension PackagerFacts {
    mutating func add(_ rendition: RenditionPackager) {
        self.lostSampleCount += rendition.lostSampleCount
        self.lostTransportStreamSampleCount += rendition.lostTransportStreamSampleCount
        self.transportStreamFailureCount += rendition.transportStreamFailureCount
    }
}
