internal import MediaTypes
internal import Primitives

extension TagReader {
    /// Reads the head of an enhanced tag, then its first packet.
    mutating func enhanced(_ first: UInt8, _ tag: borrowing RawSpan) -> Step {
        var reason: StaticString = "tag-too-short"
        guard let header = EnhancedHeader(self.kind, first: first, tag, &reason) else { return .dropped(reason) }
        return header.isCommand ? .end : self.nextTrack(header, tag)
    }

    /// One packet after the other. Tracks without a size reach to the end of the tag.
    mutating func nextTrack(_ header: EnhancedHeader, _ tag: borrowing RawSpan) -> Step {
        self.state = .done
        var header = header
        var number: UInt8 = 0
        var body = header.offset..<tag.byteCount
        if header.isMultitrack {
            // After the last of many tracks; a tag without even one of them is odd, but nothing is lost.
            if header.tracks != .one, header.offset == tag.byteCount { return .end }
            if header.tracks == .manyCodecs {
                guard let code = tag.bigEndianUInt32(at: header.offset) else { return .dropped("tag-too-short") }
                header.code = code
                header.offset &+= 4
            }
            guard let trackNumber = tag.byte(at: header.offset) else { return .dropped("tag-too-short") }
            number = trackNumber
            header.offset &+= 1
            body = header.offset..<tag.byteCount
            if header.tracks != .one {
                guard let size = tag.bigEndianUInt24(at: header.offset) else { return .dropped("tag-too-short") }
                let start = header.offset &+ 3
                guard Int(size) <= tag.byteCount &- start else { return .dropped("track-size-beyond-tag") }
                body = start..<start &+ Int(size)
                header.offset = body.upperBound
                self.state = .tracks(header)
            }
        }
        return self.kind == .video
            ? self.video(header, number, body, tag) : self.audio(header, number, body)
    }

    private func video(
        _ header: EnhancedHeader, _ number: UInt8, _ body: Range<Int>, _ tag: borrowing RawSpan
    ) -> Step {
        guard let codec = FourCC.videoCodec(header.code) else {
            return .unsupported(UnsupportedCodec(kind: .video, code: header.code))
        }
        var packet = MediaPacket(trackNumber: number, codec: .video(codec), content: .frame, body: body)
        packet.isKeyFrame = header.frameType == 1 || header.frameType == 4
        packet.isDisposable = header.frameType == 3
        packet.nanoseconds = header.nanoseconds
        switch header.packetType {
        case 0: packet.content = .configuration
        case 1 where codec == .h264 || codec == .hevc:
            guard body.count >= 3, let time = tag.bigEndianUInt24(at: body.lowerBound) else {
                return .dropped("tag-too-short")
            }
            packet.compositionMilliseconds = Self.signed(time)
            packet.body = body.lowerBound &+ 3..<body.upperBound
        case 1, 3: break
        case 2: packet.content = .sequenceEnd
        case EnhancedHeader.metadata: packet.content = .metadata
        case 5: packet.content = .transportConfiguration
        default: return .dropped("packet-type-unknown")
        }
        return .packet(packet)
    }

    private func audio(_ header: EnhancedHeader, _ number: UInt8, _ body: Range<Int>) -> Step {
        guard let codec = FourCC.audioCodec(header.code) else {
            return .unsupported(UnsupportedCodec(kind: .audio, code: header.code))
        }
        var packet = MediaPacket(trackNumber: number, codec: .audio(codec), content: .frame, body: body)
        packet.nanoseconds = header.nanoseconds
        switch header.packetType {
        case 0: packet.content = .configuration
        case 1: break
        case 2: packet.content = .sequenceEnd
        case 4: packet.content = .channels
        default: return .dropped("packet-type-unknown")
        }
        return .packet(packet)
    }
}
