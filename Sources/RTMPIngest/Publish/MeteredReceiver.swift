internal import MediaTypes

/// Counts what goes to a receiver. Plain numbers, which their owner takes once a second: no atomics per unit.
final class MeteredReceiver: MediaReceiver {
    struct Counts: Equatable {
        var unitCount = 0
        var byteCount = 0
    }

    private let receiver: any MediaReceiver
    @exclusivity(unchecked) private var video = Counts()
    @exclusivity(unchecked) private var audio = Counts()

    init(_ receiver: any MediaReceiver) { self.receiver = receiver }

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
