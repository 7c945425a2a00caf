internal import MediaTypes

/// Makes times that can be relied on from the timestamps of a publishing, whatever is wrong with those.
struct Timeline: Sendable {
    /// Where a unit is placed.
    struct Placement: Equatable, Sendable {
        var decodeTime: MediaTime
        var timeline: UInt32
        var continuity: Continuity
    }

    init() {}

    /// Places the next unit of a track. `hasSeenExtended` tells whether the connection ever used extended timestamps,
    /// without which 24 bits wrap.
    mutating func place(_ track: TrackID, timestamp: UInt32, hasSeenExtended: Bool) -> Placement {
        Placement(decodeTime: .zero, timeline: 0, continuity: .continuous)
    }
}
