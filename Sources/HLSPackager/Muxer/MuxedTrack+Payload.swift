internal import MediaTypes

extension MuxedTrack {
    var isVideo: Bool { if case .video = self.format { true } else { false } }

    /// How far libav's clock is set back for decoding.
    var decodeLead: Int64 { if case .video = self.format { Int64(TrackProgress.offsetTicksMax) } else { 0 } }

    /// libav reads bits of every payload to store it, and does not look where it ends.
    var isParsedByLibAV: Bool {
        switch self.format {
        case .video(let format): format.codec == .av1
        case .audio(let format): format.codec == .ac3 || format.codec == .eac3
        }
    }

    /// The sample entry is made from a frame.
    var isDescribedByFrames: Bool {
        switch self.format {
        case .video: false
        case .audio(let format): format.codec == .ac3 || format.codec == .eac3
        }
    }

    /// How many bytes of a payload libav stores: all but units of AV1 that have no place in ISO BMFF. Throws for what
    /// libav would store without saying that it is broken, or take apart beyond its end.
    func storedByteCount(_ payload: borrowing RawSpan) throws(MuxerError) -> Int {
        switch self.format {
        case .video(let format):
            if format.codec == .av1 { return try Self.storedByteCountAV1(payload) }
        case .audio(let format):
            let isFrame =
                switch format.codec {
                case .ac3: AC3Header(payload) != nil
                // libav puts shorter frames together into one sample.
                case .eac3: EAC3Header(payload)?.samplesPerFrame == Self.wholeFrameSampleCount
                case .aac, .mp3, .opus, .flac: true
                }
            guard isFrame, !self.isDescribedByFrames || payload.byteCount >= Self.frameByteCountMin else {
                throw MuxerError("sampleInvalid", "A unit of AC-3 or E-AC-3 is no frame of six blocks.", .dropSample)
            }
        }
        return payload.byteCount
    }

    private static func storedByteCountAV1(_ payload: borrowing RawSpan) throws(MuxerError) -> Int {
        var byteCount = 0
        var position = 0
        while position < payload.byteCount {
            guard let unit = AV1Unit(in: payload, at: position) else {
                throw MuxerError("sampleInvalid", "A unit of AV1 is cut off.", .dropSample)
            }
            if !Self.leftOutTypes.contains(unit.type) { byteCount += unit.range.count }
            position = unit.range.upperBound
        }
        guard byteCount > 0 else {
            throw MuxerError("sampleInvalid", "A picture of AV1 has no content.", .dropSample)
        }
        return byteCount
    }

    private static let wholeFrameSampleCount = 1536
    /// libav reads so far into a frame's head, at most.
    private static let frameByteCountMin = 16
    /// Temporal delimiter, redundant frame header, tile list, padding (AV1 in ISO BMFF §2.4).
    private static let leftOutTypes: Set<UInt8> = [2, 7, 8, 15]
}
