// What people call the codecs, in the log and in advice.

extension VideoCodec {
    package var name: String {
        switch self {
        case .h264: "H.264"
        case .hevc: "HEVC"
        case .av1: "AV1"
        case .vp9: "VP9"
        }
    }
}

extension AudioCodec {
    package var name: String {
        switch self {
        case .aac: "AAC"
        case .mp3: "MP3"
        case .opus: "Opus"
        case .ac3: "AC-3"
        case .eac3: "E-AC-3"
        case .flac: "FLAC"
        }
    }
}
