package import Primitives

/// What has changed in a rendition's growing segment.
package struct SegmentUpdate: Sendable {
    package var arena: SegmentArena
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

    package init(
        arena: SegmentArena, part: RenditionSnapshot.Part?, initialisation: [UInt8]? = nil,
        emptyNanoseconds: Int64 = 0, endsSegment: Bool, startsAt: WallClock, isIndependent: Bool
    ) {
        self.arena = arena
        self.part = part
        self.initialisation = initialisation
        self.emptyNanoseconds = emptyNanoseconds
        self.endsSegment = endsSegment
        self.startsAt = startsAt
        self.isIndependent = isIndependent
    }
}
