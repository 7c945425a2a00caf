import MediaTypes
import Testing

/// What ffprobe says of the file that a configuration was taken from.
struct VideoCase: Sendable, CustomTestStringConvertible {
    let name: String
    let codec: VideoCodec
    let codecString: String
    let width: Int
    let height: Int
    let bitDepth: UInt8
    let color: [UInt8?]

    init(
        _ name: String, _ codec: VideoCodec, _ codecString: String, _ width: Int, _ height: Int, _ bitDepth: UInt8 = 8,
        _ color: [UInt8?] = [nil, nil, nil]
    ) {
        self.name = name
        self.codec = codec
        self.codecString = codecString
        self.width = width
        self.height = height
        self.bitDepth = bitDepth
        self.color = color
    }

    var testDescription: String { self.name }

    /// BT.2020 with PQ.
    static let wide: [UInt8?] = [9, 16, 9]

    static let all = [
        VideoCase("h264-1080", .h264, "avc1.640028", 1920, 1080),
        VideoCase("h264-720-base", .h264, "avc1.42c01f", 1280, 720),
        VideoCase("h264-main", .h264, "avc1.4d401e", 640, 360),
        VideoCase("h264-odd444", .h264, "avc1.f4000d", 321, 181),
        VideoCase("h264-lossless444", .h264, "avc1.f4000d", 320, 240),
        VideoCase("h264-422-10", .h264, "avc1.7a001f", 854, 480, 10),
        VideoCase("h264-10", .h264, "avc1.6e0015", 426, 240, 10, Self.wide),
        VideoCase("h264-interlaced", .h264, "avc1.640028", 1920, 1080, 8, [1, 1, 1]),
        VideoCase("h264-interlaced422", .h264, "avc1.7a0028", 1440, 1080),
        VideoCase("h264-gray", .h264, "avc1.64000d", 322, 182),
        VideoCase("h264-cqm", .h264, "avc1.64001e", 640, 360),
        VideoCase("hevc-1080", .hevc, "hvc1.1.6.L120.90", 1920, 1080),
        VideoCase("hevc-720", .hevc, "hvc1.1.6.L93.90", 1280, 720),
        VideoCase("hevc-pq", .hevc, "hvc1.2.4.L63.90", 640, 360, 10, Self.wide),
        VideoCase("hevc-422-10", .hevc, "hvc1.4.10.L90.9D.8", 854, 480, 10),
        VideoCase("hevc-444", .hevc, "hvc1.4.10.L60.9E.8", 322, 182),
        VideoCase("hevc-odd444", .hevc, "hvc1.4.10.L60.9E.8", 321, 181),
        VideoCase("hevc-gray", .hevc, "hvc1.4.10.L60.9F.C8", 320, 240),
        VideoCase("hevc-interlaced", .hevc, "hvc1.1.6.L120.40", 1920, 540),
        VideoCase("hevc-scaling", .hevc, "hvc1.1.6.L63.90", 640, 360),
        VideoCase("av1-svt", .av1, "av01.0.01M.08", 640, 360),
        VideoCase("av1-aom", .av1, "av01.0.00M.08", 322, 182),
        VideoCase("av1-aom10", .av1, "av01.0.00M.10.0.110.09.16.09.0", 322, 182, 10, Self.wide),
        VideoCase("av1-aom444", .av1, "av01.1.00M.08.0.000.01.01.01.0", 321, 181),
        VideoCase("av1-aom422-12", .av1, "av01.2.00M.12.0.100.01.01.01.0", 320, 180, 12),
        VideoCase("av1-gray", .av1, "av01.0.00M.08.1.110.01.01.01.1", 320, 180),
        VideoCase("vp9", .vp9, "vp09.00.21.08", 0, 0),
        VideoCase("vp9-10", .vp9, "vp09.02.21.10.01.09.16.09.00", 0, 0, 10, Self.wide),
        VideoCase("vp9-444", .vp9, "vp09.01.11.08.03.02.02.02.00", 0, 0),
    ]
}

@Suite("Video configurations")
struct VideoConfigurationTests {
    @Test("tell what ffprobe tells", arguments: VideoCase.all)
    func formats(expected: VideoCase) throws {
        let bytes = try ConfigurationFixture.bytes(expected.name)
        let format = try #require(self.format(expected.codec, bytes))
        #expect(format.width == expected.width)
        #expect(format.height == expected.height)
        #expect(format.color?.bitDepth == expected.bitDepth)
        #expect([format.color?.primaries, format.color?.transfer, format.color?.matrix] == expected.color)
        #expect(format.codecString == expected.codecString)
        #expect(TrackFormat.video(format).codecString == expected.codecString)
    }

    @Test("are written as they were read", arguments: VideoCase.all)
    func records(expected: VideoCase) throws {
        let bytes = try ConfigurationFixture.bytes(expected.name)
        #expect(try #require(self.format(expected.codec, bytes)).configuration == bytes)
    }

    @Test("can be cut anywhere", arguments: VideoCase.all)
    func truncations(expected: VideoCase) throws {
        let bytes = try ConfigurationFixture.bytes(expected.name)
        for count in bytes.indices {
            guard let format = self.format(expected.codec, Array(bytes[..<count])) else { continue }
            #expect(format.configuration.count <= bytes.count)
            // Nothing that is said after a cut is other than it was before.
            #expect(format.width == expected.width || format.width == 0)
            #expect(format.codecString?.hasPrefix(expected.codecString.prefix(5)) == true)
        }
    }

    @Test("frames a second are known", arguments: VideoCase.all)
    func timing(expected: VideoCase) throws {
        let bytes = try ConfigurationFixture.bytes(expected.name)
        let timing =
            switch expected.codec {
            case .h264: AVCConfiguration(bytes)?.parameters?.timing
            case .hevc: HEVCConfiguration(bytes)?.parameters?.timing
            case .av1, .vp9: FrameTiming?.none
            }
        guard expected.codec == .h264 || expected.codec == .hevc else { return }
        let known = try #require(timing)
        #expect(UInt64(known.timeScale) == known.unitsPerFrame * 30)
    }

    @Test("a codec string follows the profile's bytes")
    func profileStrings() {
        var head: [UInt8] = [1, 0x02, 0x20, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 153]
        head += [0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0]
        #expect(HEVCConfiguration(head)?.codecString == "hvc1.2.4.L153.B0")
        head[1] = 0x61
        head[2] = 0x60
        head[12] = 93
        head[6] = 0
        head[11] = 0x8
        #expect(HEVCConfiguration(head)?.codecString == "hvc1.A1.6.H93.0.0.0.0.0.8")
    }

    private func format(_ codec: VideoCodec, _ bytes: [UInt8]) -> VideoFormat? {
        switch codec {
        case .h264: AVCConfiguration(bytes)?.format
        case .hevc: HEVCConfiguration(bytes)?.format
        case .av1: AV1Configuration(bytes)?.format
        case .vp9: VP9Configuration(bytes)?.format
        }
    }
}
