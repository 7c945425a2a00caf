internal import MediaTypes

/// Collects what an organizer should know of how a stream is coded and sent, each thing once.
struct MediaAdvisor: Sendable {
    private static let unsupportedCodecCountMax = 8
    private static let missingConfigurationCount = 100

    private var missingCount: [MediaKind: Int] = [:]
    private var unsupported: Set<UnsupportedCodec> = []
    private var isUnsteady = false
    private var isHeldBack = false
    private var news: [StreamAdvice] = []

    /// What is new since the last call.
    mutating func take() -> [StreamAdvice] {
        let news = self.news
        self.news = []
        return news
    }

    mutating func note(_ codec: UnsupportedCodec) {
        guard self.unsupported.count < Self.unsupportedCodecCountMax, self.unsupported.insert(codec).inserted else {
            return
        }
        switch codec.kind {
        case .video:
            self.say(
                "video-codec-unsupported",
                "The video is coded as \(codec.name), which cannot be streamed. "
                    + "Set the encoder to H.264, HEVC, AV1 or VP9.")
        case .audio:
            self.say(
                "audio-codec-unsupported",
                "The sound is coded as \(codec.name), which cannot be streamed. "
                    + "Set the encoder to AAC, Opus, MP3, AC-3, E-AC-3 or FLAC.")
        }
    }

    mutating func noteUnsteadyFormat() {
        guard !self.isUnsteady else { return }
        self.isUnsteady = true
        self.say(
            "format-changes-too-often",
            "The encoder changes its picture or sound format all the time, so viewers miss parts of the stream. "
                + "Stop streaming, restart the encoder and start again.")
    }

    mutating func noteHeldBack() {
        guard !self.isHeldBack else { return }
        self.isHeldBack = true
        self.say(
            "held-back",
            "The encoder sends faster than real time, so it has to wait from now on: the stream is taken about as "
                + "fast as it plays. Send it in real time (ffmpeg: -re before -i).")
    }

    /// A few units without a configuration are usual at the start.
    mutating func noteMissingConfiguration(_ kind: MediaKind) {
        self.missingCount[kind, default: 0] &+= 1
        guard self.missingCount[kind] == Self.missingConfigurationCount else { return }
        let what = kind == .video ? "video" : "sound"
        self.say(
            "no-configuration",
            "The encoder sends \(what), but without the description that players need before they can play it, so "
                + "nobody gets it. Stop and start streaming.")
    }

    private mutating func say(_ label: StaticString, _ sentence: String) {
        self.news.append(StreamAdvice(label, sentence))
    }
}
