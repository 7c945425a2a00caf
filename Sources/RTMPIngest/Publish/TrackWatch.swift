internal import MediaTypes
internal import Primitives

/// What the monitor keeps of the track of a kind that it watches.
struct TrackWatch: Sendable {
    /// A track without a unit for this long is silent.
    static let aliveTime = TimeAmount.seconds(2)

    private(set) var firstTime: MonotonicTime?
    private(set) var lastTime: MonotonicTime?
    private(set) var decodeTime = MediaTime.zero
    private(set) var timeline: UInt32 = 0
    /// The average of how much the distances of arrivals differ from those of media times (RFC 3550 §6.4.1), in
    /// nanoseconds.
    private(set) var jitter: Int64 = 0
    private var track: TrackID?

    /// Whether this is the track that is watched: the first that came.
    mutating func claim(_ track: TrackID) -> Bool {
        guard let watched = self.track else {
            self.track = track
            return true
        }
        return watched == track
    }

    mutating func note(_ unit: AccessUnit, now: MonotonicTime) {
        if let lastTime = self.lastTime, unit.continuity == .continuous, unit.timeline == self.timeline {
            let arrival = (now - lastTime).nanoseconds
            let media = (unit.decodeTime - self.decodeTime).nanoseconds
            self.jitter &+= (Int64(clamping: (arrival &- media).magnitude) &- self.jitter) / 16
        }
        if self.firstTime == nil { self.firstTime = now }
        self.lastTime = now
        self.decodeTime = unit.decodeTime
        self.timeline = unit.timeline
    }

    func isAlive(now: MonotonicTime) -> Bool { self.lastTime.map { now - $0 < Self.aliveTime } ?? false }

    /// How long nothing has come; since `start` where nothing ever came.
    func silence(since start: MonotonicTime, now: MonotonicTime) -> TimeAmount { now - (self.lastTime ?? start) }
}
