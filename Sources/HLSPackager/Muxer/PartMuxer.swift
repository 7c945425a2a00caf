/// Writes samples into a segment's memory, part after part. One per rendition and set of formats, on one loop.
package protocol PartMuxer: AnyObject {
    /// What a player must have read before any part: an fMP4 initialisation section; empty for MPEG-TS, whose segments
    /// carry it themselves.
    var initialisation: [UInt8] { get }
    /// The bytes of the sample are valid during the call only.
    func append(_ sample: Sample, _ payload: borrowing RawSpan, to arena: SegmentArena) throws(MuxerError)
    /// Ends the part: everything appended so far is in the arena afterwards.
    func endPart(in arena: SegmentArena) throws(MuxerError)
    /// What follows belongs to a new segment.
    func beginSegment()
}

/// What libav refused, in its words, or what did not fit.
package struct MuxerError: Error, Equatable, Sendable {
    package let label: StaticString
    package let detail: String

    package init(_ label: StaticString, _ detail: String) {
        self.label = label
        self.detail = detail
    }

    package static func == (left: MuxerError, right: MuxerError) -> Bool {
        left.label.description == right.label.description && left.detail == right.detail
    }
}
