/// Payloads of media messages: the tags of FLV, and those of Enhanced RTMP versions 1 and 2.
package enum PublisherTags {
    // MARK: By codec

    /// The tag with a codec's configuration.
    package static func videoStart(_ codec: GeneratedStream.Video) -> [UInt8] {
        let configuration = GeneratedMedia.configuration(codec)
        return switch codec {
        case .avc: [0x17, 0, 0, 0, 0] + configuration
        case .legacyHEVC: [0x1c, 0, 0, 0, 0] + configuration
        case .hevc, .av1, .vp9: self.enhancedVideo(.sequenceStart, self.fourCC(codec), body: configuration)
        }
    }

    package static func video(_ codec: GeneratedStream.Video, _ unit: PublisherUnit) -> [UInt8] {
        let frameType: UInt8 = unit.isRandomAccess ? 1 : 2
        let offset = bigEndian24(Int(unit.compositionOffset))
        return switch codec {
        case .avc: [frameType << 4 | 7, 1] + offset + unit.payload
        case .legacyHEVC: [frameType << 4 | 12, 1] + offset + unit.payload
        case .hevc where unit.compositionOffset == 0:
            self.enhancedVideo(.codedFramesX, "hvc1", frameType: frameType, body: unit.payload)
        case .hevc: self.enhancedVideo(.codedFrames, "hvc1", frameType: frameType, body: offset + unit.payload)
        case .av1, .vp9:
            self.enhancedVideo(.codedFrames, self.fourCC(codec), frameType: frameType, body: unit.payload)
        }
    }

    /// Nil where a codec has no such tag.
    package static func audioStart(_ codec: GeneratedStream.Audio) -> [UInt8]? {
        let configuration = GeneratedMedia.configuration(codec)
        return switch codec {
        case .aac: [0xaf, 0] + configuration
        case .mp3, .ac3, .eac3: nil
        case .opus, .flac: self.enhancedAudio(.sequenceStart, self.fourCC(codec), body: configuration)
        }
    }

    package static func audio(_ codec: GeneratedStream.Audio, _ frame: [UInt8]) -> [UInt8] {
        switch codec {
        case .aac: [0xaf, 1] + frame
        case .mp3: [0x2f] + frame
        case .opus, .ac3, .eac3, .flac: self.enhancedAudio(.codedFrames, self.fourCC(codec), body: frame)
        }
    }

    package static func fourCC(_ codec: GeneratedStream.Video) -> String {
        switch codec {
        case .avc: "avc1"
        case .hevc, .legacyHEVC: "hvc1"
        case .av1: "av01"
        case .vp9: "vp09"
        }
    }

    package static func fourCC(_ codec: GeneratedStream.Audio) -> String {
        switch codec {
        case .aac: "mp4a"
        case .mp3: ".mp3"
        case .opus: "Opus"
        case .ac3: "ac-3"
        case .eac3: "ec-3"
        case .flac: "fLaC"
        }
    }

    // MARK: Enhanced RTMP

    package enum VideoPacket: UInt8, Sendable {
        case sequenceStart = 0
        case codedFrames = 1
        case sequenceEnd = 2
        case codedFramesX = 3
        case metadata = 4
        case mpeg2TSSequenceStart = 5
        case multitrack = 6
        case modEx = 7
    }

    package enum AudioPacket: UInt8, Sendable {
        case sequenceStart = 0
        case codedFrames = 1
        case sequenceEnd = 2
        case multichannelConfig = 4
        case multitrack = 5
        case modEx = 7
    }

    /// One of several tracks in a message.
    package struct Track: Sendable {
        package var number: UInt8
        package var fourCC: String
        package var body: [UInt8]

        package init(_ number: UInt8, _ fourCC: String, body: [UInt8]) {
            self.number = number
            self.fourCC = fourCC
            self.body = body
        }
    }

    package enum MultitrackForm: UInt8, Sendable, CaseIterable {
        case oneTrack = 0
        case manyTracks = 1
        case manyTracksManyCodecs = 2
    }

    /// A body of coded frames begins with the composition offset for avc1, hvc1 and vvc1. Nanoseconds, where given,
    /// are added to the message's time by ModEx.
    package static func enhancedVideo(
        _ packet: VideoPacket, _ fourCC: String, frameType: UInt8 = 1, nanoseconds: Int? = nil, body: [UInt8]
    ) -> [UInt8] {
        self.head(0x80 | frameType << 4, packet.rawValue, nanoseconds) + Array(fourCC.utf8) + body
    }

    package static func enhancedAudio(
        _ packet: AudioPacket, _ fourCC: String, nanoseconds: Int? = nil, body: [UInt8]
    ) -> [UInt8] {
        self.head(0x90, packet.rawValue, nanoseconds) + Array(fourCC.utf8) + body
    }

    package static func multitrackVideo(
        _ form: MultitrackForm, _ packet: VideoPacket, frameType: UInt8 = 1, nanoseconds: Int? = nil,
        tracks: [Track]
    ) -> [UInt8] {
        self.head(0x80 | frameType << 4, VideoPacket.multitrack.rawValue, nanoseconds)
            + self.multitrack(form, packet.rawValue, tracks)
    }

    package static func multitrackAudio(
        _ form: MultitrackForm, _ packet: AudioPacket, nanoseconds: Int? = nil, tracks: [Track]
    ) -> [UInt8] {
        self.head(0x90, AudioPacket.multitrack.rawValue, nanoseconds) + self.multitrack(form, packet.rawValue, tracks)
    }

    /// HDR10 colours of a stream (BT.2020, PQ) as a Metadata tag; real ones carry frame type 5.
    package static func colorInfo(_ fourCC: String, frameType: UInt8 = 5) -> [UInt8] {
        let color = PublisherAMF.object([
            .init(
                "colorConfig",
                .object([
                    .init("bitDepth", .number(10)), .init("colorPrimaries", .number(9)),
                    .init("transferCharacteristics", .number(16)), .init("matrixCoefficients", .number(9)),
                ])),
            .init("hdrCll", .object([.init("maxFall", .number(400)), .init("maxCLL", .number(1000))])),
        ])
        return self.enhancedVideo(
            .metadata, fourCC, frameType: frameType, body: PublisherAMF.encoded([.string("colorInfo"), color]))
    }

    /// The first byte; with nanoseconds a ModEx of type 0 stands before the packet's own type.
    private static func head(_ flags: UInt8, _ packet: UInt8, _ nanoseconds: Int?) -> [UInt8] {
        guard let nanoseconds else { return [flags | packet] }
        return [flags | 7, 2] + bigEndian24(nanoseconds) + [packet]
    }

    private static func multitrack(_ form: MultitrackForm, _ packet: UInt8, _ tracks: [Track]) -> [UInt8] {
        var bytes = [form.rawValue << 4 | packet]
        if form != .manyTracksManyCodecs { bytes += Array((tracks.first?.fourCC ?? "").utf8) }
        for track in tracks {
            if form == .manyTracksManyCodecs { bytes += Array(track.fourCC.utf8) }
            bytes.append(track.number)
            if form != .oneTrack { bytes += bigEndian24(track.body.count) }
            bytes += track.body
        }
        return bytes
    }
}
