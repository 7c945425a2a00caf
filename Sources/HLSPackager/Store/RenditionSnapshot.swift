package import Primitives

/// What a rendition has at one moment: everything a playlist says, and nothing that moves. A value, made once per part.
package struct RenditionSnapshot: Sendable {
    package struct Part: Sendable {
        /// Within the segment's arena.
        package var range: Range<Int>
        package var durationNanoseconds: Int64
        /// Decoding can begin in it.
        package var isIndependent: Bool

        package init(range: Range<Int>, durationNanoseconds: Int64, isIndependent: Bool) {
            self.range = range
            self.durationNanoseconds = durationNanoseconds
            self.isIndependent = isIndependent
        }
    }

    package struct Segment: Sendable {
        package var sequence: Int
        package var arena: SegmentArena
        package var parts: [Part]
        /// Nothing will be added.
        package var isComplete: Bool
        /// Begins a new timeline: EXT-X-DISCONTINUITY goes before it.
        package var isDiscontinuous: Bool
        /// Counts the initialisation sections of the rendition; a change is an EXT-X-MAP.
        package var initialisationNumber: Int
        /// When its first picture was captured, as far as can be known.
        package var startsAt: WallClock

        package init(
            sequence: Int, arena: SegmentArena, parts: [Part], isComplete: Bool, isDiscontinuous: Bool,
            initialisationNumber: Int, startsAt: WallClock
        ) {
            self.sequence = sequence
            self.arena = arena
            self.parts = parts
            self.isComplete = isComplete
            self.isDiscontinuous = isDiscontinuous
            self.initialisationNumber = initialisationNumber
            self.startsAt = startsAt
        }

        package var durationNanoseconds: Int64 { self.parts.reduce(0) { $0 + $1.durationNanoseconds } }
    }

    /// Oldest first; the last one may still grow. Sequences rise by one.
    package var segments: [Segment]
    /// Discontinuities before the first segment listed, since the stream began.
    package var discontinuitySequence: Int
    /// Every segment begins where decoding can.
    package var hasIndependentSegments: Bool
    /// Nothing more will come.
    package var hasEnded: Bool

    package init(
        segments: [Segment], discontinuitySequence: Int, hasIndependentSegments: Bool, hasEnded: Bool
    ) {
        self.segments = segments
        self.discontinuitySequence = discontinuitySequence
        self.hasIndependentSegments = hasIndependentSegments
        self.hasEnded = hasEnded
    }
}
