internal import MediaTypes

/// Makes times that can be relied on from the timestamps of a publishing, whatever is wrong with those.
///
/// Every unit has one of four outcomes:
///
/// - **continuous**: it comes up to 1 s after the unit before it in its track.
/// - **clamped**: it repeats a time or goes back by up to 3 s, and comes 0.1 ms after the unit before it. A track never
///   borrows more than those 3 s: one that goes on falling behind begins a new timeline. A clock that stands still
///   for 50 units is given up: the units follow one another as they did before, until it goes on from there.
/// - **gap**: it comes 1 to 3 s later; or any time later, but then within 3 s of where the other tracks are by now.
/// - **new timeline**: it has jumped, that is, it lies further away both from its own track and from the others. It
///   gets time zero, and the other tracks follow with their next units.
///
/// A track joins a timeline where its timestamps put it if that is within 10 s of the unit before it, otherwise beside
/// that unit, with a clock of its own from then on. So late tracks and tracks before the origin keep their places, by
/// at most 10 s before it, and tracks whose clocks have nothing to do with each other still play together. Tracks that
/// drift apart by more than 10 s are put together again: sound that is behind by a gap of its own, anything else by a
/// new timeline, for sound ahead cannot go back and the picture is not to suffer from the clock of the sound.
///
/// Six timelines may begin at once, and one more for every 10 s of media. A jump beyond that stays in its timeline and
/// follows the unit before it as that followed its own, at most 0.1 s later. So a publisher with random timestamps
/// plays at its last frame rate. No unit moves the stream's time forward by more than 3 s, or by 10 s where its track
/// joins; how much `mediaTime` comes in a second is for `MediaLead` to bound.
///
/// Placements depend on nothing but the timestamps and their order: neither on the clock nor on how bytes arrived.
/// Decode times rise strictly within track and timeline. The table of tracks grows when a track is first seen, up to
/// the 512 that `TrackID` can name; otherwise nothing is allocated.
struct Timeline: Sendable {
    /// Where a unit is placed.
    struct Placement: Equatable, Sendable {
        var decodeTime: MediaTime
        var timeline: UInt32
        var continuity: Continuity
    }

    private var tracks: [Track] = []
    /// The unit before this one, whatever its track; nil before the first.
    private var latest: TimestampUnwrapper?
    private var number: UInt32 = 0
    /// The publisher's time that is zero, in milliseconds. Tracks with a clock of their own have another.
    private var origin: Int64 = 0
    /// Where the unit before this one was placed, in nanoseconds.
    private var clock: Int64 = 0
    /// The largest time of the timeline, in nanoseconds.
    private var end: Int64 = 0
    /// How far all units together have moved the stream on, over all timelines, in nanoseconds. Tracks beside one
    /// another count once; a new timeline counts as some media, since it costs what is behind it a segment.
    private(set) var mediaTime: Int64 = 0
    /// The timeline began because tracks had drifted apart, so that their times do not tell how they belong together.
    private var isByArrival = false
    /// Media time that may still be spent on new timelines, in nanoseconds.
    private var credit = TimelineLimits.timelineBurstCountMax * TimelineLimits.mediaTimePerTimeline

    init() { self.tracks.reserveCapacity(2) }

    /// Places the next unit of a track. `hasSeenExtended` tells whether the connection ever used extended timestamps,
    /// without which 24 bits wrap.
    mutating func place(_ track: TrackID, timestamp: UInt32, hasSeenExtended: Bool) -> Placement {
        guard let latest = self.latest else { return self.begin(track, timestamp) }
        let index = self.tracks.firstIndex { $0.id == track }
        // The others first: a track may have been away for longer than a wrap, they have not.
        let time =
            latest.near(timestamp, hasSeenExtended: hasSeenExtended)
            ?? index.flatMap { self.tracks[$0].latest.near(timestamp, hasSeenExtended: hasSeenExtended) }
            ?? latest.nearest(timestamp)
        let unwrapped = TimestampUnwrapper(timestamp, milliseconds: time)
        self.latest = unwrapped
        guard let index else {
            self.tracks.append(Track(id: track, latest: unwrapped, timeline: self.number))
            return self.join(self.tracks.count - 1, continuity: self.number == 0 ? .continuous : .newTimeline)
        }
        self.tracks[index].repeatCount =
            time == self.tracks[index].latest.milliseconds
            ? self.tracks[index].repeatCount &+ 1 : 0
        self.tracks[index].latest = unwrapped
        guard self.tracks[index].timeline == self.number else { return self.join(index, continuity: .newTimeline) }
        return self.proceed(index, time)
    }

    // MARK: - The first unit of a track

    private mutating func begin(_ track: TrackID, _ timestamp: UInt32) -> Placement {
        let unwrapped = TimestampUnwrapper(timestamp)
        self.latest = unwrapped
        self.origin = unwrapped.milliseconds
        self.tracks.append(Track(id: track, latest: unwrapped, timeline: self.number))
        return self.join(0, continuity: .continuous)
    }

