import MediaTypes

/// Formats and units for tests; every unit's bytes are its number and some more.
enum MediaMaker {
    static func video(_ tag: UInt8 = 1) -> TrackFormat { .video(VideoFormat(codec: .h264, configuration: [tag])) }

    static func video(height: Int) -> TrackFormat {
        var format = VideoFormat(codec: .h264, configuration: [1])
        (format.width, format.height) = (height * 16 / 9, height)
        return .video(format)
    }

    static func audio(rate: Int = 48_000, unit: Int = 1024, tag: UInt8 = 1) -> TrackFormat {
        var format = AudioFormat(codec: .aac, configuration: [tag])
        format.sampleRate = rate
        format.channelCount = 2
        format.samplesPerUnit = unit
        return .audio(format)
    }

    static func unit(
        _ track: TrackID, at nanoseconds: Int64, isKey: Bool = true, timeline: UInt32 = 0, offset: Int64 = 0
    ) -> AccessUnit {
        AccessUnit(
            track: track, decodeTime: MediaTime(nanoseconds: nanoseconds),
            presentationOffset: MediaTime(nanoseconds: offset), timeline: timeline, isRandomAccess: isKey)
    }

    static func payload(_ number: Int, count: Int = 16) -> [UInt8] {
        var bytes = withUnsafeBytes(of: Int64(number)) { Array($0) }
        bytes.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: number), count: max(count - 8, 0)))
        return bytes
    }
}

extension TrackID {
    static let picture = TrackID(.video)
    static let sound = TrackID(.audio)
}
