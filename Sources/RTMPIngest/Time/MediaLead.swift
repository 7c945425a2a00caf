internal import Primitives

/// How far the media of a publishing is ahead of the clock by which it arrives, and how long its publisher has to wait
/// when that is too far.
///
/// The lead grows by the media time that comes and shrinks by the time that passes, and a tenth more: a publisher whose
/// clock runs fast by a tenth, or that begins a new timeline every ten seconds, is never held back. What a stalled
/// publisher may make up for is bounded as well. So in any time `t` no more media comes than `leadTimeMax` +
/// `lagTimeMax` + 1.1 × `t`, and what the last message took beyond that.
struct MediaLead: Sendable {
    /// A pause ends this far, in nanoseconds, below the bound, so that there are about ten a second and not one for
    /// every unit.
    static let resumeTime: Int64 = 100_000_000
    /// For each ten of these of time, eleven of media may come.
    private static let tenths: Int64 = 10
    /// More than any lead: longer is not reckoned with.
    private static let timeMax: Int64 = 1 << 60

    private let leadMax: Int64
    private let lagMax: Int64
    /// In nanoseconds, as of `time`; negative when the media is late.
    private(set) var lead: Int64 = 0
    private var time: MonotonicTime
    /// How much media time had come by then.
    private var mediaTime: Int64 = 0

    init(leadTimeMax: TimeAmount, lagTimeMax: TimeAmount, now: MonotonicTime) {
        self.leadMax = min(max(leadTimeMax.nanoseconds, 0), Self.timeMax)
        self.lagMax = min(max(lagTimeMax.nanoseconds, 0), Self.timeMax)
        self.time = now
    }

    /// Takes how much media time has come in all, in nanoseconds. Too far ahead it answers until when nothing more
    /// should be taken.
    mutating func advance(to mediaTime: Int64, now: MonotonicTime) -> MonotonicTime? {
        let elapsed = min(max((now - self.time).nanoseconds, 0), Self.timeMax)
        self.time = max(self.time, now)
        self.lead = max(self.lead &- elapsed &- elapsed / Self.tenths, -self.lagMax)
        self.lead = min(self.lead &+ min(max(mediaTime &- self.mediaTime, 0), Self.timeMax), Self.timeMax)
        self.mediaTime = max(self.mediaTime, mediaTime)
        guard self.lead > self.leadMax else { return nil }
        let excess = self.lead &- max(self.leadMax &- Self.resumeTime, 0)
        // Rounded up: after the pause the lead is within the bound again.
        return self.time + .nanoseconds(excess / (Self.tenths &+ 1) &* Self.tenths &+ Self.tenths)
    }
}
