package import MediaTypes

/// Hands a publishing's media on, and offers the keyframes of its first picture track to a thumbnailer.
package final class PosterTap: MediaReceiver {
    private let receiver: any MediaReceiver
    private let thumbnailer: Thumbnailer
    private let environment: PackagerEnvironment
    /// Of the picture track with the lowest number.
    private var main: (track: TrackID, format: VideoFormat)?

    init(receiver: any MediaReceiver, thumbnailer: Thumbnailer, environment: PackagerEnvironment) {
        self.receiver = receiver
        self.thumbnailer = thumbnailer
        self.environment = environment
    }

    package func receive(_ format: TrackFormat, of track: TrackID) {
        if case .video(let video) = format, self.main.map({ track.number <= $0.track.number }) ?? true {
            self.main = (track, video)
        }
        self.receiver.receive(format, of: track)
    }

    package func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
        // The packager first: viewers wait for it.
        self.receiver.receive(unit, payload: payload)
        guard unit.isRandomAccess, let main = self.main, unit.track == main.track else { return }
        self.thumbnailer.offer(
            main.format, payload, now: self.environment.now(), capturedAt: self.environment.wallClock())
    }

    package func publishingEnded(_ end: MediaEnd) {
        self.thumbnailer.publishing(-1)
        self.receiver.publishingEnded(end)
    }
}
