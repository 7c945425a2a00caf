package import Primitives

/// What has changed in a rendition's growing segment.
package struct SegmentUpdate: Sendable {
    package var arena: SegmentArena
    /// The same segment as MPEG-TS, up to the end of the part; nil if it has no such form.
    package var transportStream: SegmentArena?
    /// A part that was added.
    package var part: RenditionSnapshot.Part?
    /// What comes before this part and all that follow; nil where it is as before.
    package var initialisation: [UInt8]?
    /// Time after it in which there was nothing.
    package var emptyNanoseconds: Int64
    package var endsSegment: Bool
    package var startsAt: WallClock
    /// Decoding can begin at the segment's beginning.
    package var isIndependent: Bool
    /// How long the segment is, up to here.
    package var segmentNanoseconds: Int64
    /// When the last unit of the part came in; nil without a part.
    package var lastUnitAt: MonotonicTime?

    package init(
        arena: SegmentArena, transportStream: SegmentArena? = nil, part: RenditionSnapshot.Part?,
        initialisation: [UInt8]? = nil,
        emptyNanoseconds: Int64 = 0, endsSegment: Bool, startsAt: WallClock, isIndependent: Bool,
        segmentNanoseconds: Int64 = 0, lastUnitAt: MonotonicTime? = nil
    ) {
        self.arena = arena
        self.transportStream = transportStream
        self.part = part
        self.initialisation = initialisation
        self.emptyNanoseconds = emptyNanoseconds
        self.endsSegment = endsSegment
        self.startsAt = startsAt
        self.isIndependent = isIndependent
        self.segmentNanoseconds = segmentNanoseconds
        self.lastUnitAt = lastUnitAt
    }
}
