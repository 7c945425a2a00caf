import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

struct TagReaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let kind: MediaKind
        let bytes: [UInt8]
        let steps: [TagReader.Step]
        var testDescription: String { self.name }

        init(_ name: String, _ kind: MediaKind, _ bytes: [UInt8], _ steps: [TagReader.Step]) {
            self.name = name
            self.kind = kind
            self.bytes = bytes
            self.steps = steps
        }
    }

    static func packet(
        _ codec: MediaPacket.Codec, _ content: MediaPacket.Content, _ body: Range<Int>, key: Bool = false,
        disposable: Bool = false, track: UInt8 = 0, time: Int32 = 0, nanoseconds: Int32 = 0
    ) -> TagReader.Step {
        .packet(
            MediaPacket(
                trackNumber: track, codec: codec, content: content, isKeyFrame: key, isDisposable: disposable,
                compositionMilliseconds: time, nanoseconds: nanoseconds, body: body))
    }

    static func read(_ kind: MediaKind, _ bytes: [UInt8]) -> [TagReader.Step] {
        var reader = TagReader(kind)
        var steps: [TagReader.Step] = []
        while steps.count < 300 {
            let step = reader.next(bytes.span.bytes)
            if step == .end { break }
            steps.append(step)
        }
        return steps
    }

    static let avc1 = fourCC("avc1")
    static let hvc1 = fourCC("hvc1")
    static let opus = fourCC("Opus")

    static let oldTags: [Case] = [
        Case("§3.10 a message without bytes holds nothing (video)", .video, [], []),
        Case("§3.10 a message without bytes is silence (audio)", .audio, [], []),
        Case("§3.10 one byte of video is too short", .video, [0x17], [.dropped("tag-too-short")]),
        Case("§3.10 one byte of AAC is too short", .audio, [0xaf], [.dropped("tag-too-short")]),
        Case("§3.10 AF 01 is an empty frame", .audio, [0xaf, 1], [packet(.audio(.aac), .frame, 2..<2)]),
        Case(
            "§3.10 AF 00 is an empty configuration", .audio, [0xaf, 0], [packet(.audio(.aac), .configuration, 2..<2)]),
        Case(
            "§3.10 AVC type 2 ends a sequence", .video, [0x17, 2, 0, 0, 0],
            [packet(.video(.h264), .sequenceEnd, 0..<0, key: true)]),
        Case(
            "§4.9 AVC type 0 is a configuration", .video, [0x17, 0, 0, 0, 0, 1, 2],
            [packet(.video(.h264), .configuration, 5..<7, key: true)]),
        Case(
            "§4.9 AVC type 1 is a frame with a composition time", .video, [0x27, 1, 0, 0, 80, 9],
            [packet(.video(.h264), .frame, 5..<6, time: 80)]),
        Case(
            "§4.3 a composition time is signed", .video, [0x27, 1, 0xff, 0xff, 0xd8, 9],
            [packet(.video(.h264), .frame, 5..<6, time: -40)]),
        Case(
            "§4.9 frame type 3 is disposable", .video, [0x37, 1, 0, 0, 0, 9],
            [packet(.video(.h264), .frame, 5..<6, disposable: true)]),
        Case(
            "§4.9 frame type 4 is a generated keyframe", .video, [0x47, 1, 0, 0, 0, 9],
            [packet(.video(.h264), .frame, 5..<6, key: true)]),
        Case("§4.9 frame type 5 is a command and skipped", .video, [0x57, 0], []),
        Case("§4.9 frame type 5 of one byte is skipped", .video, [0x52], []),
        Case(
            "§4.9 §3.18 number 12 is HEVC", .video, [0x1c, 1, 0, 0, 0, 9],
            [packet(.video(.hevc), .frame, 5..<6, key: true)]),
        Case(
            "§4.9 number 13 is AV1", .video, [0x1d, 1, 0, 0, 0, 9],
            [packet(.video(.av1), .frame, 5..<6, key: true)]),
        Case(
            "§4.9 an AVC tag that ends in its time is too short", .video, [0x17, 1, 0, 0],
            [.dropped("tag-too-short")]),
        Case(
            "§4.9 an unknown AVC packet type is dropped", .video, [0x17, 9, 0, 0, 0],
            [.dropped("packet-type-unknown")]),
        Case(
            "§4.9 Sorenson H.263 is not supported", .video, [0x12, 1],
            [.unsupported(UnsupportedCodec(kind: .video, code: 2))]),
        Case("§4.10 number 2 is MP3", .audio, [0x2f, 0xff], [packet(.audio(.mp3), .frame, 1..<2)]),
        Case("§4.10 number 14 is MP3 at 8 kHz", .audio, [0xef, 0xff], [packet(.audio(.mp3), .frame, 1..<2)]),
        Case(
            "§4.10 AAC's bits for rate and channels mean nothing", .audio, [0xa0, 1, 9],
            [packet(.audio(.aac), .frame, 2..<3)]),
        Case(
            "§4.10 Speex is not supported", .audio, [0xb2, 1],
            [.unsupported(UnsupportedCodec(kind: .audio, code: 11))]),
        Case("§4.10 G.711 is not supported", .audio, [0x7f], [.unsupported(UnsupportedCodec(kind: .audio, code: 7))]),
    ]

    static let enhancedTags: [Case] = [
        Case(
            "§4.9 real asset: a sequence start without configuration", .video, [0x90] + fourCC("av01"),
            [packet(.video(.av1), .configuration, 5..<5, key: true)]),
        Case(
            "§4.9 real asset: metadata whose frame type is that of a command", .video, [0xd4] + fourCC("av01") + [2],
            [packet(.video(.av1), .metadata, 5..<6)]),
        Case("§4.9 a command without FourCC is skipped", .video, [0xd1, 0], []),
        Case(
            "§4.9 CodedFrames of avc1 has a composition time", .video, [0x91] + avc1 + [0xff, 0xff, 0xff, 7],
            [packet(.video(.h264), .frame, 8..<9, key: true, time: -1)]),
        Case(
            "§4.9 CodedFrames of hvc1 has a composition time", .video, [0xa1] + hvc1 + [0, 0, 33, 7],
            [packet(.video(.hevc), .frame, 8..<9, time: 33)]),
        Case(
            "§4.9 CodedFrames of av01 has none", .video, [0xa1] + fourCC("av01") + [7],
            [packet(.video(.av1), .frame, 5..<6)]),
        Case(
            "§4.9 CodedFrames of vp09 has none", .video, [0xb1] + fourCC("vp09") + [7],
            [packet(.video(.vp9), .frame, 5..<6, disposable: true)]),
        Case(
            "§4.9 CodedFramesX has none for any", .video, [0x93] + hvc1 + [7],
            [packet(.video(.hevc), .frame, 5..<6, key: true)]),
        Case("§4.9 SequenceEnd", .video, [0x92] + hvc1, [packet(.video(.hevc), .sequenceEnd, 5..<5, key: true)]),
        Case(
            "§4.9 MPEG2TSSequenceStart of av01", .video, [0x95] + fourCC("av01") + [1, 2],
            [packet(.video(.av1), .transportConfiguration, 5..<7, key: true)]),
        Case("§4.9 an unknown packet type is dropped", .video, [0x98] + hvc1, [.dropped("packet-type-unknown")]),
        Case(
            "§4.9 vvc1 is not supported", .video, [0x91] + fourCC("vvc1") + [0, 0, 0],
            [.unsupported(UnsupportedCodec(kind: .video, code: 0x7676_6331))]),
        Case("§4.9 a FourCC that is cut off", .video, [0x91, 0x61], [.dropped("tag-too-short")]),
        Case(
            "§4.10 Opus starts its sequence", .audio, [0x90] + opus + [1],
            [packet(.audio(.opus), .configuration, 5..<6)]),
        Case(
            "§4.9 real asset: a multichannel configuration", .audio, [0x94] + opus + [1, 2, 0, 0, 0, 3],
            [packet(.audio(.opus), .channels, 5..<11)]),
        Case("§4.10 Opus ends its sequence", .audio, [0x92] + opus, [packet(.audio(.opus), .sequenceEnd, 5..<5)]),
        Case("§4.10 every audio FourCC", .audio, [0x91] + fourCC("ec-3") + [1], [packet(.audio(.eac3), .frame, 5..<6)]),
        Case(
            "§4.10 an unknown audio FourCC is not supported", .audio, [0x91] + fourCC("alac") + [1],
            [.unsupported(UnsupportedCodec(kind: .audio, code: 0x616c_6163))]),
        Case("§4.10 an unknown audio packet type is dropped", .audio, [0x93] + opus, [.dropped("packet-type-unknown")]),
    ]

    static let multitrackTags: [Case] = [
        Case(
            "§4.9 OneTrack reaches to the end", .video, [0x96, 0x01] + avc1 + [3, 0, 0, 5, 7, 8],
            [packet(.video(.h264), .frame, 10..<12, key: true, track: 3, time: 5)]),
        Case(
            "§4.9 ManyTracks share a codec", .video,
            [0x96, 0x13] + avc1 + [0, 0, 0, 2, 7, 8] + [5, 0, 0, 1, 9],
            [
                packet(.video(.h264), .frame, 10..<12, key: true),
                packet(.video(.h264), .frame, 16..<17, key: true, track: 5),
            ]),
        Case(
            "§4.10 ManyTracksManyCodecs each have one", .audio,
            [0x95, 0x21] + opus + [0, 0, 0, 1, 7] + fourCC("mp4a") + [1, 0, 0, 2, 8, 9],
            [
                packet(.audio(.opus), .frame, 10..<11), packet(.audio(.aac), .frame, 19..<21, track: 1),
            ]),
        Case(
            "§4.9 a track that is not supported does not hide the next", .video,
            [0x96, 0x23] + fourCC("vvc1") + [0, 0, 0, 1, 7] + avc1 + [1, 0, 0, 1, 8],
            [
                .unsupported(UnsupportedCodec(kind: .video, code: 0x7676_6331)),
                packet(.video(.h264), .frame, 19..<20, key: true, track: 1),
            ]),
        Case(
            "§4.9 a size beyond the tag ends it", .video, [0x96, 0x13] + avc1 + [0, 0, 0, 9, 7],
            [.dropped("track-size-beyond-tag")]),
        Case(
            "§4.9 multitrack of an unknown kind is dropped", .video, [0x96, 0x33] + avc1 + [0],
            [.dropped("multitrack-type-unknown")]),
        Case(
            "§4.9 multitrack within multitrack is dropped", .video, [0x96, 0x06] + avc1 + [0, 1],
            [.dropped("packet-type-unknown")]),
        Case(
            "§4.9 tracks that are cut off after a whole one", .video, [0x96, 0x13] + avc1 + [0, 0, 0, 1, 7, 1, 0],
            [packet(.video(.h264), .frame, 10..<11, key: true), .dropped("tag-too-short")]),
    ]

    static let extendedTags: [Case] = [
        Case(
            "§4.3 ModEx gives nanoseconds", .video, [0x97, 2, 0x0b, 0xb8, 0x01, 0x03] + avc1 + [7],
            [packet(.video(.h264), .frame, 10..<11, key: true, nanoseconds: 768_001)]),
        Case(
            "§4.3 ModEx beyond a millisecond is held to it", .audio, [0x97, 2, 0xff, 0xff, 0xff, 0x01] + opus + [7],
            [packet(.audio(.opus), .frame, 10..<11, nanoseconds: 999_999)]),
        Case(
            "§4.3 an unknown ModEx is skipped by its size", .video, [0x97, 4, 1, 2, 3, 4, 5, 0x93] + avc1 + [7],
            [packet(.video(.h264), .frame, 12..<13, key: true)]),
        Case(
            "§4.3 a ModEx of 256 bytes has a size of two bytes", .video,
            [0x97, 255, 1, 0x2b] + [UInt8](repeating: 9, count: 300) + [0xf3] + avc1 + [7],
            [packet(.video(.h264), .frame, 309..<310, key: true)]),
        Case(
            "§4.3 ModEx within ModEx, then multitrack", .video,
            [0x97, 0, 9, 0x17, 2, 0, 0, 7, 0x06, 0x13] + avc1 + [2, 0, 0, 1, 8],
            [packet(.video(.h264), .frame, 18..<19, key: true, track: 2, nanoseconds: 7)]),
        Case("§4.3 ModEx that is cut off", .video, [0x97, 2, 0, 0], [.dropped("tag-too-short")]),
        Case(
            "§4.3 nanoseconds of two bytes are none", .video, [0x97, 1, 5, 5, 0x03] + avc1 + [7],
            [packet(.video(.h264), .frame, 9..<10, key: true)]),
    ]

    @Test(
        "A tag gives its packets, as the reference has it",
        arguments: oldTags + enhancedTags + multitrackTags + extendedTags)
    func packets(_ tested: Case) {
        #expect(Self.read(tested.kind, tested.bytes) == tested.steps)
    }

    @Test(
        "A tag cut off anywhere gives packets within it or is dropped, and ends",
        arguments: oldTags + enhancedTags + multitrackTags + extendedTags)
    func truncated(_ tested: Case) {
        for count in 0...tested.bytes.count {
            let bytes = Array(tested.bytes.prefix(count))
            for kind in [MediaKind.audio, .video] {
                let steps = Self.read(kind, bytes)
                #expect(steps.count < 300)
                for case .packet(let packet) in steps {
                    #expect(packet.body.lowerBound >= 0 && packet.body.upperBound <= count)
                }
            }
        }
    }
}
