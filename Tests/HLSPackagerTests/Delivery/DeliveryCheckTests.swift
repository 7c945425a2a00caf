import HTTPServer
import Primitives
import Testing

@testable import HLSPackager

@Suite("What a cache in front asks")
struct DeliveryCheckTests {
    private static let names = ["main/8.m4s", "main/8.0.m4s", "main/init.0.mp4", "main/8.ts", "nothing", "main/99.m4s"]

    @Test("is answered with the name of the stream, whatever of it there is, and is kept by nobody", arguments: names)
    func admitted(_ name: String) throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        let viewer = try rig.ask("check/" + name, pass: "show-2")
        #expect(viewer.status == 204 && viewer["podo-stream"] == "show" && viewer["cache-control"] == "no-store")
        #expect(rig.metric("podo_hls_requests_total{kind=\"checked\"}") == 1)
        #expect(rig.metric("podo_hls_requests_total{kind=\"segment\"}") == 0)
    }

    @Test("is refused as the media are", arguments: names)
    func refused(_ name: String) throws {
        let rig = try DeliveryRig()
        rig.gate.withdraw("show")
        let viewer = try rig.ask("check/" + name)
        #expect(viewer.status == 403 && viewer.code == "pass-withdrawn" && viewer["podo-stream"] == nil)
        #expect(viewer["cache-control"] == "no-store")
    }

    @Test("is refused for what a cache has of a show that is over, but for its end while that is there")
    func phases() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        let soon = WallClock(unixMilliseconds: WallClock.now.unixMilliseconds + 60_000)
        let cases: [(phase: ShowPhase?, pass: String, code: String?)] = [
            (nil, "show", nil), (.live, "show", nil), (.ended(replayUntil: nil), "show", "show-over"),
            (.ended(replayUntil: .now), "show", "show-over"), (.ended(replayUntil: soon), "show", nil),
            (.ended(replayUntil: soon), "show@@", "replay-not-included"),
        ]
        for (phase, pass, code) in cases {
            rig.delivery.setPhase(phase, of: "show")
            #expect(try rig.ask("check/main/8.m4s", pass: pass).status == 204)
            let other = try rig.ask("check/main/1.m4s", pass: pass)
            #expect(other.code == code && (code != nil || other.status == 204), "\(String(describing: phase)) \(pass)")
        }
    }

    @Test("counts media, which the cache says when it fetches them, and keeps a session like a playlist does")
    func uses() throws {
        let rig = try DeliveryRig()
        for (name, use) in [
            ("main/8.m4s", "checked 2000"), ("main/8.0.m4s", "checked 1000"), ("main.m3u8", "playlist"),
            ("main/init.0.mp4", "other"),
        ] {
            _ = try rig.ask("check/" + name)
            #expect(rig.gate.uses() == [use], "\(name)")
        }
        let checked = [("podo-checked", "1")]
        for (name, use) in [("main/8.m4s", "fetched 2000"), ("main.m3u8", "playlist"), ("main/init.0.mp4", "other")] {
            _ = try rig.ask(name, checked)
            #expect(rig.gate.uses() == [use], "\(name)")
        }
    }
}
