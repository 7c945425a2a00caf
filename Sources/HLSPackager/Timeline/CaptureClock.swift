internal import Primitives

/// Tells when a picture was captured, as far as can be known: when it would have come on the fastest way so far.
///
/// Times of arrival jump with the network, and both clocks drift. So the distance between the wall clock and the media
/// is the least of the last two seconds or more, followed by at most 1 % of the time; or by nearly half of it, as long
/// as it is half a second ahead. It is so after a publisher's clock has leapt, and when what was sent while nobody read
/// comes at once. With a new timeline it is set anew, but never so that two pictures of different timelines have the
/// same time.
///
/// A publisher whose clock stood still for a while is late from then on, always by as much: after two seconds of that
/// the distance is set anew, too. One whose network stood still is late and catches up, which is no reason.
struct CaptureClock: Sendable {
    private static let windowTime: Int64 = 2_000_000_000
    private static let stepMax: Int64 = 20_000_000
    private static let aheadMax: Int64 = 500_000_000
    /// Players bear dates that go back by less than a second; less than a window, so that they do not go back at all.
    private static let backStepMax: Int64 = 900_000_000
    /// The next is later by as much at least.
    private static let toldStepMin: Int64 = 1_000_000

    /// Wall clock less media time, in nanoseconds.
    private var distance: Int64?
    private var least: Int64 = .max
    private var windowStart: Int64 = 0
    private var lateRun: LateRun?
    /// The latest time that was observed or told of any picture.
    private var latest: Int64 = .min
    /// The timeline begins no earlier.
    private var floor: Int64 = .min
    /// The distance by which its first picture is there.
    private var distanceMin: Int64 = .min
    /// What was told last in this timeline.
    private var told: (mediaTime: Int64, time: Int64)?

    /// - Parameter floor: No picture is from before it.
    init(floor: WallClock?) {
        guard let floor else { return }
        let (nanoseconds, overflowed) = floor.unixMilliseconds.multipliedReportingOverflow(by: 1_000_000)
        if !overflowed { (self.latest, self.floor) = (nanoseconds, nanoseconds) }
    }

    /// Something of the timeline was observed.
    var isSet: Bool { self.distance != nil }

    mutating func beginTimeline() {
        self.distance = nil
        self.lateRun = nil
        self.told = nil
        self.floor = self.latest
    }

    mutating func observe(mediaTime: Int64, at wall: WallClock) {
        let (now, overflowed) = wall.unixMilliseconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflowed else { return }
        let seen = now &- mediaTime
        guard let distance = self.distance else {
            self.distanceMin = self.latest == .min ? .min : self.latest &- mediaTime
            self.distance = max(seen, self.distanceMin)
            self.least = .max
            self.windowStart = mediaTime
            return self.note(mediaTime)
        }
        self.least = min(self.least, seen)
        if self.told == nil, seen < distance {
            // Nobody has been told anything.
            self.distance = max(seen, self.distanceMin)
        } else if let steady = self.steadyDistance(seen &- distance, mediaTime: mediaTime, now: now) {
            self.distance = distance &+ steady
            self.least = .max
            self.windowStart = mediaTime
        } else if mediaTime &- self.windowStart >= Self.windowTime {
            let step = self.least &- distance
            let backMax = step < -Self.aheadMax ? Self.backStepMax : Self.stepMax
            self.distance = distance &+ min(max(step, -backMax), Self.stepMax)
            self.least = .max
            self.windowStart = mediaTime
        }
        self.note(mediaTime)
    }

    /// What was told once, nothing later comes before: neither in this timeline, whose distance may have shrunk since,
    /// nor in another, for the sound may be ahead of every picture observed.
    mutating func time(of mediaTime: Int64) -> WallClock {
        var time = max((self.distance ?? 0) &+ mediaTime, self.floor)
        if let told = self.told, mediaTime >= told.mediaTime {
            time = max(time, told.time &+ min(mediaTime &- told.mediaTime, Self.toldStepMin))
        }
        self.told = (mediaTime, time)
        self.latest = max(self.latest, time)
        return WallClock(unixMilliseconds: time / 1_000_000)
    }

    /// By how much the units have been late, once they have been for long enough.
    private mutating func steadyDistance(_ late: Int64, mediaTime: Int64, now: Int64) -> Int64? {
        guard late > LateRun.latenessMin else {
            self.lateRun = nil
            return nil
        }
        var run = self.lateRun ?? LateRun(least: late, most: late, mediaStart: mediaTime, wallStart: now)
        (run.least, run.most) = (min(run.least, late), max(run.most, late))
        if run.most &- run.least > LateRun.spreadMax {
            run = LateRun(least: late, most: late, mediaStart: mediaTime, wallStart: now)
        }
        self.lateRun = run
        guard min(mediaTime &- run.mediaStart, now &- run.wallStart) >= Self.windowTime else { return nil }
        self.lateRun = nil
        return run.least
    }

    /// Units in a row that are late by about as much.
    private struct LateRun {
        static let latenessMin: Int64 = 500_000_000
        static let spreadMax: Int64 = 250_000_000

        var least: Int64
        var most: Int64
        var mediaStart: Int64
        var wallStart: Int64
    }

    private mutating func note(_ mediaTime: Int64) {
        self.latest = max(self.latest, (self.distance ?? 0) &+ mediaTime)
    }
}
