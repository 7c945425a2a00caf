/// How a unit's time follows from the unit before it in its track.
package enum Continuity: Sendable {
    /// As the publisher said.
    case continuous
    /// The publisher's time would have gone back or stood still a little; it was moved forward just enough.
    case clamped
    /// Time passed without units; nothing is missing but them.
    case gap
    /// The clock was set anew: times before and after cannot be compared. All tracks begin this timeline with it.
    case newTimeline
}

/// What is said of one coded picture or audio frame; its bytes travel beside it.
///
/// H.264 and HEVC units are NAL units with lengths of four bytes, AV1 a temporal unit without its delimiter, audio one
/// raw frame: all as ISO BMFF stores samples.
package struct AccessUnit: Equatable, Sendable {
    package var track: TrackID
    /// Rises strictly within a track and timeline. A timeline's first unit, whatever its track, has time zero; a unit
    /// of another track may lie before it.
    package var decodeTime: MediaTime
    /// From decoding to showing; may be negative.
    package var presentationOffset: MediaTime
    /// Counts from 0; every change is a discontinuity.
    package var timeline: UInt32
    package var continuity: Continuity
    /// Decoding can begin here.
    package var isRandomAccess: Bool
    /// Nothing else is decoded from it.
    package var isDisposable: Bool

    package init(
        track: TrackID, decodeTime: MediaTime, presentationOffset: MediaTime = .zero, timeline: UInt32 = 0,
        continuity: Continuity = .continuous, isRandomAccess: Bool, isDisposable: Bool = false
    ) {
        self.track = track
        self.decodeTime = decodeTime
        self.presentationOffset = presentationOffset
        self.timeline = timeline
        self.continuity = continuity
        self.isRandomAccess = isRandomAccess
        self.isDisposable = isDisposable
    }
}
