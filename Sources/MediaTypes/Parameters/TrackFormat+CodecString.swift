extension TrackFormat {
    /// What HLS calls the codec in CODECS (RFC 6381 and each codec's own rules); nil where the configuration cannot be
    /// read.
    package var codecString: String? {
        switch self {
        case .video(let format): format.codecString
        case .audio(let format): format.codecString
        }
    }
}

extension VideoFormat {
    /// As `TrackFormat.codecString`.
    package var codecString: String? {
        let record = unsafe self.configuration.span.bytes
        return switch self.codec {
        case .h264: AVCConfiguration(record)?.codecString
        case .hevc: HEVCConfiguration(record)?.codecString
        case .av1: AV1Configuration(record)?.codecString
        case .vp9: VP9Configuration(record)?.codecString
        }
    }
}

extension AudioFormat {
    /// As `TrackFormat.codecString`.
    package var codecString: String? {
        switch self.codec {
        case .aac: unsafe AudioSpecificConfiguration(self.configuration.span.bytes)?.codecString
        case .mp3: "mp4a.40.34"
        case .opus: "Opus"
        case .ac3: "ac-3"
        case .eac3: "ec-3"
        case .flac: "fLaC"
        }
    }
}
