internal import MediaTypes

/// Places the pictures of a track on a clock of 90 kHz.
///
/// Every time is rounded by itself, so that nothing adds up. A picture lasts until the next one; what its place is
/// becomes known with it, its duration with the next.
struct VideoClock: Sendable {
    static let timescale = Timescale(MediaClockLimits.videoTimescale)

    /// A picture whose duration is not known yet.
    struct Place: Equatable, Sendable {
        var decodeTicks: Int64
        var presentationOffsetTicks: Int32
    }

    /// Nothing may be placed before it: the end of the last picture whose duration was given away.
    private var end: Int64 = 0
    /// The usual step, for a picture whose successor is not awaited.
    private var step = Self.timescale.ticks(MediaClockLimits.pictureTimeDefault)

    init() {}

    /// A picture that lies before the end of the last one, because that one was given its duration too early, is
    /// decoded a little later; when it is shown stays the same.
    mutating func place(_ unit: AccessUnit) -> Place {
        let wanted = Self.timescale.ticks(unit.decodeTime.nanoseconds &+ MediaClockLimits.baseTime)
        let decode = max(wanted, self.end, 0)
        let offset = Self.timescale.ticks(unit.presentationOffset.nanoseconds) &- (decode &- wanted)
        return Place(decodeTicks: decode, presentationOffsetTicks: Int32(clamping: offset))
    }

    /// The true duration: until the next picture. At least one tick.
    mutating func duration(of place: Place, until next: AccessUnit) -> Int32 {
        let following = Self.timescale.ticks(next.decodeTime.nanoseconds &+ MediaClockLimits.baseTime)
        let duration = max(following &- place.decodeTicks, 1)
        self.step = min(duration, Self.timescale.ticks(MediaClockLimits.pictureTimeMax))
        return self.settle(place, duration)
    }

    /// The duration of a picture that has no next one, or none that is awaited: the usual one.
    mutating func usualDuration(of place: Place) -> Int32 { self.settle(place, self.step) }

    private mutating func settle(_ place: Place, _ duration: Int64) -> Int32 {
        let settled = Int32(clamping: duration)
        self.end = place.decodeTicks &+ Int64(settled)
        return settled
    }
}
