/// Writes samples into a segment's memory, part after part. One per rendition and set of formats, on one loop.
///
/// An error says what makes it good again: a sample that a publisher spoiled costs that sample only, wherever that was
/// seen before libav touched it.
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
