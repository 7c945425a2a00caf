/// Why a sample or a part could not be written: a name for counting, and what a person wants to know.
package struct MuxerError: Error, Equatable, Sendable {
    package let label: StaticString
    package let detail: String
    package let remedy: Remedy

    /// What makes it good again.
    package enum Remedy: Sendable {
        /// The sample is of no use; the muxer is as it was before it came.
        case dropSample
        /// The same sample fits when the part has been ended.
        case endPart
        /// The same sample fits into a new segment, when the part has been ended in this one.
        case beginSegment
        /// There is no telling what a track is that has no frames yet: another muxer can do without it.
        case leaveTrackOut
        /// Nothing more comes out of this muxer that a player could use. Another one begins a discontinuity.
        case beginAnew
    }

    package init(_ label: StaticString, _ detail: String, _ remedy: Remedy = .beginAnew) {
        self.label = label
        self.detail = detail
        self.remedy = remedy
    }

    package static func == (left: MuxerError, right: MuxerError) -> Bool {
        left.label.description == right.label.description && left.detail == right.detail
            && left.remedy == right.remedy
    }
}
