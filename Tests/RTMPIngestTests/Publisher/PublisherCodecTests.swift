internal import MediaTypes
internal import RTMPIngest
internal import TestSupport
internal import Testing

/// Codecs and tags that the programs of this machine cannot send, made by our own publisher.
@Suite("Codecs of the test publisher")
struct PublisherCodecTests {
    @Test("§3.18 pictures of every codec come out unchanged", arguments: GeneratedStream.Video.allCases)
    func video(_ codec: GeneratedStream.Video) throws {
        var stream = GeneratedStream(video: codec, audio: nil, seconds: 1)
        stream.hasReordering = true
        let media = try Self.sent(stream.tags)
        #expect(media.difference(from: stream) == nil)
        guard case .video(let format)? = media.formats[TrackID(.video)] else {
            Issue.record("no format")
            return
        }
        #expect(format.codec == Self.codec(codec))
        #expect((format.width, format.height) == (320, 180) || codec == .vp9)
    }

    @Test("sound of every codec comes out unchanged", arguments: GeneratedStream.Audio.allCases)
    func audio(_ codec: GeneratedStream.Audio) throws {
        let stream = GeneratedStream(video: nil, audio: codec, seconds: 1)
        let media = try Self.sent(stream.tags)
        #expect(media.difference(from: stream) == nil)
        guard case .audio(let format)? = media.formats[TrackID(.audio)] else {
            Issue.record("no format")
            return
        }
        #expect("\(format.codec)" == codec.rawValue)
        #expect(Double(format.sampleRate) == GeneratedMedia.sampleRate(codec))
    }

    @Test("multitrack in its three forms", arguments: PublisherTags.MultitrackForm.allCases)
    func multitrack(_ form: PublisherTags.MultitrackForm) throws {
        let stream = GeneratedStream(video: .hevc, audio: nil, seconds: 0.4)
        let numbers: [UInt8] = form == .oneTrack ? [3] : [0, 1, 7]
        func tag(_ packet: PublisherTags.VideoPacket, _ time: Int64, _ frameType: UInt8, _ body: [UInt8])
            -> PublisherTag
        {
            let tracks = numbers.map { PublisherTags.Track($0, "hvc1", body: body) }
            return PublisherTag(
                .video, timestamp: UInt32(time),
                payload: PublisherTags.multitrackVideo(form, packet, frameType: frameType, tracks: tracks))
        }
        let tags =
            [tag(.sequenceStart, 0, 1, GeneratedMedia.configuration(.hevc))]
            + stream.units.map { tag(.codedFramesX, $0.decodeTime, $0.isRandomAccess ? 1 : 2, $0.payload) }
        let media = try Self.sent(tags)
        for number in numbers {
            #expect(
                media.units.filter { $0.track.number == number }.map(\.payload) == stream.units.map(\.payload),
                "track \(number)")
        }
        #expect(media.units.count == numbers.count * stream.units.count)
    }

    @Test("ModEx moves a unit by nanoseconds")
    func nanoseconds() throws {
        let stream = GeneratedStream(video: .hevc, audio: nil, seconds: 0.2)
        let tags =
            [stream.headerTags[1]]
            + stream.units.map { unit in
                PublisherTag(
                    .video, timestamp: UInt32(unit.decodeTime),
                    payload: PublisherTags.enhancedVideo(
                        .codedFramesX, "hvc1", frameType: unit.isRandomAccess ? 1 : 2, nanoseconds: 333_333,
                        body: unit.payload))
            }
        let media = try Self.sent(tags)
        #expect(media.units.map(\.payload) == stream.units.map(\.payload))
        #expect(media.units.allSatisfy { $0.nanosecondsBeyond == 333_333 })
    }

    @Test(
        "the colours of a Metadata tag are told with the format, whatever its frame type", arguments: [1, 5] as [UInt8])
    func colors(frameType: UInt8) throws {
        let stream = GeneratedStream(video: .hevc, audio: nil, seconds: 0.2)
        let color = PublisherTag(
            .video, timestamp: 0, payload: PublisherTags.colorInfo("hvc1", frameType: frameType))
        let media = try Self.sent(stream.headerTags + [color] + stream.units.map(stream.tag))
        guard case .video(let format)? = media.formats[TrackID(.video)] else {
            Issue.record("no format")
            return
        }
        #expect(format.color?.transfer == 16)
        #expect(format.color?.primaries == 9)
        #expect(format.color?.lightLevelMax == 1000)
    }

    private static func sent(_ tags: [PublisherTag]) throws -> PublishedMedia {
        var publisher = RTMPPublisher()
        return try PublishedMedia.decoded(tags.flatMap { publisher.media($0) })
    }

    private static func codec(_ codec: GeneratedStream.Video) -> VideoCodec {
        switch codec {
        case .avc: .h264
        case .hevc, .legacyHEVC: .hevc
        case .av1: .av1
        case .vp9: .vp9
        }
    }
}