    private mutating func join(_ index: Int, continuity: Continuity) -> Placement {
        let time = self.tracks[index].latest.milliseconds
        var position = Self.position(time, from: self.origin)
        self.tracks[index].timeline = self.number
        self.tracks[index].origin = self.origin
        if self.isByArrival || Self.distance(position, self.clock) > TimelineLimits.divergenceTimeMax
            || position < -TimelineLimits.divergenceTimeMax
        {
            position = self.clock
            self.tracks[index].origin = Self.origin(of: time, at: position)
        }
        return self.settle(index, position, continuity)
    }

    // MARK: - Units after it

    private mutating func proceed(_ index: Int, _ time: Int64) -> Placement {
        let track = self.tracks[index]
        if track.repeatCount > TimelineLimits.repeatCountMax { return self.moveOn(index, time) }
        let own = Self.position(time, from: track.origin)
        if self.fits(own, track) { return self.follow(index, own) }

        let shared = Self.position(time, from: self.origin)
        if self.fits(shared, track) {
            self.tracks[index].origin = self.origin
            return self.follow(index, shared)
        }

        let isNearItself = Self.distance(own, track.position) <= TimelineLimits.jumpTimeMin
        if isNearItself, track.id.kind == .audio, own < self.clock, self.clock > track.position {
            self.tracks[index].origin = Self.origin(of: time, at: self.clock)
            return self.settle(index, self.clock, .gap)
        }
        return self.jump(index, time, isByArrival: isNearItself)
    }

    /// Whether a position goes on from the unit before it in its track, or catches up with the other tracks.
    private func fits(_ position: Int64, _ track: Track) -> Bool {
        guard position < TimelineLimits.positionMax else { return false }
        let fromClock = Self.distance(position, self.clock)
        if Self.distance(position, track.position) <= TimelineLimits.jumpTimeMin {
            // A picture that is ahead goes on: the sound is brought to it when it comes.
            return fromClock <= TimelineLimits.divergenceTimeMax
                || track.id.kind == .video && position > self.clock
        }
        return position > track.position && fromClock <= TimelineLimits.jumpTimeMin
    }

    private mutating func follow(_ index: Int, _ position: Int64) -> Placement {
        let last = self.tracks[index].position
        guard position > last else { return self.settle(index, last &+ TimelineLimits.tickTime, .clamped) }
        let step = position &- last
        if step <= TimelineLimits.countedStepTimeMax { self.tracks[index].step = step }
        return self.settle(index, position, step > TimelineLimits.gapTimeMin ? .gap : .continuous)
    }

    private mutating func jump(_ index: Int, _ time: Int64, isByArrival: Bool) -> Placement {
        guard self.credit >= TimelineLimits.mediaTimePerTimeline else { return self.stay(index, time) }
        self.credit -= TimelineLimits.mediaTimePerTimeline
        self.mediaTime &+= TimelineLimits.timelineMediaTime
        self.number &+= 1
        self.isByArrival = isByArrival
        self.origin = time
        self.clock = 0
        self.end = 0
        return self.join(index, continuity: .newTimeline)
    }

    /// A jump when too many timelines have begun: the unit follows as those before it did, and all tracks may follow
    /// it there.
    private mutating func stay(_ index: Int, _ time: Int64) -> Placement {
        let placement = self.moveOn(index, time)
        self.origin = self.tracks[index].origin
        return placement
    }

    /// Has the unit follow as those before it did, whatever its time: the track's clock is set to that.
    private mutating func moveOn(_ index: Int, _ time: Int64) -> Placement {
        let last = self.tracks[index].position
        let position = max(self.clock, last &+ self.tracks[index].step)
        self.tracks[index].origin = Self.origin(of: time, at: position)
        return self.settle(index, position, position &- last > TimelineLimits.gapTimeMin ? .gap : .clamped)
    }

    private mutating func settle(_ index: Int, _ position: Int64, _ continuity: Continuity) -> Placement {
        self.tracks[index].position = position
        self.clock = position
        if position > self.end {
            let progress = position &- self.end
            self.mediaTime &+= progress
            self.credit = min(
                self.credit &+ min(progress, TimelineLimits.countedStepTimeMax),
                TimelineLimits.timelineBurstCountMax * TimelineLimits.mediaTimePerTimeline)
            self.end = position
        }
        return Placement(
            decodeTime: MediaTime(nanoseconds: position), timeline: self.number, continuity: continuity)
    }

    // MARK: - Arithmetic that no timestamp makes trap

    private static func position(_ time: Int64, from origin: Int64) -> Int64 {
        MediaTime(milliseconds: time &- origin).nanoseconds
    }

    private static func origin(of time: Int64, at position: Int64) -> Int64 {
        time &- MediaTime(nanoseconds: position).milliseconds
    }

    private static func distance(_ left: Int64, _ right: Int64) -> Int64 {
        Int64(clamping: (left &- right).magnitude)
    }

    /// What is kept of a track.
    private struct Track: Sendable {
        let id: TrackID
        var latest: TimestampUnwrapper
        /// The timeline of its last unit.
        var timeline: UInt32
        /// The publisher's time that is zero for this track, in milliseconds.
        var origin: Int64 = 0
        /// Where its last unit was placed, in nanoseconds.
        var position: Int64 = 0
        /// Its usual step, in nanoseconds.
        var step = TimelineLimits.stepTimeDefault
        /// How many units in a row had the time of the unit before them.
        var repeatCount = 0
    }
}
