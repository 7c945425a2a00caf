import HTTPServer
import Primitives
import Testing

@testable import HLSPackager

@Suite("Delivery by quality")
struct DeliveryQualityTests {
    private static let ids: [RenditionID] = [.main, .video(1), .video(2), .audio(1)]

    /// 1080 in `main`, 720 in `v1`, 360 in `v2`, and a sound.
    private static func live() throws -> (DeliveryRig, WrittenShow) {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.heights = [.main: 1080, .video(1): 720, .video(2): 360]
        show.begin(Self.ids)
        Self.addSegments(3, to: show)
        return (rig, show)
    }

    /// The rig's show writes the segments of one rendition after the other.
    private static func addSegments(_ count: Int, to show: WrittenShow) {
        for _ in 0..<count { for id in Self.ids { for _ in 0..<2 { show.addPart(to: id) } } }
    }

    private static func variants(_ viewer: Viewer) -> [String] {
        (viewer.text ?? "").split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test(
        "a bound keeps out what is taller, never the least, and no sound",
        arguments: [
            ("show", ["main.m3u8", "v1.m3u8", "v2.m3u8"]), ("show@1080", ["main.m3u8", "v1.m3u8", "v2.m3u8"]),
            ("show@1079", ["v1.m3u8", "v2.m3u8"]), ("show@720", ["v1.m3u8", "v2.m3u8"]),
            ("show@719", ["v2.m3u8"]), ("show@144", ["v2.m3u8"]),
        ])
    func offered(_ pass: String, _ expected: [String]) throws {
        let (rig, _) = try Self.live()
        let viewer = try rig.ask("index.m3u8", pass: pass)
        #expect(viewer.status == 200 && Self.variants(viewer) == expected)
        #expect(viewer.text?.contains("a1.m3u8") == true)
        let zipped = try rig.ask("index.m3u8", [("accept-encoding", "gzip")], pass: pass)
        #expect(zipped.status == 200)
    }

    @Test("media of what is not offered is refused by name, whatever of it is asked for; the rest is served")
    func refused() throws {
        let (rig, _) = try Self.live()
        let lowest = try #require(try rig.ask("v2.plain.m3u8").text)
        let segment = try #require(lowest.split(separator: "\n").first { $0.hasPrefix("v2/") && $0.hasSuffix(".m4s") })
        for name in ["main.m3u8", "main.plain.m3u8", "v1.m3u8", "main/init.0.mp4", "main/7.m4s", "main/7.0.m4s"] {
            let viewer = try rig.ask(name, pass: "show@360")
            #expect(viewer.status == 403 && viewer.code == "quality-not-included", "\(name)")
        }
        for name in ["v2.m3u8", "v2.plain.m3u8", "a1.m3u8", "v2/init.2.mp4", String(segment)] {
            #expect(try rig.ask(name, pass: "show@360").status == 200, "\(name)")
        }
        // What nobody has is missing, and not forbidden.
        #expect(try rig.ask("v9.m3u8", pass: "show@360").status == 404)
    }

    @Test("bounds that let the same through are one playlist, and one bound's is not another's")
    func shared() throws {
        let (rig, _) = try Self.live()
        let passes = ["show", "show@719", "show@360", "show@720", "show@1079", "show@4320", "show"]
        let texts = try passes.map { try rig.ask("index.m3u8", pass: $0).text }
        #expect(texts[1] == texts[2] && texts[3] == texts[4] && texts[0] == texts[5] && texts[0] == texts[6])
        #expect(Set(texts).count == 3)
    }

    @Test("those who wait for a beginning are each given what they may have")
    func waiting() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.heights = [.main: 1080, .video(1): 720, .video(2): 360]
        show.begin(Self.ids)
        let passes = ["show", "show@360", "show@720", "show-2"]
        let viewers = try passes.map { try rig.ask("index.m3u8", pass: $0) }
        #expect(viewers.allSatisfy { $0.status == nil })
        Self.addSegments(3, to: show)
        rig.onLoop {}
        #expect(viewers.map { Self.variants($0).count } == [3, 1, 2, 3])
    }

    @Test("a stream of one picture is open to every bound")
    func single() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.heights = [.main: 2160]
        show.begin()
        show.addSegments(3)
        #expect(Self.variants(try rig.ask("index.m3u8", pass: "show@360")) == ["main.m3u8"])
        #expect(try rig.ask("main.m3u8", pass: "show@360").status == 200)
    }

    @Test("when the least has gone, the least of what is left is open")
    func least() throws {
        let (rig, show) = try Self.live()
        show.use([.main, .video(1), .audio(1)], isDiscontinuous: false)
        for id in [RenditionID.main, .video(1), .audio(1)] { for _ in 0..<2 { show.addPart(to: id) } }
        #expect(Self.variants(try rig.ask("index.m3u8", pass: "show@360")) == ["v1.m3u8"])
        #expect(try rig.ask("v1.m3u8", pass: "show@360").status == 200)
        #expect(try rig.ask("main.m3u8", pass: "show@360").status == 403)
    }

    @Test("a recording is bounded alike")
    func recorded() throws {
        let recording = try RecordingRig()
        let rig = try DeliveryRig(recordings: recording.recordings)
        recording.heights = [.main: 1080, .video(1): 480]
        recording.begin([.main, .video(1)])
        for _ in 0..<3 {
            recording.add(.main)
            recording.add(.video(1))
        }
        recording.end()
        #expect(recording.flush())
        func ask(_ name: String) throws -> Viewer { try Self.insist(rig, name, pass: "pass@480") }
        #expect(Self.variants(try ask("index.vod.m3u8")) == ["v1.vod.m3u8"])
        let all = try Self.insist(rig, "index.vod.m3u8", pass: "pass")
        #expect(Self.variants(all) == ["main.vod.m3u8", "v1.vod.m3u8"])
        for name in ["main.vod.m3u8", "main.event.m3u8", "main/init.0.mp4", "main/1.m4s"] {
            #expect(try ask(name).code == "quality-not-included", "\(name)")
        }
        let playlist = try #require(try ask("v1.vod.m3u8").text)
        let segment = try #require(playlist.split(separator: "\n").first { $0.hasSuffix(".m4s") })
        #expect(try ask(String(segment)).status == 200)
    }

    /// Recorded shows are read from the disk when somebody asks for them.
    static func insist(_ rig: DeliveryRig, _ name: String, pass: String) throws -> Viewer {
        let end = MonotonicTime.now + .seconds(10)
        while true {
            let viewer = try rig.ask(name, pass: pass)
            if viewer.code != "recording-is-read" || MonotonicTime.now > end { return viewer }
        }
    }

    @Test("heights are of the shorter side, and what is not known is open to all")
    func heights() {
        #expect(PlaybackQuality.cap(720, of: [1080, 720, 0]) == 720)
        #expect(PlaybackQuality.cap(720, of: [1080, 1440]) == 1080)
        #expect(PlaybackQuality.cap(720, of: [0, 0]) == nil && PlaybackQuality.cap(720, of: [720]) == nil)
        #expect([MediaMaker.video(height: 720), MediaMaker.audio()].pictureHeight == 720)
        #expect([MediaMaker.audio()].pictureHeight == 0)
    }
}
