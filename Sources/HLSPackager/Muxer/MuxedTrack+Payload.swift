internal import MediaTypes

extension MuxedTrack {
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

    /// How many bytes of a payload libav stores: all but units of AV1 that have no place in ISO BMFF. Throws for AV1
    /// that is not made of whole units: libav would not say that it failed.
    func storedByteCount(_ payload: borrowing RawSpan) throws(MuxerError) -> Int {
        guard case .video(let format) = self.format, format.codec == .av1 else { return payload.byteCount }
        var byteCount = 0
        var position = 0
        while position < payload.byteCount {
            guard let unit = AV1Unit(in: payload, at: position) else {
                throw MuxerError("sampleRefused", "A unit of AV1 is cut off.")
            }
            if !Self.leftOutTypes.contains(unit.type) { byteCount += unit.range.count }
            position = unit.range.upperBound
        }
        guard byteCount > 0 else { throw MuxerError("sampleRefused", "A picture of AV1 has no content.") }
        return byteCount
    }

    /// Temporal delimiter, redundant frame header, tile list, padding (AV1 in ISO BMFF §2.4).
    private static let leftOutTypes: Set<UInt8> = [2, 7, 8, 15]
}
