internal import MediaTypes

/// The parameter sets of a format, to be put into its first picture as well.
///
/// They stand in the initialisation section, and there they belong (ISO/IEC 14496-15 §5.4.1). But players built on
/// libavformat read one initialisation section for the whole of a stream, and would decode what follows a change of
/// format by the sets of the format before. Decoders take sets from pictures too.
struct RepeatedParameterSets: Sendable {
    /// Each with its length in four bytes before it.
    private let bytes: [UInt8]
    private let isDelimiter: @Sendable (UInt8) -> Bool

    /// Nil where pictures carry all that is needed, or there are no sets.
    init?(_ format: VideoFormat) {
        let units: [[UInt8]]
        switch format.codec {
        case .h264:
            guard let record = unsafe AVCConfiguration(format.configuration.span.bytes) else { return nil }
            units = record.sequenceSets + record.sequenceSetExtensions + record.pictureSets
            self.isDelimiter = { H264NAL.type(of: $0) == H264NAL.delimiter }
        case .hevc:
            guard let record = unsafe HEVCConfiguration(format.configuration.span.bytes) else { return nil }
            units = record.videoSets + record.sequenceSets + record.pictureSets
            self.isDelimiter = { HEVCNAL.type(of: $0) == HEVCNAL.delimiter }
        case .av1, .vp9: return nil
        }
        guard !units.isEmpty else { return nil }
        self.bytes = units.flatMap { unit in
            (0..<4).map { UInt8(truncatingIfNeeded: unit.count >> (24 - $0 * 8)) } + unit
        }
    }

    /// The picture with the sets before everything but the delimiter of access units, which is always first; and where
    /// they are in it.
    func put(into picture: [UInt8]) -> (bytes: [UInt8], sets: Range<Int>) {
        let start = self.delimiterByteCount(picture)
        return (picture[..<start] + self.bytes + picture[start...], start..<start + self.bytes.count)
    }

    private func delimiterByteCount(_ picture: [UInt8]) -> Int {
        guard picture.count > Self.lengthByteCount, self.isDelimiter(picture[Self.lengthByteCount]) else { return 0 }
        let count = picture[..<Self.lengthByteCount].reduce(0) { $0 << 8 | Int($1) }
        let end = Self.lengthByteCount + count
        return end <= picture.count ? end : 0
    }

    private static let lengthByteCount = 4
}
