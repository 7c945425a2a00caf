import HLSPackager
import MediaTypes
import Primitives
import TestSupport
import Testing

@Suite("Multivariant playlists")
struct MultivariantPlaylistTests {
    /// Baseline, level 3.1; the rest of the record is as short as it may be.
    static func video(width: Int = 1280, height: Int = 720, transfer: UInt8? = nil) throws -> TrackFormat {
        let file = try #require(try Fixtures.files(in: "fuzz/codecs").first { $0.name == "h264-720-base" })
        var format = VideoFormat(codec: .h264, configuration: file.bytes)
        (format.width, format.height) = (width, height)
        if let transfer {
            var color = VideoColor()
            color.transfer = transfer
            format.color = color
        }
        return .video(format)
    }

    static func audio(channels: Int = 2) -> TrackFormat {
        var format = AudioFormat(codec: .opus, configuration: [])
        format.channelCount = channels
        return .audio(format)
    }

    static func render(
        _ renditions: [MultivariantPlaylist.Rendition], form: PlaylistForm = .lowLatency, independent: Bool = true
    ) -> [String] {
        let bytes = MultivariantPlaylist(renditions, form: form, hasIndependentSegments: independent).render()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    static func main(_ formats: [TrackFormat], rate: Int? = 29_970) -> MultivariantPlaylist.Rendition {
        MultivariantPlaylist.Rendition(
            id: .main, formats: formats, bitRate: RenditionBitRate(peak: 3_000_000, average: 2_500_000),
            frameRateThousandths: rate)
    }

    @Test("a variant says its codecs, size, picture rate and bit rates")
    func variant() throws {
        let video = try Self.video()
        let codec = try #require(video.codecString)
        let lines = Self.render([Self.main([video, Self.audio()])])
        #expect(
            lines == [
                "#EXTM3U", "#EXT-X-INDEPENDENT-SEGMENTS",
                "#EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=2500000,CODECS=\"\(codec),Opus\","
                    + "RESOLUTION=1280x720,FRAME-RATE=29.970",
                "main.m3u8",
            ])
    }

    @Test(
        "FRAME-RATE has three decimals",
        arguments: [(25_000, "25.000"), (29_970, "29.970"), (23_976, "23.976"), (60_001, "60.001"), (9_010, "9.010")])
    func frameRate(_ thousandths: Int, _ text: String) throws {
        #expect(try Self.render([Self.main([Self.video()], rate: thousandths)])[2].hasSuffix(",FRAME-RATE=\(text)"))
    }

    @Test("what is not known is not said")
    func unknown() throws {
        let unreadable = TrackFormat.video(VideoFormat(codec: .h264, configuration: []))
        let lines = Self.render([Self.main([unreadable, Self.audio()], rate: nil)], independent: false)
        #expect(lines[1] == "#EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=2500000")
    }

    @Test("VIDEO-RANGE is on all variants as soon as one is not SDR")
    func videoRange() throws {
        var other = try Self.main([Self.video(transfer: 16)])
        other.id = .video(1)
        let standard = try Self.main([Self.video(transfer: 1)])
        let lines = Self.render([standard, other]).after("#EXT-X-STREAM-INF:")
        #expect(lines.map { $0.hasSuffix(",VIDEO-RANGE=SDR") } == [true, false])
        #expect(lines.map { $0.hasSuffix(",VIDEO-RANGE=PQ") } == [false, true])
        #expect(try Self.render([Self.main([Self.video(transfer: 18)])])[2].hasSuffix(",VIDEO-RANGE=HLG"))
        #expect(!Self.render([standard])[2].contains("VIDEO-RANGE"))
    }

    @Test("a ladder is one variant each, the first one first")
    func ladder() throws {
        var small = try Self.main([Self.video(width: 640, height: 360), Self.audio()])
        small.id = .video(1)
        let lines = try Self.render([Self.main([Self.video(), Self.audio()]), small])
        #expect(lines.filter { !$0.hasPrefix("#") } == ["main.m3u8", "v1.m3u8"])
        #expect(!lines.contains { $0.contains("AUDIO=") })
    }

    @Test("further sounds are alternatives in one group with the variant's own, and count in codecs and bandwidth")
    func alternatives() throws {
        var second = MultivariantPlaylist.Rendition(
            id: .audio(1), formats: [Self.audio(channels: 6)], bitRate: RenditionBitRate(peak: 200, average: 100))
        let lines = try Self.render([Self.main([Self.video(), Self.audio()]), second])
        #expect(
            lines.after("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio ") == [
                "1\",LANGUAGE=\"und\",AUTOSELECT=YES,DEFAULT=YES,CHANNELS=\"2\"",
                "2\",LANGUAGE=\"und\",AUTOSELECT=YES,DEFAULT=NO,CHANNELS=\"6\",URI=\"a1.m3u8\"",
            ])
        let variant = try #require(lines.after("#EXT-X-STREAM-INF:").first)
        #expect(variant.hasPrefix("BANDWIDTH=3000200,AVERAGE-BANDWIDTH=2500100,"))
        #expect(variant.hasSuffix(",AUDIO=\"audio\""))
        second.formats = [.audio(AudioFormat(codec: .ac3, configuration: []))]
        #expect(try Self.render([Self.main([Self.video(), Self.audio()]), second]).joined().contains(",Opus,ac-3\""))
    }

    @Test("sound without pictures is a variant without size or picture rate")
    func audioOnly() {
        let lines = Self.render([Self.main([Self.audio()], rate: nil)])
        let expected = "#EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=2500000,CODECS=\"Opus\""
        #expect(Array(lines.suffix(2)) == [expected, "main.m3u8"])
    }

    @Test("the playlist of a form leads to playlists of that form")
    func forms() {
        let last = PlaylistForm.allCases.map { Self.render([Self.main([Self.audio()])], form: $0).last }
        #expect(last == ["main.m3u8", "main.plain.m3u8", "main.ts.m3u8", "main.event.m3u8", "main.vod.m3u8"])
    }

    @Test("the peak is that of the largest run of half to one and a half target durations")
    func bitRate() throws {
        var script = PlaylistScript()
        let promises = PlaylistPromises(script.limits)
        #expect(RenditionBitRate(script.snapshot, promises) == nil)
        for byteCount in [1000, 5000, 1000] {
            for _ in 0..<2 { script.addPart(byteCount: byteCount) }
            script.endSegment()
        }
        let rate = try #require(RenditionBitRate(script.snapshot, promises))
        #expect(rate.average == 37_334, "rounded up")
        #expect(rate.peak == 80_000)
    }
}
