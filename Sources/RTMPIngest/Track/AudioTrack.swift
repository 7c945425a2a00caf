internal import MediaTypes
internal import Primitives

/// One audio track: its format, and the units that its packets make.
struct AudioTrack: Sendable {
    let id: TrackID
    let codec: AudioCodec
    var gate: FormatGate
    private let limits: MediaLimits
    private var lastConfiguration: [UInt8] = []
    /// As a multichannel configuration tells it; for codecs whose own configuration does not.
    private var channelCount: UInt8?
    /// What the format was made from when there is no sequence start: the rate and channels of a frame.
    private var frameFormat: AudioFormat?

    init(_ id: TrackID, _ codec: AudioCodec, limits: MediaLimits, now: MonotonicTime) {
        self.id = id
        self.codec = codec
        self.limits = limits
        self.gate = FormatGate(limits: limits, now: now)
    }

    /// The same track with another codec: what was told, and how often, is not forgotten.
    init(replacing track: AudioTrack, _ codec: AudioCodec, now: MonotonicTime) {
        self.init(track.id, codec, limits: track.limits, now: now)
        self.gate = track.gate
        self.gate.withdraw()
    }

    /// Takes a sequence start. Returns why it is of no use, nil when it is or says nothing new.
    mutating func configure(_ tag: borrowing RawSpan, _ body: Range<Int>) -> StaticString? {
        let record = tag.extracting(body)
        if body.isEmpty || record.isEqual(to: self.lastConfiguration) { return nil }
        guard body.count <= self.limits.configurationByteCountMax else { return "configuration-too-large" }
        let format: AudioFormat?
        switch self.codec {
        case .aac: format = AudioSpecificConfiguration(record)?.format
        case .opus: format = OpusHead(record)?.format
        case .flac: format = FLACStreamInfo(record)?.format
        // Their frames say everything.
        case .mp3, .ac3, .eac3: return nil
        }
        guard let format else { return "configuration-invalid" }
        self.lastConfiguration = record.copy()
        self.offer(format)
        return nil
    }

    /// Takes the number of channels from a multichannel configuration: an order, a count, and what they are.
    mutating func setChannels(_ tag: borrowing RawSpan, _ body: Range<Int>) {
        guard body.count >= 2, let count = tag.byte(at: body.lowerBound &+ 1), count > 0 else { return }
        self.channelCount = count
        self.frameFormat = nil
        if case .audio(let format)? = self.gate.latest { self.offer(format) }
    }

    /// Makes the next unit from `rest` and moves its start behind it: nearly always the whole message is one.
    mutating func next(_ tag: borrowing RawSpan, _ rest: inout Range<Int>) -> Assembly {
        guard !rest.isEmpty else { return .nothing }
        let bytes = tag.extracting(rest)
        switch self.codec {
        case .aac: return self.nextAAC(bytes, &rest)
        case .mp3:
            let header = MP3Header(bytes)
            if let header { self.offerOnce(header.format) }
            return Self.unit(&rest, self.firstByteCount(header?.frameByteCount, bytes) { MP3Header($0) != nil })
        case .ac3:
            let header = AC3Header(bytes)
            if let header { self.offerOnce(header.format) }
            return Self.unit(&rest, self.firstByteCount(header?.frameByteCount, bytes) { AC3Header($0) != nil })
        case .eac3:
            if let header = EAC3Header(bytes) { self.offerOnce(header.format) }
        case .opus:
            if self.lastConfiguration.isEmpty, self.frameFormat == nil, let packet = OpusPacket(bytes) {
                let head = OpusHead(channelCount: self.channelCount, isStereo: packet.isStereo)
                self.frameFormat = head.format
                self.offer(head.format)
            }
        case .flac: break
        }
        return Self.unit(&rest, rest.count)
    }

    /// How long so many frames take, in milliseconds; 0 where that is not known.
    func milliseconds(ofFrames count: Int) -> UInt32 {
        guard count > 0, case .audio(let format)? = self.gate.told, format.sampleRate > 0 else { return 0 }
        let samples = count &* format.samplesPerUnit
        return UInt32(truncatingIfNeeded: samples &* 1000 / format.sampleRate)
    }

    /// Raw AAC never begins with twelve ones: that is the header of ADTS, which has no place here. Several such frames
    /// may come at once.
    private mutating func nextAAC(_ bytes: borrowing RawSpan, _ rest: inout Range<Int>) -> Assembly {
        guard let sync = bytes.bigEndianUInt16(at: 0), sync & 0xfff6 == 0xfff0 else {
            return Self.unit(&rest, rest.count)
        }
        guard let header = ADTSHeader(bytes), header.frameByteCount >= header.headerByteCount,
            header.frameByteCount <= bytes.byteCount
        else {
            rest = rest.upperBound..<rest.upperBound
            return .dropped("adts-invalid")
        }
        if self.lastConfiguration.isEmpty, let configuration = header.configuration {
            self.offerOnce(configuration.format)
        }
        let start = rest.lowerBound
        let end = start &+ header.frameByteCount
        rest = end..<rest.upperBound
        let unit = start &+ header.headerByteCount..<end
        return unit.isEmpty ? .nothing : .borrowed(unit, UnitFlags(isRandomAccess: true))
    }

    private static func unit(_ rest: inout Range<Int>, _ byteCount: Int) -> Assembly {
        let unit = rest.lowerBound..<rest.lowerBound &+ byteCount
        rest = unit.upperBound..<rest.upperBound
        return .borrowed(unit, UnitFlags(isRandomAccess: true))
    }

    /// Where the first of several frames ends; without another frame right behind it, it is all one.
    private func firstByteCount(
        _ announced: Int?, _ bytes: borrowing RawSpan, isFrame: (borrowing RawSpan) -> Bool
    ) -> Int {
        guard let announced, announced > 0, announced < bytes.byteCount,
            isFrame(bytes.extracting(announced..<bytes.byteCount))
        else { return bytes.byteCount }
        return announced
    }

    /// The format of a frame that describes itself; looked at again only when it changes.
    private mutating func offerOnce(_ format: AudioFormat) {
        if format == self.frameFormat { return }
        self.frameFormat = format
        self.offer(format)
    }

    private mutating func offer(_ format: AudioFormat) {
        var format = format
        if format.channelCount == 0, let count = self.channelCount { format.channelCount = Int(count) }
        self.gate.offer(.audio(format))
    }
}
