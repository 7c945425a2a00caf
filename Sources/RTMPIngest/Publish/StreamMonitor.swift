internal import MediaTypes
internal import Primitives

/// Watches one stream's units and says how it is doing and what its organizer should know.
///
/// Rates are those of the last 5 s that are over. Of each kind, the first track that comes is the one that is watched
/// for keyframes, frames, jitter and offset; bitrates are those of all tracks. Memory is fixed: a minute of seconds.
struct StreamMonitor: Sendable {
    static let rateSecondCount = 5

    /// How long a segment of the served stream is meant to be.
    let segmentTime: TimeAmount
    let bitsPerSecondMax: Int?
    let framesPerSecondMax: Int?

    private(set) var window: RateWindow
    private(set) var video = TrackWatch()
    private(set) var audio = TrackWatch()
    private(set) var videoFormat: VideoFormat?
    private(set) var audioFormat: AudioFormat?
    private(set) var firstUnitTime: MonotonicTime?
    private(set) var lastKeyframeTime: MonotonicTime?
    private(set) var keyframeInterval: MediaTime?
    private var counts = StreamHealth()
    private var lastKeyframe: (decodeTime: MediaTime, timeline: UInt32)?
    /// The largest time of the timeline so far.
    private var end: (time: MediaTime, timeline: UInt32)?
    private var audioOffset: Int64?

    // Of `StreamMonitor+Advice`.
    var notices = Notices()
    /// When a sentence on what comes became due; nil when it was said.
    var summaryDue: MonotonicTime?
    /// The bitrate to be expected, from what came in the last minute.
    var usualBitsPerSecond = 0.0

    init(
        now: MonotonicTime, segmentTime: TimeAmount = .seconds(2), bitsPerSecondMax: Int? = nil,
        framesPerSecondMax: Int? = nil
    ) {
        self.segmentTime = segmentTime
        self.bitsPerSecondMax = bitsPerSecondMax
        self.framesPerSecondMax = framesPerSecondMax
        self.window = RateWindow(start: now)
    }

    /// Takes a track's format; a changed one makes the stream be described anew.
    mutating func note(_ format: TrackFormat, of track: TrackID, now: MonotonicTime) {
        switch format {
        case .video(let format):
            guard self.video.claim(track), self.videoFormat != format else { return }
            self.videoFormat = format
            self.lastKeyframe = nil
            self.keyframeInterval = nil
        case .audio(let format):
            guard self.audio.claim(track), self.audioFormat != format else { return }
            self.audioFormat = format
        }
        self.summaryDue = now
    }

    /// Counts a unit.
    mutating func note(_ unit: AccessUnit, byteCount: Int, now: MonotonicTime) {
        if self.firstUnitTime == nil {
            self.firstUnitTime = now
            self.summaryDue = now
        }
        switch unit.continuity {
        case .continuous: break
        case .clamped: self.counts.clampedUnitCount &+= 1
        case .gap: self.counts.gapCount &+= 1
        case .newTimeline: self.counts.timelineCount = Int(unit.timeline) + 1
        }
        let isMain = unit.track.kind == .video ? self.video.claim(unit.track) : self.audio.claim(unit.track)
        self.window.add(
            unit.track.kind, byteCount: byteCount, isFrame: isMain && unit.track.kind == .video,
            mediaTime: self.progress(unit), now: now)
        guard isMain else { return }
        if unit.track.kind == .video {
            self.video.note(unit, now: now)
            if unit.isRandomAccess { self.noteKeyframe(unit, now: now) }
        } else {
            self.audio.note(unit, now: now)
        }
        self.noteOffset(now: now)
    }

    /// Media that could not be used; the word says why.
    mutating func noteDropped(_ reason: StaticString) { self.counts.droppedUnitCount &+= 1 }

    /// How the stream is doing by now, in numbers.
    func health(now: MonotonicTime) -> StreamHealth {
        var health = self.counts
        if let rate = self.rate(now: now) {
            health.videoBitsPerSecond = rate.sum.videoByteCount &* 8 / rate.secondCount
            health.audioBitsPerSecond = rate.sum.audioByteCount &* 8 / rate.secondCount
            health.framesPerSecond = Double(rate.sum.frameCount) / Double(rate.secondCount)
        }
        health.keyframeIntervalSeconds = self.keyframeInterval?.seconds
        health.jitterSeconds = Double(max(self.video.jitter, self.audio.jitter)) / 1e9
        health.audioOffsetSeconds = self.audioOffset.map { Double($0) / 1e9 }
        return health
    }

    /// What came in the last seconds that are over, and how many those are; nil before there was one.
    func rate(now: MonotonicTime) -> (sum: RateWindow.Amount, secondCount: Int)? {
        guard let firstUnitTime = self.firstUnitTime else { return nil }
        // The second in which the first unit came was not a whole one.
        let whole = self.window.secondCount(now: now) - self.window.secondCount(now: firstUnitTime) - 1
        guard whole > 0 else { return nil }
        let count = min(whole, Self.rateSecondCount)
        return (self.window.sum(last: count, now: now), count)
    }

    private mutating func noteKeyframe(_ unit: AccessUnit, now: MonotonicTime) {
        if let last = self.lastKeyframe, last.timeline == unit.timeline {
            self.keyframeInterval = unit.decodeTime - last.decodeTime
        }
        self.lastKeyframe = (unit.decodeTime, unit.timeline)
        self.lastKeyframeTime = now
    }

    /// How far the unit moves the time of the whole stream, in nanoseconds.
    private mutating func progress(_ unit: AccessUnit) -> Int64 {
        guard let end = self.end, end.timeline == unit.timeline else {
            self.end = (unit.decodeTime, unit.timeline)
            return 0
        }
        guard unit.decodeTime > end.time else { return 0 }
        self.end = (unit.decodeTime, unit.timeline)
        return (unit.decodeTime - end.time).nanoseconds
    }

    private mutating func noteOffset(now: MonotonicTime) {
        guard self.audio.isAlive(now: now), self.video.isAlive(now: now), self.audio.timeline == self.video.timeline
        else { return }
        let offset = (self.audio.decodeTime - self.video.decodeTime).nanoseconds
        self.audioOffset = self.audioOffset.map { $0 &+ (offset &- $0) / 16 } ?? offset
    }
}
