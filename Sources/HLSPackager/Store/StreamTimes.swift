internal import MediaTypes
internal import Primitives

/// Where the timelines of a stream are put, so that the times of all are in order: as long after the first as they
/// really begin, and after everything there was. Players are meant to take times that go back at a discontinuity;
/// GStreamer's stands still until they have come up to the old ones. So it is over a restart, as far as clocks agree.
struct StreamTimes: Sendable {
    /// When the time was zero. Where media comes faster than it is played, it is put earlier than that.
    private(set) var zeroAt: WallClock?
    /// When the first publishing of this process began, and which time it was given.
    private var begunAt: MonotonicTime?
    private var start: Int64 = 0
    /// The latest that any publishing has had, with what was added to its times.
    private var latest: Int64 = 0
    /// By how much media has been ahead of the clock at most.
    private var leadMax: Int64 = 0

    /// More than a unit lasts, and than pictures are shown after they are decoded.
    private static let timelineDistance: Int64 = 500_000_000
    /// What is longer ago was not this stream, or a clock has leapt.
    private static let ageMax: Int64 = 20 * 366 * 86_400_000

    /// - Parameter zeroAt: What a process before has left.
    init(zeroAt: WallClock?) { self.zeroAt = zeroAt }

    mutating func begin(now: MonotonicTime, wallClock: WallClock) {
        guard self.begunAt == nil else { return }
        self.begunAt = now
        if let zeroAt = self.zeroAt {
            let age = wallClock.unixMilliseconds &- zeroAt.unixMilliseconds
            if (0...Self.ageMax).contains(age) { self.start = age &* 1_000_000 }
        }
        self.zeroAt = WallClock(unixMilliseconds: wallClock.unixMilliseconds &- self.start / 1_000_000)
    }

    /// Of a timeline that begins now: what is added to its times.
    func origin(now: MonotonicTime) -> MediaTime {
        let end = self.latest == 0 ? 0 : self.latest &+ Self.timelineDistance
        return MediaTime(nanoseconds: max(self.age(now), end))
    }

    mutating func note(_ mediaTime: Int64, now: MonotonicTime) {
        self.latest = max(self.latest, mediaTime)
        let lead = mediaTime &- self.age(now)
        guard lead > self.leadMax, let zeroAt = self.zeroAt else { return }
        let moved = (lead &+ 999_999) / 1_000_000 &- (self.leadMax &+ 999_999) / 1_000_000
        self.zeroAt = WallClock(unixMilliseconds: zeroAt.unixMilliseconds &- moved)
        self.leadMax = lead
    }

    private func age(_ now: MonotonicTime) -> Int64 {
        self.start &+ (self.begunAt.map { (now - $0).nanoseconds } ?? 0)
    }
}
