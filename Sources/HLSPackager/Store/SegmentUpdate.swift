package import Primitives

/// What has changed in a rendition's growing segment.
package struct SegmentUpdate: Sendable {
    package var arena: SegmentArena
    /// A part that was added.
    package var part: RenditionSnapshot.Part?
    /// Time after it in which there was nothing.
    package var emptyNanoseconds: Int64
    package var endsSegment: Bool
    package var startsAt: WallClock
    /// Decoding can begin at the segment's beginning.
    package var isIndependent: Bool

    package init(
        arena: SegmentArena, part: RenditionSnapshot.Part?, emptyNanoseconds: Int64 = 0, endsSegment: Bool,
        startsAt: WallClock, isIndependent: Bool
    ) {
        self.arena = arena
        self.part = part
        self.emptyNanoseconds = emptyNanoseconds
        self.endsSegment = endsSegment
        self.startsAt = startsAt
        self.isIndependent = isIndependent
    }
}
