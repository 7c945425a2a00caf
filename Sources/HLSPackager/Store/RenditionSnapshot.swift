package import Primitives

/// What a rendition has at one moment: everything a playlist says, and nothing that moves. A value, made once per part.
package struct RenditionSnapshot: Sendable {
    package struct Part: Equatable, Sendable {
        /// Within the segment's arena.
        package var range: Range<Int>
        package var durationNanoseconds: Int64
        /// Decoding can begin in it.
        package var isIndependent: Bool
        /// Pictures that are decoded in it, and how long they last together.
        package var pictureCount: Int
        package var pictureNanoseconds: Int64

        package init(
            range: Range<Int>, durationNanoseconds: Int64, isIndependent: Bool, pictureCount: Int = 0,
            pictureNanoseconds: Int64 = 0
        ) {
            self.range = range
            self.durationNanoseconds = durationNanoseconds
            self.isIndependent = isIndependent
            self.pictureCount = pictureCount
            self.pictureNanoseconds = pictureNanoseconds
        }
    }

    package struct Segment: Sendable {
        package var sequence: Int
        package var arena: SegmentArena
        package var parts: [Part]
        /// Nothing will be added.
        package var isComplete: Bool
        /// Begins a new timeline: EXT-X-DISCONTINUITY goes before it. More than once, if there was nothing of the
        /// timelines between: other renditions may have had something, and count alike.
        package var discontinuityCount: Int
        /// Counts the initialisation sections of the rendition; a change is an EXT-X-MAP.
        package var initialisationNumber: Int
        /// When its first picture was captured, as far as can be known.
        package var startsAt: WallClock
        /// Time of the segment in which there was nothing: it is no part's.
        package var emptyNanoseconds: Int64
        /// The same samples as MPEG-TS, whole, if the stream has that form and the segment is complete.
        package var transportStream: SegmentArena?
        /// What the segment's bytes are encrypted with; nil where they are clear.
        package var encryption: Encryption?

        package init(
            sequence: Int, arena: SegmentArena, parts: [Part], isComplete: Bool, isDiscontinuous: Bool,
            initialisationNumber: Int, startsAt: WallClock, emptyNanoseconds: Int64 = 0
        ) {
            self.sequence = sequence
            self.arena = arena
            self.parts = parts
            self.isComplete = isComplete
            self.discontinuityCount = isDiscontinuous ? 1 : 0
            self.initialisationNumber = initialisationNumber
            self.startsAt = startsAt
            self.emptyNanoseconds = emptyNanoseconds
        }

        package var isDiscontinuous: Bool { self.discontinuityCount > 0 }

        /// Memory in all its forms: whole pages.
        package var byteCount: Int {
            self.arena.residentByteCount + (self.transportStream?.residentByteCount ?? 0)
        }

        /// There is something to play in this form.
        package func has(_ container: MediaContainer) -> Bool {
            !self.parts.isEmpty && (container == .fragmentedMP4 || self.transportStream != nil)
        }

        /// Nil also where there is nothing to encrypt: what is served for a gap is clear. A segment that grows without
        /// parts yet is not told of.
        func encryption(in container: MediaContainer) -> Encryption? {
            self.isComplete && !self.has(container) ? nil : self.encryption
        }

        package var durationNanoseconds: Int64 {
            self.parts.reduce(self.emptyNanoseconds) { $0 + $1.durationNanoseconds }
        }
    }

    /// AES-128 of a whole segment: which of the stream's keys, and from where its chain of blocks begins.
    package struct Encryption: Equatable, Sendable {
        package var keyNumber: Int
        package var initialisationVector: [UInt8]
        /// The same for the segment as MPEG-TS: under one key no two texts have one vector. Empty where there is no
        /// such form.
        package var transportStreamVector: [UInt8]

        package init(keyNumber: Int, initialisationVector: [UInt8], transportStreamVector: [UInt8] = []) {
            self.keyNumber = keyNumber
            self.initialisationVector = initialisationVector
            self.transportStreamVector = transportStreamVector
        }

        func vector(in container: MediaContainer) -> [UInt8] {
            container == .transportStream ? self.transportStreamVector : self.initialisationVector
        }
    }

    /// What a player must have read before the segments that name its number.
    package struct Initialisation: Sendable {
        package var number: Int
        package var bytes: SharedBytes

        package init(number: Int, bytes: SharedBytes) {
            self.number = number
            self.bytes = bytes
        }
    }

    /// Oldest first; the last one may still grow. Sequences rise by one.
    package var segments: [Segment]
    /// Discontinuities before the first segment listed, since the stream began.
    package var discontinuitySequence: Int
    /// Every segment begins where decoding can.
    package var hasIndependentSegments: Bool
    /// Nothing more will come.
    package var hasEnded: Bool
    /// The publisher does not send it at present: it may come back, and until then nobody is told to begin with it.
    package var isAway = false
    /// The last segment will not grow, and what follows it, if anything does, begins a new timeline.
    package var isInterrupted = false
    /// No longer listed, but still served to those who read them from an earlier playlist.
    package var removedSegments: [Segment]
    /// Those that segments here name, and the one that the next segment will.
    package var initialisations: [Initialisation]
    /// The sequence of the segment after the last one here.
    package var nextSequence: Int

    /// The rendition has this form: without it, its playlist and its segments do not exist.
    package func has(_ container: MediaContainer) -> Bool {
        container == .fragmentedMP4 || self.segments.contains { $0.transportStream != nil }
    }

    package init(
        segments: [Segment], discontinuitySequence: Int, hasIndependentSegments: Bool, hasEnded: Bool,
        removedSegments: [Segment] = [], initialisations: [Initialisation] = [], nextSequence: Int? = nil
    ) {
        self.segments = segments
        self.discontinuitySequence = discontinuitySequence
        self.hasIndependentSegments = hasIndependentSegments
        self.hasEnded = hasEnded
        self.removedSegments = removedSegments
        self.initialisations = initialisations
        self.nextSequence = nextSequence ?? (segments.last?.sequence ?? -1) + 1
    }
}
