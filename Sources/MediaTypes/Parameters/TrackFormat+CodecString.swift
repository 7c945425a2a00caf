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
    package var codecString: String? { nil }
}

extension AudioFormat {
    package var codecString: String? { nil }
}
