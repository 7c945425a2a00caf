internal import MediaTypes
internal import Primitives

/// One video track: its format, and the units that its packets make.
struct VideoTrack: Sendable {
    let id: TrackID
    let codec: VideoCodec
    var gate: FormatGate
    private let limits: MediaLimits
    /// For H.264 and HEVC.
    private var nalUnits: NALUnitAssembler?
    private var lastConfiguration: [UInt8] = []
    /// What the configuration says, before colours that came beside it.
    private var format: VideoFormat?
    private var color: VideoColor?

    init(_ id: TrackID, _ codec: VideoCodec, limits: MediaLimits, now: MonotonicTime) {
        self.id = id
        self.codec = codec
        self.limits = limits
        self.gate = FormatGate(limits: limits, now: now)
        switch codec {
        case .h264: self.nalUnits = NALUnitAssembler(.h264, limits: limits)
        case .hevc: self.nalUnits = NALUnitAssembler(.hevc, limits: limits)
        case .av1, .vp9: break
        }
    }

    /// The same track with another codec: what was told, and how often, is not forgotten.
    init(replacing track: VideoTrack, _ codec: VideoCodec, now: MonotonicTime) {
        self.init(track.id, codec, limits: track.limits, now: now)
        self.gate = track.gate
        self.gate.withdraw()
    }

    /// Takes a sequence start. Returns why it is of no use, nil when it is or says nothing new.
    mutating func configure(_ tag: borrowing RawSpan, _ body: Range<Int>) -> StaticString? {
        if let configuration = self.nalUnits?.configure(tag, body) { return self.apply(configuration) }
        let record = tag.extracting(body)
        if body.isEmpty || record.isEqual(to: self.lastConfiguration) { return nil }
        guard body.count <= self.limits.configurationByteCountMax else { return "configuration-too-large" }
        let parsed =
            self.codec == .av1 ? AV1Configuration(record)?.format : VP9Configuration(record)?.format
        guard let parsed else { return "configuration-invalid" }
        self.lastConfiguration = record.copyBytes()
        return self.apply(.changed(parsed))
    }

    /// Takes colours that the publisher tells beside the pictures; none take back what was told before.
    mutating func noteMetadata(_ values: borrowing RawSpan, limits: RTMPLimits) {
        let color = ColorInformation.color(values, limits: limits)
        if color == self.color { return }
        self.color = color
        if let format = self.format { self.offer(format) }
    }

    /// Makes a unit from a packet.
    mutating func assemble(
        _ tag: borrowing RawSpan, _ packet: MediaPacket, scratch: inout [UInt8]
    ) -> Assembly {
        var configuration = NALUnitAssembler.Configuration.unchanged
        if let assembly = self.nalUnits?.assemble(tag, packet, scratch: &scratch, configuration: &configuration) {
            if case .changed = configuration { _ = self.apply(configuration) }
            return assembly
        }
        var body = packet.body
        if self.codec == .av1 {
            body = Self.withoutDelimiter(tag, body)
            if self.format == nil, let found = AV1Configuration(temporalUnit: tag.extracting(body)) {
                _ = self.apply(.changed(found.format))
            }
        }
        if self.codec == .vp9, packet.isKeyFrame { self.noteSize(tag.extracting(body)) }
        guard !body.isEmpty else { return .nothing }
        let flags = UnitFlags(
            isRandomAccess: packet.isKeyFrame, isDisposable: packet.isDisposable && !packet.isKeyFrame)
        return .borrowed(body, flags)
    }

    private mutating func apply(_ configuration: NALUnitAssembler.Configuration) -> StaticString? {
        switch configuration {
        case .unchanged: return nil
        case .invalid(let reason): return reason
        case .changed(let format):
            self.format = format
            self.offer(format)
            return nil
        }
    }

    private mutating func offer(_ format: VideoFormat) {
        var format = format
        if let color = self.color { format.color = format.color?.overridden(by: color) ?? color }
        self.gate.offer(.video(format))
    }

    /// VP9 has its size in key frames only.
    private mutating func noteSize(_ frame: borrowing RawSpan) {
        guard var format = self.format, let header = VP9FrameHeader(frame),
            format.width != header.width || format.height != header.height
        else { return }
        (format.width, format.height) = (header.width, header.height)
        _ = self.apply(.changed(format))
    }

    /// AV1 units begin with a temporal delimiter, which ISO BMFF leaves out: two bytes, or one without its size.
    private static func withoutDelimiter(_ tag: borrowing RawSpan, _ body: Range<Int>) -> Range<Int> {
        guard let head = tag.byte(at: body.lowerBound), body.count >= 2, head >> 3 & 0x0f == 2 else { return body }
        let extensionByteCount = head & 0x04 == 0 ? 0 : 1
        let byteCount = 1 + extensionByteCount + (head & 0x02 == 0 ? 0 : 1)
        return byteCount <= body.count ? body.lowerBound &+ byteCount..<body.upperBound : body
    }
}
