import Primitives
import Testing

@testable import HLSPackager

@Suite("Delivery when a publisher is lost and when a stream is over")
struct DeliveryEndTests {
    private static func live(_ limits: DeliveryLimits = DeliveryLimits()) throws -> (DeliveryRig, WrittenShow) {
        let rig = try DeliveryRig(limits)
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        show.addPart()
        return (rig, show)
    }

    @Test("A hint of a segment that ended without it is not found; playlists go on waiting for the next publisher")
    func suspended() throws {
        let (rig, show) = try Self.live()
        let hinted = try rig.ask("main/10.1.m4s")
        let blocked = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1")
        show.suspend()
        #expect(hinted.status == 404 && hinted.code == "part-abandoned")
        #expect(rig.waits("abandoned") == 1)
        #expect(blocked.waits)
        // Those who do not block get what there is: they would give up otherwise.
        #expect(try rig.text("main.m3u8").contains("\nmain/10.m4s\n"))
        // Nothing is hinted at, nor waited for: what comes next begins a new timeline.
        #expect(try !rig.text("main.m3u8").contains("EXT-X-PRELOAD-HINT"))
        #expect(try rig.ask("main/11.0.m4s").status == 404)
        show.begin()
        #expect(try !rig.text("main.m3u8").contains("EXT-X-PRELOAD-HINT"))
        show.addPart()
        #expect(try rig.ask("main/11.0.m4s").text == WrittenShow.bytes(11, 0))
        #expect(try rig.text("main.m3u8").contains("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"main/11.1.m4s\""))
        #expect(blocked.text?.contains("#EXT-X-DISCONTINUITY\n") == true)
    }

    @Test("Blocked requests are let go when nobody publishes")
    func released() throws {
        var limits = DeliveryLimits()
        (limits.waitTimeMax, limits.sweepTime) = (.milliseconds(30), .milliseconds(5))
        let (rig, show) = try Self.live(limits)
        let blocked = try rig.ask("main.m3u8?_HLS_msn=11&_HLS_part=0")
        show.suspend()
        #expect(rig.eventually { blocked.isAnswered })
        #expect(blocked.status == 503 && blocked.code == "blocked-too-long")
    }

    @Test(
        "The end goes to all who wait, whatever they wait for, and no cache keeps it beyond a stream that begins anew")
    func ended() throws {
        let (rig, show) = try Self.live()
        let names = ["_HLS_msn=11&_HLS_part=0", "_HLS_msn=11", "_HLS_msn=11&_HLS_part=0&_HLS_skip=YES"]
        let blocked = try names.map { try rig.ask("main.m3u8?" + $0) }
        show.suspend()
        let hinted = try rig.ask("main/11.0.m4s")
        show.end()
        for viewer in blocked {
            #expect(viewer.text?.hasSuffix("#EXT-X-ENDLIST\n") == true)
            #expect(viewer["cache-control"] == "public, max-age=1")
        }
        #expect(hinted.status == 404)
        // Nothing is refused or waited for any more, and media stay for who is behind.
        let late = try rig.ask("main.m3u8?_HLS_msn=99&_HLS_part=3")
        #expect(late.text?.hasSuffix("#EXT-X-ENDLIST\n") == true && late["cache-control"] == "public, max-age=1")
        #expect(try rig.ask("main/11.0.m4s").status == 404)
        #expect(try rig.text("main/9.m4s") == WrittenShow.bytes(9))
    }

    @Test("A stream with too little to begin with is played when it has ended")
    func short() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        let plain = try rig.ask("main.plain.m3u8")
        show.addSegments(1)
        #expect(plain.waits)
        show.suspend()
        show.end()
        #expect(plain.text?.hasSuffix("main/7.m4s\n#EXT-X-ENDLIST\n") == true)
    }

    @Test("Nothing is left of a stream that is over, for those who wait either, until it begins anew")
    func cleared() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        let viewers = [try rig.ask("index.m3u8"), try rig.ask("main.m3u8")]
        show.suspend()
        show.end()
        show.clear()
        for viewer in viewers { #expect(viewer.status == 410 && viewer.code == "stream-ended") }
        #expect(rig.waits("ended") == 2 && rig.metric("podo_hls_waiters") == 0)
        #expect(try rig.ask("main.m3u8").code == "not-live-yet")
        show.begin()
        show.addSegments(1)
        #expect(try rig.text("main.m3u8").contains("\nmain/7.m4s\n"))
    }

    @Test("When the server ends, nobody waits any more, and what is there is still served")
    func serverEnds() throws {
        let (rig, show) = try Self.live()
        let names = ["main/10.1.m4s", "main.m3u8?_HLS_msn=10&_HLS_part=1"]
        let waiting = try names.map { try rig.ask($0) } + [try Self.beginning(rig)]
        rig.delivery.stopWaiting()
        for viewer in waiting {
            #expect(viewer.status == 503 && viewer.code == "server-ends" && viewer["retry-after"] == "1")
            #expect(viewer["access-control-allow-origin"] == "*" && viewer["cache-control"] == "no-store")
        }
        #expect(rig.waits("ended") == 3 && rig.metric("podo_hls_waiters") == 0)
        #expect(try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1").code == "server-ends")
        #expect(try rig.ask("main/10.1.m4s").code == "server-ends")
        #expect(try rig.ask("main.m3u8").status == 200)
        #expect(try rig.text("main/9.m4s") == WrittenShow.bytes(9))
        // Whatever comes all the same is served.
        show.addPart()
        #expect(try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1").status == 200)
    }

    /// A stream that has only begun, and who waits for it.
    private static func beginning(_ rig: DeliveryRig) throws -> Viewer {
        rig.show("other").begin()
        return try rig.ask("index.m3u8", pass: "other")
    }

    @Test("Streams do not answer for one another")
    func streams() throws {
        let (rig, show) = try Self.live()
        let other = rig.show("other")
        other.begin()
        other.addSegments(3)
        other.addPart()
        let mine = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1")
        let theirs = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1", pass: "other")
        other.addPart()
        #expect(mine.waits && theirs.status == 200)
        show.addPart()
        #expect(mine.status == 200)
        other.suspend()
        other.end()
        other.clear()
        #expect(try rig.ask("main.m3u8", pass: "other").status == 404)
        #expect(try rig.ask("main.m3u8").status == 200)
    }
}
