import Primitives
import Testing

@testable import HLSPackager

@Suite("Delivery at a stream's beginning")
struct DeliveryBeginningTests {
    @Test("A stream that has not begun is not found, and players of all origins may read why")
    func notLive() throws {
        let rig = try DeliveryRig()
        for name in ["index.m3u8", "main.m3u8", "main/7.m4s", "main/init.0.mp4", "main/7.0.m4s"] {
            let viewer = try rig.ask(name)
            #expect(viewer.status == 404)
            #expect(viewer.code == "not-live-yet")
            #expect(viewer["access-control-allow-origin"] == "*")
            #expect(viewer["cache-control"] == "no-store")
        }
    }

    @Test("Names that nothing can have are not found")
    func unknown() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        show.addSegments(4)
        let names = [
            "x.m3u8", "v9.m3u8", "main", "main/", "main/init.9.mp4", "main/8.ts", "main/12.m4s", "main/11.1.m4s",
            "main/7.5.m4s", "v9/7.m4s", "v9/init.0.mp4", "main/07.m4s", "index.m3u8/x",
        ]
        for name in names { #expect(try rig.ask(name).status == 404, "\(name)") }
    }

    @Test("The first requests wait until there is enough to play, and no longer")
    func first() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        let index = try rig.ask("index.m3u8")
        let packed = try rig.ask("index.m3u8", [("accept-encoding", "gzip")])
        let main = try rig.ask("main.m3u8")
        let plain = try rig.ask("main.plain.m3u8")
        show.addPart()
        #expect([index, packed, main, plain].allSatisfy { $0.waits })
        show.addPart()
        #expect(index.status == 200 && packed.status == 200 && main.status == 200)
        #expect(index.text?.contains("\nmain.m3u8\n") == true)
        #expect(main.text?.contains("\nmain/7.m4s\n") == true)
        #expect(main["cache-control"] == "public, max-age=1")
        // Players that know no parts begin three segments from the end.
        show.addSegments(1)
        #expect(plain.waits)
        show.addPart()
        #expect(plain.waits)
        show.addPart()
        #expect(plain.status == 200)
        #expect(plain.text?.contains("main/9.m4s") == true)
        #expect([index, packed, main, plain].allSatisfy { $0.answers == 1 })
        // Whoever comes now does not wait.
        #expect(try rig.ask("index.m3u8").text == index.text)
    }

    @Test("Players that make nothing of parts wait for three segments, which Chromium's own would end without")
    func withoutParts() throws {
        var limits = DeliveryLimits()
        (limits.waitTimeMax, limits.sweepTime) = (.seconds(60), .milliseconds(5))
        let rig = try DeliveryRig(limits)
        let show = rig.show()
        show.begin()
        let range = [("range", "bytes=0-")]
        let early = try rig.ask("main.m3u8", range)
        show.addSegments(1)
        let packed = try rig.ask("main.m3u8", range + [("accept-encoding", "gzip")])
        #expect(try rig.ask("index.m3u8", range).status == 200)
        // Those with low latency do not, whatever else they ask for.
        #expect(try rig.ask("main.m3u8").status == 200)
        #expect(try rig.ask("main.m3u8", [("range", "bytes=0-1")]).status == 200)
        #expect(try rig.ask("main.m3u8?_HLS_msn=7&_HLS_part=1", range).status == 200)
        show.addSegments(1)
        #expect(early.waits && packed.waits)
        show.addSegments(1)
        #expect(early.text?.contains("\nmain/9.m4s\n") == true && packed["content-encoding"] == "gzip")
        #expect(try rig.ask("main.m3u8", range).text == early.text)
    }

    @Test("They get what there is when it takes too long, or is over", arguments: [0, 1])
    func withoutPartsForLong(_ segmentCount: Int) throws {
        var limits = DeliveryLimits()
        (limits.waitTimeMax, limits.sweepTime) = (.milliseconds(30), .milliseconds(5))
        let rig = try DeliveryRig(limits)
        let show = rig.show()
        show.begin()
        show.addSegments(segmentCount)
        let viewers = [try rig.ask("main.m3u8", [("range", "bytes=0-")]), try rig.ask("main.plain.m3u8")]
        for viewer in viewers {
            #expect(rig.eventually { viewer.isAnswered })
            #expect(viewer.status == (segmentCount == 0 ? 503 : 200))
        }
        show.addSegments(1)
        show.suspend()
        show.end()
        let late = try rig.ask("main.m3u8", [("range", "bytes=0-")])
        #expect(late.text?.hasSuffix("#EXT-X-ENDLIST\n") == true)
    }

    @Test("The first segment of one rendition is not taken for all there is to choose from")
    func ladder() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin([.main, .video(1)])
        let index = try rig.ask("index.m3u8")
        show.addSegments(1)
        #expect(index.waits)
        // The other one stays away.
        show.addSegments(1)
        #expect(index.text?.contains("\nmain.m3u8\n") == true)
    }

    @Test("Forms that a stream has not, or will never have, are not waited for")
    func forms() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        let waiting = [try rig.ask("index.ts.m3u8"), try rig.ask("main.ts.m3u8")]
        for name in ["index.event.m3u8", "main.event.m3u8", "index.vod.m3u8", "main.vod.m3u8"] {
            #expect(try rig.ask(name).status == 404, "\(name)")
        }
        #expect(waiting.allSatisfy { $0.waits })
        show.addSegments(1)
        // Its first segment is not there as MPEG-TS: none will be.
        #expect(waiting.allSatisfy { $0.status == 404 })
        #expect(try rig.ask("index.ts.m3u8").status == 404)
        #expect(try rig.ask("main.ts.m3u8").status == 404)
    }

    @Test("MPEG-TS is served where there is any")
    func transportStream() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.hasTransportStream = true
        show.begin()
        let (index, main) = (try rig.ask("index.ts.m3u8"), try rig.ask("main.ts.m3u8"))
        show.addSegments(3)
        #expect(index.text?.contains("\nmain.ts.m3u8\n") == true)
        #expect(main.text?.contains("\nmain/8.ts\n") == true)
        let segment = try rig.ask("main/8.ts")
        #expect(segment.text == "TS of 8TS of 8")
        #expect(segment["content-type"] == "video/mp2t")
        #expect(try rig.ask("main/10.ts").status == 404)
    }

    @Test("Who waits for a beginning that does not come is told to come back")
    func neverEnough() throws {
        var limits = DeliveryLimits()
        (limits.waitTimeMax, limits.sweepTime) = (.milliseconds(30), .milliseconds(5))
        let rig = try DeliveryRig(limits)
        rig.show().begin()
        let viewers = [try rig.ask("index.m3u8"), try rig.ask("main.m3u8")]
        for viewer in viewers {
            #expect(rig.eventually { viewer.isAnswered })
            #expect(viewer.status == 503 && viewer.code == "not-ready-yet" && viewer["retry-after"] == "1")
        }
        #expect(rig.waits("timed-out") == 2)
        #expect(rig.metric("podo_hls_waiters") == 0)
    }
}
