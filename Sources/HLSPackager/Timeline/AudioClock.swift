internal import MediaTypes

/// Places the units of a sound track on a clock that counts its samples.
///
/// Publishers round to milliseconds, and players hear every gap and overlap that comes of it. So a unit begins where
/// the one before ended, counted in samples, as long as the publisher's time agrees to within a unit. It is placed
/// anew when it does not: at once when it is far off, otherwise after ten units that are off in the same direction.
/// Forward, that leaves a real gap; backward, units take an eighth less of their time until the track is where it
/// belongs. So decode times rise, no unit overlaps the next, and none is dropped.
///
/// Units of unknown length last until the next one, as pictures do; the caller holds them back by one.
struct AudioClock: Sendable {
    struct Place: Equatable, Sendable {
        var decodeTicks: Int64
        /// 0 where it becomes known with the next unit only.
        var durationTicks: Int32
    }

    let timescale: Timescale
    /// Where the next unit begins; nil before the first.
    private(set) var end: Int64?
    private var ahead = Run()
    private var behind = Run()
    /// Samples by which the track still has to come back.
    private var excess: Int64 = 0
    /// How long a unit of unknown length usually lasts.
    private var step: Int64

    init(timescale: Timescale) {
        self.timescale = timescale
        self.step = timescale.ticks(MediaClockLimits.unitTimeDefault)
    }

    /// - Parameter sampleCount: What the unit holds, in ticks of its clock; 0 where nobody knows.
    mutating func place(_ unit: AccessUnit, sampleCount: Int) -> Place {
        let wanted = max(self.timescale.ticks(unit.decodeTime.nanoseconds &+ MediaClockLimits.baseTime), 0)
        guard let end = self.end else {
            self.end = wanted
            return self.take(wanted, sampleCount)
        }
        guard sampleCount > 0 else { return Place(decodeTicks: max(wanted, end), durationTicks: 0) }
        return self.take(end &+ self.correction(wanted &- end, unitTicks: Int64(sampleCount)), sampleCount)
    }

    /// The duration of a unit of unknown length, once the next one is here, or the usual one when none is awaited.
    mutating func duration(of place: Place, until next: AccessUnit?) -> Int32 {
        var duration = self.step
        if let next {
            let following = self.timescale.ticks(next.decodeTime.nanoseconds &+ MediaClockLimits.baseTime)
            let distance = max(following &- place.decodeTicks, 1)
            // A longer one is a gap, not a unit.
            if distance <= self.timescale.ticks(MediaClockLimits.driftTimeMax) { duration = distance }
        }
        self.step = duration
        self.end = place.decodeTicks &+ duration
        return Int32(clamping: duration)
    }

    private mutating func take(_ decodeTicks: Int64, _ sampleCount: Int) -> Place {
        guard sampleCount > 0 else { return Place(decodeTicks: decodeTicks, durationTicks: 0) }
        var duration = Int64(sampleCount)
        if self.excess > 0 {
            let part = min(self.excess, duration / MediaClockLimits.squeezeDivisor)
            self.excess -= part
            duration -= part
        }
        self.end = decodeTicks &+ duration
        return Place(decodeTicks: decodeTicks, durationTicks: Int32(clamping: max(duration, 1)))
    }

    /// How far to move a unit that the publisher has `drift` ticks from where it would be.
    private mutating func correction(_ drift: Int64, unitTicks: Int64) -> Int64 {
        let bound = max(unitTicks, self.timescale.ticks(MediaClockLimits.driftTimeMin))
        let isFar = drift.magnitude > self.timescale.ticks(MediaClockLimits.driftTimeMax).magnitude
        if drift > bound {
            self.excess = 0
            self.behind = Run()
            self.ahead.add(drift)
            guard isFar || self.ahead.count >= MediaClockLimits.driftUnitCountMin else { return 0 }
            defer { self.ahead = Run() }
            return isFar ? drift : self.ahead.smallest
        }
        self.ahead = Run()
        guard drift < -bound else {
            self.behind = Run()
            return 0
        }
        self.behind.add(-drift)
        guard isFar || self.behind.count >= MediaClockLimits.driftUnitCountMin else { return 0 }
        // Asked anew while it comes back: what is left by then is what the last units say.
        self.excess = isFar ? -drift : self.behind.smallest
        self.behind = Run()
        return 0
    }

    /// Units in a row that were off in one direction, and the least that one was off.
    private struct Run: Sendable {
        var count = 0
        var smallest: Int64 = .max

        mutating func add(_ distance: Int64) {
            self.count += 1
            self.smallest = min(self.smallest, distance)
        }
    }
}
