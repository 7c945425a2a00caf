internal import Primitives

/// Tells when a picture was captured, as far as can be known: when it would have come on the fastest way so far.
///
/// Times of arrival jump with the network, and both clocks drift. So the distance between the wall clock and the media
/// is the least of the last two seconds or more, followed by at most 1 % of the time. With a new timeline it is set
/// anew, but never so that two pictures of different timelines have the same time.
struct CaptureClock: Sendable {
    private static let windowTime: Int64 = 2_000_000_000
    private static let stepMax: Int64 = 20_000_000

    /// Wall clock less media time, in nanoseconds.
    private var distance: Int64?
    private var least: Int64 = .max
    private var windowStart: Int64 = 0
    /// The latest time that was told of any picture.
    private var latest: Int64 = .min

    /// - Parameter floor: No picture is from before it.
    init(floor: WallClock?) {
        guard let floor else { return }
        let (nanoseconds, overflowed) = floor.unixMilliseconds.multipliedReportingOverflow(by: 1_000_000)
        if !overflowed { self.latest = nanoseconds }
    }

    /// Something of the timeline was observed.
    var isSet: Bool { self.distance != nil }

    mutating func beginTimeline() { self.distance = nil }

    mutating func observe(mediaTime: Int64, at wall: WallClock) {
        let (now, overflowed) = wall.unixMilliseconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflowed else { return }
        let seen = now &- mediaTime
        guard let distance = self.distance else {
            self.distance = max(seen, self.latest == .min ? seen : self.latest &- mediaTime)
            self.least = .max
            self.windowStart = mediaTime
            return self.note(mediaTime)
        }
        self.least = min(self.least, seen)
        if mediaTime &- self.windowStart >= Self.windowTime {
            self.distance = distance &+ min(max(self.least &- distance, -Self.stepMax), Self.stepMax)
            self.least = .max
            self.windowStart = mediaTime
        }
        self.note(mediaTime)
    }

    func time(of mediaTime: Int64) -> WallClock {
        WallClock(unixMilliseconds: ((self.distance ?? 0) &+ mediaTime) / 1_000_000)
    }

    private mutating func note(_ mediaTime: Int64) {
        self.latest = max(self.latest, (self.distance ?? 0) &+ mediaTime)
    }
}
