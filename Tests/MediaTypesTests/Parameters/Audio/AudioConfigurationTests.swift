import MediaTypes
import Testing

@Suite("Audio configurations")
struct AudioConfigurationTests {
    /// AudioSpecificConfig: what it is, its bytes, codec string, rate, channels, samples.
    static let aacCases: [(String, String, String, Int, Int, Int)] = [
        ("ffmpeg 44.1 kHz", "12 10 56 e5 00", "mp4a.40.2", 44_100, 2, 1024),
        ("LC in two bytes", "12 10", "mp4a.40.2", 44_100, 2, 1024),
        ("960 samples", "12 14", "mp4a.40.2", 44_100, 2, 960),
        ("HE, explicit", "2b 92 08 00", "mp4a.40.5", 22_050, 2, 1024),
        ("HE v2, explicit", "eb 8a 08 00", "mp4a.40.29", 22_050, 2, 1024),
        ("HE, compatible", "13 90 56 e5 a0", "mp4a.40.5", 22_050, 2, 1024),
        ("HE v2, compatible", "13 88 56 e5 a5 48 80", "mp4a.40.29", 22_050, 2, 1024),
        ("index 15", "17 80 57 e4 10", "mp4a.40.2", 45_000, 2, 1024),
        ("5.1 in a program config element", "12 00 05 08 05 00 01 08 80 00", "mp4a.40.2", 44_100, 6, 1024),
        ("channels nowhere", "12 00", "mp4a.40.2", 44_100, 0, 1024),
        ("7.1", "11 b8", "mp4a.40.2", 48_000, 8, 1024),
        ("low delay", "b9 88 00", "mp4a.40.23", 48_000, 1, 512),
        ("enhanced low delay", "f8 e6 30", "mp4a.40.39", 48_000, 1, 480),
        ("xHE", "f9 46 40", "mp4a.40.42", 48_000, 2, 0),
    ]

    @Test("of AAC in every form (§4.10)", arguments: aacCases)
    func aac(name: String, hex: String, codecString: String, rate: Int, channels: Int, samples: Int) throws {
        let bytes = ConfigurationFixture.hex(hex)
        let configuration = try #require(AudioSpecificConfiguration(bytes))
        #expect(configuration.sampleRate == rate)
        #expect(configuration.channelCount == channels)
        #expect(configuration.samplesPerUnit == samples)
        #expect(configuration.format.codecString == codecString)
        #expect(configuration.format.configuration == bytes)
    }

    @Test("of AAC without sense are refused", arguments: ["", "12", "00 10", "16 90", "17 80 00 00 10", "17 80 57"])
    func refused(hex: String) {
        #expect(AudioSpecificConfiguration(ConfigurationFixture.hex(hex)) == nil)
    }

    static let recordedCases: [(String, AudioCodec, String, Int, Int, Int)] = [
        ("aac-44", .aac, "mp4a.40.2", 44_100, 2, 1024), ("aac-48-51", .aac, "mp4a.40.2", 48_000, 6, 1024),
        ("aac-8-1", .aac, "mp4a.40.2", 8_000, 1, 1024),
        ("opus", .opus, "Opus", 48_000, 2, 0), ("opus-51", .opus, "Opus", 48_000, 6, 0),
        ("opus-60", .opus, "Opus", 48_000, 1, 0), ("opus-ogg", .opus, "Opus", 48_000, 1, 0),
        ("flac", .flac, "fLaC", 44_100, 2, 4608), ("flac-stream", .flac, "fLaC", 96_000, 6, 8192),
        ("ac3", .ac3, "ac-3", 48_000, 6, 1536), ("ac3-44", .ac3, "ac-3", 44_100, 2, 1536),
        ("ac3-mono", .ac3, "ac-3", 32_000, 1, 1536),
        ("eac3", .eac3, "ec-3", 48_000, 6, 1536), ("eac3-44", .eac3, "ec-3", 44_100, 2, 1536),
        ("mp3-44", .mp3, "mp4a.40.34", 44_100, 2, 1152), ("mp3-22", .mp3, "mp4a.40.34", 22_050, 1, 576),
        ("mp3-8", .mp3, "mp4a.40.34", 8_000, 2, 576), ("mp3-48-vbr", .mp3, "mp4a.40.34", 48_000, 1, 1152),
    ]

    @Test("tell what ffprobe tells", arguments: recordedCases)
    func recorded(
        name: String, codec: AudioCodec, codecString: String, rate: Int, channels: Int, samples: Int
    ) throws {
        let bytes = try ConfigurationFixture.bytes(name)
        let format = try #require(self.format(codec, bytes))
        #expect(format.codec == codec)
        #expect(format.sampleRate == rate)
        #expect(format.channelCount == channels)
        #expect(format.samplesPerUnit == samples)
        #expect(TrackFormat.audio(format).codecString == codecString)
        if !format.configuration.isEmpty {
            #expect(self.format(codec, format.configuration) == format)
        }
        // Cut anywhere, they are refused or say the same.
        for count in bytes.indices {
            guard let cut = self.format(codec, Array(bytes[..<count])) else { continue }
            #expect(cut.sampleRate == rate)
        }
    }

    @Test("of Opus: a header of Ogg becomes dOps, and one is made for those who send none")
    func opusHead() throws {
        let ogg = try ConfigurationFixture.bytes("opus-ogg")
        let head = try #require(OpusHead(ogg))
        #expect(head.preSkip == 312)
        #expect(head.inputSampleRate == 48_000)
        #expect(head.record == [0, 1, 0x01, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0])
        #expect(OpusHead(head.record) == head)
        #expect(OpusHead(channelCount: 200, isStereo: true).channelCount == 2)
        let tooMany: [UInt8] = [0, 3, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0]
        #expect(OpusHead(tooMany) == nil)
    }

    private func format(_ codec: AudioCodec, _ bytes: [UInt8]) -> AudioFormat? {
        switch codec {
        case .aac: AudioSpecificConfiguration(bytes)?.format
        case .opus: OpusHead(bytes)?.format
        case .flac: FLACStreamInfo(bytes)?.format
        case .ac3: AC3Header(bytes)?.format
        case .eac3: EAC3Header(bytes)?.format
        case .mp3: MP3Header(bytes)?.format
        }
    }
}
