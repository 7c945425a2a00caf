internal import MediaTypes

/// Every parser of codec parameters, each with all of the input: none traps, what is read keeps within its limits, and
/// a record that was written is read as the same again.
package enum CodecsProperty: FuzzProperty {
    package static let name = "codecs"

    package static func violation(of bytes: [UInt8]) -> String? {
        let span = bytes.span.bytes
        _ = H264NAL.hasRecoveryPoint(span)
        _ = HEVCNAL.hasRecoveryPoint(span)
        _ = ADTSHeader(span)?.configuration
        let formats =
            Self.videoParsers.compactMap { $0(span) }.map(TrackFormat.video)
            + Self.audioParsers.compactMap { $0(span) }.map(TrackFormat.audio)
        for format in formats {
            guard format.codecString?.isEmpty == false else { return "no codec string of what was read" }
        }
        return self.videoViolation(span) ?? self.audioViolation(span) ?? self.frameViolation(span)
    }

    private typealias VideoParser = @Sendable (borrowing RawSpan) -> VideoFormat?
    private typealias AudioParser = @Sendable (borrowing RawSpan) -> AudioFormat?

    private static let videoParsers: [VideoParser] = [
        { AVCConfiguration($0)?.format }, { HEVCConfiguration($0)?.format }, { AV1Configuration($0)?.format },
        { AV1Configuration(temporalUnit: $0)?.format }, { VP9Configuration($0)?.format },
    ]

    private static let audioParsers: [AudioParser] = [
        { AudioSpecificConfiguration($0)?.format }, { OpusHead($0)?.format }, { FLACStreamInfo($0)?.format },
        { AC3Header($0)?.format }, { EAC3Header($0)?.format }, { MP3Header($0)?.format },
    ]

    private static func videoViolation(_ bytes: borrowing RawSpan) -> String? {
        for parse in self.videoParsers {
            guard let format = parse(bytes) else { continue }
            let sideMax = ParameterLimits.pictureSideMax
            if !(0...sideMax).contains(format.width) || !(0...sideMax).contains(format.height) {
                return "a picture of \(format.width)x\(format.height)"
            }
            guard parse(format.configuration.span.bytes).map({ $0 == format }) ?? true else {
                return "\(format.codec) is read as another when it is written"
            }
            guard format.codec == .av1 || parse(format.configuration.span.bytes) != nil else {
                return "\(format.codec) cannot be read when it is written"
            }
        }
        if let header = VP9FrameHeader(bytes) {
            let made = VP9Configuration(header)
            if VP9Configuration(made.record.span.bytes) != made { return "vpcC of a frame is read as another" }
        }
        if let set = H264SequenceParameters(bytes) {
            let unit = bytes.withUnsafeBytes { Array($0) }
            guard let made = AVCConfiguration(sequenceSets: [unit], pictureSets: []) else {
                return unit.count > ParameterLimits.unitByteCountMax ? nil : "no avcC of a set that can be read"
            }
            if made.parameters != set { return "an H.264 set is read as another in avcC" }
        }
        if let set = HEVCSequenceParameters(bytes) {
            let unit = bytes.withUnsafeBytes { Array($0) }
            guard let made = HEVCConfiguration(videoSets: [], sequenceSets: [unit], pictureSets: []) else {
                return unit.count > ParameterLimits.unitByteCountMax ? nil : "no hvcC of a set that can be read"
            }
            if made.parameters != set { return "an HEVC set is read as another in hvcC" }
            if HEVCConfiguration(made.record.span.bytes) != made { return "hvcC is another when it is written" }
        }
        return nil
    }

    private static func audioViolation(_ bytes: borrowing RawSpan) -> String? {
        for parse in self.audioParsers {
            guard let format = parse(bytes) else { continue }
            if format.sampleRate <= 0 || format.sampleRate >= 1 << 24 { return "\(format.sampleRate) samples a second" }
            if !(0...255).contains(format.channelCount) { return "\(format.channelCount) channels" }
            if !format.configuration.isEmpty, parse(format.configuration.span.bytes) != format {
                return "\(format.codec) is read as another when it is written"
            }
        }
        return nil
    }

    private static func frameViolation(_ bytes: borrowing RawSpan) -> String? {
        let counts = [
            ADTSHeader(bytes)?.frameByteCount, AC3Header(bytes)?.frameByteCount, EAC3Header(bytes)?.frameByteCount,
            MP3Header(bytes)?.frameByteCount, OpusPacket(bytes)?.sampleCount,
        ]
        for case .some(let count) in counts where count <= 0 || count > 8192 { return "a frame of \(count) bytes" }
        return nil
    }
}
