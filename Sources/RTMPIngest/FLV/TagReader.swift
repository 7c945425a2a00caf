internal import MediaTypes
internal import Primitives

/// Takes the packets out of one audio or video message, one after the other, without copying or memory of its own.
///
/// Old tags are those of the FLV file format 10.1, annex E; the others Enhanced RTMP v2, "Enhanced Audio" and "Enhanced
/// Video". A message of no bytes holds nothing: for audio it means silence. What is not understood is dropped by the
/// packet, and a message that breaks off ends there.
struct TagReader: Sendable {
    enum Step: Equatable, Sendable {
        case packet(MediaPacket)
        case unsupported(UnsupportedCodec)
        /// The word says why.
        case dropped(StaticString)
        case end

        static func == (left: Step, right: Step) -> Bool {
            switch (left, right) {
            case (.packet(let one), .packet(let other)): one == other
            case (.unsupported(let one), .unsupported(let other)): one == other
            case (.dropped(let one), .dropped(let other)): one.description == other.description
            case (.end, .end): true
            default: false
            }
        }
    }

    enum State: Sendable {
        case start
        case tracks(EnhancedHeader)
        case done
    }

    let kind: MediaKind
    var state = State.start

    init(_ kind: MediaKind) { self.kind = kind }

    /// The next packet of `tag`, the same each time.
    mutating func next(_ tag: borrowing RawSpan) -> Step {
        switch self.state {
        case .done: return .end
        case .tracks(let header): return self.nextTrack(header, tag)
        case .start:
            self.state = .done
            guard let first = tag.byte(at: 0) else { return .end }
            switch self.kind {
            case .video: return first & 0x80 == 0 ? self.oldVideo(first, tag) : self.enhanced(first, tag)
            case .audio: return first >> 4 == 9 ? self.enhanced(first, tag) : self.oldAudio(first, tag)
            }
        }
    }

    /// AVC, and HEVC and AV1 in the same manner: a byte for what follows, and three for the composition time.
    private func oldVideo(_ first: UInt8, _ tag: borrowing RawSpan) -> Step {
        let frameType = first >> 4
        // A command to a player: there is no picture in it.
        if frameType == 5 { return .end }
        let codec: VideoCodec
        switch first & 0x0f {
        case 7: codec = .h264
        case 12: codec = .hevc
        case 13: codec = .av1
        default: return .unsupported(UnsupportedCodec(kind: .video, code: UInt32(first & 0x0f)))
        }
        guard let type = tag.byte(at: 1) else { return .dropped("tag-too-short") }
        var packet = MediaPacket(codec: .video(codec), content: .frame, body: 0..<0)
        packet.isKeyFrame = frameType == 1 || frameType == 4
        packet.isDisposable = frameType == 3
        switch type {
        case 0: packet.content = .configuration
        case 1: break
        case 2: packet.content = .sequenceEnd
        default: return .dropped("packet-type-unknown")
        }
        if packet.content == .sequenceEnd { return .packet(packet) }
        guard let time = tag.bigEndianUInt24(at: 2) else { return .dropped("tag-too-short") }
        packet.compositionMilliseconds = Self.signed(time)
        packet.body = 5..<tag.byteCount
        return .packet(packet)
    }

    private func oldAudio(_ first: UInt8, _ tag: borrowing RawSpan) -> Step {
        switch first >> 4 {
        case 2, 14:
            return .packet(MediaPacket(codec: .audio(.mp3), content: .frame, body: 1..<tag.byteCount))
        case 10:
            guard let type = tag.byte(at: 1) else { return .dropped("tag-too-short") }
            guard type <= 1 else { return .dropped("packet-type-unknown") }
            let content: MediaPacket.Content = type == 0 ? .configuration : .frame
            return .packet(MediaPacket(codec: .audio(.aac), content: content, body: 2..<tag.byteCount))
        case let format:
            return .unsupported(UnsupportedCodec(kind: .audio, code: UInt32(format)))
        }
    }

    /// SI24.
    static func signed(_ value: UInt32) -> Int32 { Int32(bitPattern: value << 8) >> 8 }
}
