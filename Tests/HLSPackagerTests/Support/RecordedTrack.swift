import HLSPackager
import MediaTypes
import TestSupport
import Testing

/// One track of a recorded FLV file as muxers take it: a format, and samples with their payloads.
struct RecordedTrack {
    struct Unit: Equatable {
        var sample: Sample
        var bytes: [UInt8]
    }

    var track: MuxedTrack
    var units: [Unit]

    /// Times begin at `baseSeconds`. A sample lasts until the next one, the last one as long as the one before it;
    /// audio samples follow one another without a gap.
    static func tracks(ofFile name: String, baseSeconds: Int64 = 10) throws -> [RecordedTrack] {
        let file = try #require(try Fixtures.files(in: "flv").first { $0.name == name + ".flv" })
        return try self.tracks(inFLV: file.bytes, baseSeconds: baseSeconds)
    }

    static func tracks(inFLV bytes: [UInt8], baseSeconds: Int64 = 10) throws -> [RecordedTrack] {
        let tags = try PublisherTag.tags(inFLV: bytes)
        return [
            try Self.video(tags.filter { $0.kind == .video }, baseSeconds),
            try Self.audio(tags.filter { $0.kind == .audio }, baseSeconds),
        ].compactMap { $0 }
    }

    private static func video(_ tags: [PublisherTag], _ baseSeconds: Int64) throws -> RecordedTrack? {
        let packets = tags.compactMap { VideoPacket($0) }
        guard let first = packets.first(where: { $0.isStart }) else { return nil }
        var format = try #require(first.format)
        let frames = packets.filter { !$0.isStart }
        if format.codec == .vp9, let bytes = frames.first?.bytes, let header = VP9FrameHeader(bytes.span.bytes) {
            (format.width, format.height) = (header.width, header.height)
        }
        let starts = frames.map { (baseSeconds * 1000 + Int64($0.milliseconds)) * 90 }
        let units = frames.indices.map { index in
            let next = index + 1 < starts.count ? index : max(index - 1, 0)
            return Unit(
                sample: Sample(
                    trackIndex: 0, decodeTicks: starts[index],
                    presentationOffsetTicks: frames[index].offsetMilliseconds * 90,
                    durationTicks: Int32(starts[next + 1] - starts[next]), isRandomAccess: frames[index].isKey),
                bytes: frames[index].bytes)
        }
        return RecordedTrack(track: MuxedTrack(format: .video(format), timescale: 90_000), units: units)
    }

    private static func audio(_ tags: [PublisherTag], _ baseSeconds: Int64) throws -> RecordedTrack? {
        let packets = tags.compactMap { AudioPacket($0) }
        let frames = packets.filter { !$0.isStart }
        guard let firstFrame = frames.first, let first = packets.first else { return nil }
        let format = try #require(first.format)
        var decode = (baseSeconds * 1000 + Int64(firstFrame.milliseconds)) * Int64(format.sampleRate) / 1000
        let units = frames.map { frame in
            let duration = Int32(
                format.codec == .opus
                    ? OpusPacket(frame.bytes.span.bytes)?.sampleCount ?? 960 : format.samplesPerUnit)
            defer { decode += Int64(duration) }
            return Unit(
                sample: Sample(
                    trackIndex: 0, decodeTicks: decode, presentationOffsetTicks: 0, durationTicks: duration,
                    isRandomAccess: true),
                bytes: frame.bytes)
        }
        return RecordedTrack(
            track: MuxedTrack(format: .audio(format), timescale: Int32(format.sampleRate)), units: units)
    }
}

/// The body of a video tag, with its header read.
private struct VideoPacket {
    var milliseconds: UInt32
    var isKey: Bool
    var isStart: Bool
    var codec: VideoCodec
    var offsetMilliseconds: Int32 = 0
    var bytes: [UInt8]

    init?(_ tag: PublisherTag) {
        let body = tag.payload
        self.milliseconds = tag.timestamp
        self.isKey = body[0] >> 4 & 7 == 1
        var start = 5
        let type: UInt8
        if body[0] & 0x80 == 0 {
            (self.codec, type) = (body[0] & 15 == 12 ? .hevc : .h264, body[1])
            start = 2
        } else {
            type = body[0] & 15
            switch String(decoding: body[1..<5], as: UTF8.self) {
            case "hvc1": self.codec = .hevc
            case "av01": self.codec = .av1
            case "vp09": self.codec = .vp9
            default: self.codec = .h264
            }
        }
        guard type != 2, type <= 3 else { return nil }
        self.isStart = type == 0
        let isLegacy = body[0] & 0x80 == 0
        let hasOffset = isLegacy || type == 1 && (self.codec == .h264 || self.codec == .hevc)
        if hasOffset {
            let number = body[start..<start + 3].reduce(Int32(0)) { $0 << 8 | Int32($1) }
            self.offsetMilliseconds = (number << 8) >> 8
            start += 3
        }
        self.bytes = Array(body[start...])
    }

    var format: VideoFormat? {
        let record = self.bytes.span.bytes
        return switch self.codec {
        case .h264: AVCConfiguration(record)?.format
        case .hevc: HEVCConfiguration(record)?.format
        case .av1: AV1Configuration(record)?.format
        case .vp9: VP9Configuration(record)?.format
        }
    }
}

/// The body of an audio tag, with its header read.
private struct AudioPacket {
    var milliseconds: UInt32
    var isStart: Bool
    var codec: AudioCodec
    var bytes: [UInt8]

    init?(_ tag: PublisherTag) {
        let body = tag.payload
        self.milliseconds = tag.timestamp
        switch body[0] >> 4 {
        case 9:
            self.isStart = body[0] & 15 == 0
            switch String(decoding: body[1..<5], as: UTF8.self) {
            case "Opus": self.codec = .opus
            case "fLaC": self.codec = .flac
            case "ac-3": self.codec = .ac3
            case "ec-3": self.codec = .eac3
            default: return nil
            }
            guard body[0] & 15 <= 1 else { return nil }
            self.bytes = Array(body[5...])
        case 10:
            (self.codec, self.isStart) = (.aac, body[1] == 0)
            self.bytes = Array(body[2...])
        default:
            (self.codec, self.isStart) = (.mp3, false)
            self.bytes = Array(body[1...])
        }
        if self.bytes.isEmpty { return nil }
    }

    var format: AudioFormat? {
        let record = self.bytes.span.bytes
        return switch self.codec {
        case .aac: AudioSpecificConfiguration(record)?.format
        case .opus: OpusHead(record)?.format
        case .flac: FLACStreamInfo(record)?.format
        case .mp3: MP3Header(record)?.format
        case .ac3: AC3Header(record)?.format
        case .eac3: EAC3Header(record)?.format
        }
    }
}
