/// Writes samples into a segment's memory, part after part. One per rendition and set of formats, on one loop.
///
/// After an error nothing more comes out of it that a player could use: the owner begins a new one, which is a
/// discontinuity. Only `segmentFull` and `partFull` leave it as it was: the same sample fits after the part has been
/// ended, or in a new segment.
package protocol PartMuxer: AnyObject {
    /// What a player must have read before any part: an fMP4 initialisation section; empty for MPEG-TS, whose segments
    /// carry it themselves. Complete when the first part has ended: codecs whose frames describe themselves are
    /// written into it only when such a frame was seen.
    var initialisation: [UInt8] { get }
    /// The bytes of the sample are valid during the call only.
    func append(_ sample: Sample, _ payload: borrowing RawSpan, to arena: SegmentArena) throws(MuxerError)
    /// Ends the part: everything appended so far is in the arena afterwards. Without samples nothing is.
    func endPart(in arena: SegmentArena) throws(MuxerError)
    /// What follows belongs to a new segment. The part before it has been ended.
    func beginSegment()
}

/// Why a sample or a part could not be written: a name for counting, and what a person wants to know.
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
