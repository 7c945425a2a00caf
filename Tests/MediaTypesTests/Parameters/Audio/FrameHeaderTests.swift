import MediaTypes
import Testing

@Suite("Heads of audio frames")
struct FrameHeaderTests {
    @Test("tell the size of the frame")
    func sizes() throws {
        func bytes(_ name: String) throws -> [UInt8] { try ConfigurationFixture.bytes(name) }
        #expect(AC3Header(try bytes("ac3"))?.frameByteCount == 1792)
        #expect(AC3Header(try bytes("ac3-44"))?.frameByteCount == 834)
        #expect(AC3Header(try bytes("ac3-mono"))?.frameByteCount == 576)
        #expect(EAC3Header(try bytes("eac3"))?.frameByteCount == 1792)
        #expect(MP3Header(try bytes("mp3-44"))?.frameByteCount == 417)
        #expect(MP3Header(try bytes("mp3-22"))?.frameByteCount == 104)
        #expect(ADTSHeader(try bytes("aac-adts"))?.frameByteCount == 345)
    }

    @Test("§4.10: an ADTS header becomes the configuration of its frames")
    func adts() throws {
        let header = try #require(ADTSHeader(try ConfigurationFixture.bytes("aac-adts")))
        #expect(header.headerByteCount == 7)
        let configuration = try #require(header.configuration)
        #expect(configuration.record == [0x12, 0x10])
        #expect(configuration.codecString == "mp4a.40.2")
    }

    @Test("of other codecs are not taken for one's own")
    func others() throws {
        let mp3 = try ConfigurationFixture.bytes("mp3-44")
        let ac3 = try ConfigurationFixture.bytes("ac3")
        let eac3 = try ConfigurationFixture.bytes("eac3")
        #expect(ADTSHeader(mp3) == nil)
        #expect(AC3Header(eac3) == nil)
        #expect(EAC3Header(ac3) == nil)
        #expect(MP3Header(try ConfigurationFixture.bytes("aac-adts")) == nil)
        // Free format, reserved rate, reserved version, layer II.
        for hex in ["ff fb 00 00", "ff fb 9c 00", "ff eb 90 00", "ff fd 90 00"] {
            #expect(MP3Header(ConfigurationFixture.hex(hex)) == nil)
        }
    }

    @Test(
        "of Opus tell how long the packet is",
        arguments: [
            ("fc", 960), ("78", 960), ("08", 960), ("18", 2880), ("e0", 120), ("e1", 240), ("e3 06", 720),
            ("83 30", 5760),
            ("1b 02", 5760), ("1b 03", nil), ("e3 00", nil), ("e3", nil), ("", nil),
        ] as [(String, Int?)])
    func opus(hex: String, sampleCount: Int?) {
        #expect(OpusPacket(ConfigurationFixture.hex(hex))?.sampleCount == sampleCount)
    }
}
