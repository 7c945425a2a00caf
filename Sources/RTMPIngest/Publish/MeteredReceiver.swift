internal import MediaTypes
internal import Primitives

/// Counts what goes to a receiver, and holds it against the rates of the grant. Plain numbers, which their owner takes
/// once a second: no atomics per unit.
final class MeteredReceiver: MediaReceiver {
    struct Counts: Equatable {
        var unitCount = 0
        var byteCount = 0
    }

    private let receiver: any MediaReceiver
    @exclusivity(unchecked) private var video = Counts()
    @exclusivity(unchecked) private var audio = Counts()

    @exclusivity(unchecked) private var cap: RateCap
    /// The time of the message that is being taken.
    @exclusivity(unchecked) var now: MonotonicTime
    /// Of all units so far: the first excess stays.
    @exclusivity(unchecked) private(set) var verdict = RateCap.Verdict.within

    init(_ receiver: any MediaReceiver, grant: PublishGrant, now: MonotonicTime) {
        self.receiver = receiver
        self.cap = RateCap(
            bitsPerSecondMax: grant.bitsPerSecondMax, framesPerSecondMax: grant.framesPerSecondMax, now: now)
        self.now = now
    }

    func receive(_ format: TrackFormat, of track: TrackID) { self.receiver.receive(format, of: track) }

    func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
        switch unit.track.kind {
        case .video:
            self.video.unitCount &+= 1
            self.video.byteCount &+= payload.byteCount
        case .audio:
            self.audio.unitCount &+= 1
            self.audio.byteCount &+= payload.byteCount
        }
        let verdict = self.cap.note(unit.track.kind, byteCount: payload.byteCount, now: self.now)
        if self.verdict == .within { self.verdict = verdict }
        self.receiver.receive(unit, payload: payload)
    }

    func publishingEnded(_ end: MediaEnd) { self.receiver.publishingEnded(end) }

    /// What came since it was last asked.
    func takeCounts() -> (video: Counts, audio: Counts) {
        defer {
            self.video = Counts()
            self.audio = Counts()
        }
        return (self.video, self.audio)
    }
}
