internal import MediaTypes
internal import Observability

/// Says in the log what a publisher sends, and hands it on.
final class FormatLog: MediaReceiver {
    private let stream: String
    private let log: Log
    private let receiver: any MediaReceiver
    private(set) var videoUnitCount = 0
    private(set) var audioUnitCount = 0

    init(stream: String, log: Log, receiver: any MediaReceiver) {
        self.stream = stream
        self.log = log
        self.receiver = receiver
    }

    func receive(_ format: TrackFormat, of track: TrackID) {
        self.log.info(
            "track format",
            [
                "stream": .text(self.stream), "track": .number(Int(track.number)),
                "format": .text(FormatLog.words(for: format)),
            ])
        self.receiver.receive(format, of: track)
    }

    func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
        switch unit.track.kind {
        case .video: self.videoUnitCount += 1
        case .audio: self.audioUnitCount += 1
        }
        self.receiver.receive(unit, payload: payload)
    }

    func publishingEnded(_ end: MediaEnd) {
        self.log.info(
            "media received",
            [
                "stream": .text(self.stream), "pictures": .number(self.videoUnitCount),
                "audio_frames": .number(self.audioUnitCount),
            ])
        self.receiver.publishingEnded(end)
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
