internal import MediaTypes
internal import Observability
internal import RTMPIngest
internal import Reactor

/// Takes the media of streams and lets it go: says in the log what came, until there is a packager that uses it.
struct FormatLog: MediaDestination {
    let log: Log

    func receiver(for stream: String, on loop: EventLoop) -> any MediaReceiver {
        Receiver(stream: stream, log: self.log)
    }

    /// Counts the units of one publishing.
    final class Receiver: MediaReceiver {
        private let stream: String
        private let log: Log
        private(set) var videoUnitCount = 0
        private(set) var audioUnitCount = 0

        init(stream: String, log: Log) {
            self.stream = stream
            self.log = log
        }

        func receive(_ format: TrackFormat, of track: TrackID) {
            self.log.info(
                "track format",
                [
                    "stream": .text(self.stream), "track": .number(Int(track.number)),
                    "format": .text(FormatLog.words(for: format)),
                ])
        }

        func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
            switch unit.track.kind {
            case .video: self.videoUnitCount += 1
            case .audio: self.audioUnitCount += 1
            }
        }

        func publishingEnded(_ end: MediaEnd) {
            self.log.info(
                "media received",
                [
                    "stream": .text(self.stream), "pictures": .number(self.videoUnitCount),
                    "audio_frames": .number(self.audioUnitCount),
                ])
        }
    }

    /// As an organizer would say it: `H.264 video, 1920×1080`.
    static func words(for format: TrackFormat) -> String {
        switch format {
        case .video(let video):
            let size = video.width > 0 && video.height > 0 ? ", \(video.width)×\(video.height)" : ""
            return video.codec.name + " video" + size
        case .audio(let audio):
            let rate = audio.sampleRate > 0 ? ", \(audio.sampleRate) Hz" : ""
            let channels =
                switch audio.channelCount {
                case 0: ""
                case 1: ", mono"
                case 2: ", stereo"
                default: ", \(audio.channelCount) channels"
                }
            return audio.codec.name + " audio" + rate + channels
        }
    }
}
