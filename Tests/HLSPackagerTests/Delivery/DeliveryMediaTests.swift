import HTTPServer
import Primitives
import Testing

@testable import HLSPackager

@Suite("Delivery of media")
struct DeliveryMediaTests {
    private static func live(windowSegmentCount: Int = 12) throws -> (DeliveryRig, WrittenShow) {
        let rig = try DeliveryRig(windowSegmentCount: windowSegmentCount)
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        show.addPart()
        return (rig, show)
    }

    @Test("Segments, parts and initialisation sections have their bytes, their types and a long life in caches")
    func bytes() throws {
        let (rig, _) = try Self.live()
        let expected = [
            ("main/8.m4s", WrittenShow.bytes(8), "video/iso.segment"),
            ("main/8.0.m4s", WrittenShow.bytes(8, 0), "video/iso.segment"),
            ("main/8.1.m4s", WrittenShow.bytes(8, 1), "video/iso.segment"),
            ("main/10.0.m4s", WrittenShow.bytes(10, 0), "video/iso.segment"),
            ("main/init.0.mp4", "initialisation 0", "video/mp4"),
        ]
        var tags: Set<String> = []
        for (name, bytes, type) in expected {
            // Twice: the second is held.
            for _ in 0..<2 {
                let viewer = try rig.ask(name, [("accept-encoding", "gzip")])
                #expect(viewer.status == 200 && viewer.text == bytes, "\(name)")
                #expect(viewer["content-type"] == type && viewer["content-encoding"] == nil)
                #expect(viewer["cache-control"] == "public, max-age=3600, immutable")
                #expect(viewer["accept-ranges"] == "bytes" && viewer["access-control-allow-origin"] == "*")
                #expect(viewer["age"] == nil && viewer["last-modified"] == nil)
                tags.insert(try #require(viewer["etag"]))
            }
        }
        #expect(tags.count == expected.count)
        // The last segment still grows: as a whole it has no name yet.
        #expect(try rig.ask("main/10.m4s").status == 404)
    }

    @Test("A gap is answered with media of no sample, in each form, and what is not listed is not")
    func gaps() throws {
        let rig = try DeliveryRig()
        let show = rig.show()
        show.begin()
        show.hasTransportStream = true
        show.addSegments(1)
        show.addGap()
        show.hasTransportStream = false
        show.addSegments(1)
        #expect(try rig.text("main.m3u8").contains("#EXT-X-GAP\nmain/8.m4s\n"))
        let fragment = try rig.ask("main/8.m4s")
        #expect(fragment.status == 200 && fragment["content-type"] == "video/iso.segment")
        #expect(fragment.bytes.count == 92 && fragment.text?.contains("moof") == true)
        let tag = try #require(fragment["etag"])
        #expect(try rig.ask("main/8.m4s", [("if-none-match", tag)]).status == 304)
        // The ninth is there, but not in this form.
        for name in ["main/8.ts", "main/9.ts"] {
            let packet = try rig.ask(name)
            #expect(packet.status == 200 && packet["content-type"] == "video/mp2t", "\(name)")
            #expect(packet.bytes.count == 188 && packet.bytes.starts(with: [0x47, 0x1f, 0xff]))
        }
        #expect(try rig.ask("main/7.ts").text == "TS of 7TS of 7")
        #expect(try rig.ask("main/9.m4s").text == WrittenShow.bytes(9))
        #expect(try rig.ask("main/8.0.m4s").status == 404 && rig.ask("main/10.m4s").status == 404)
    }

    @Test("A new initialisation section has a name and a tag of its own, and the old one stays")
    func initialisations() throws {
        let (rig, show) = try Self.live()
        let old = try rig.ask("main/init.0.mp4")
        show.suspend()
        show.useInitialisation("initialisation 1")
        show.begin()
        show.addPart()
        let new = try rig.ask("main/init.1.mp4")
        #expect(new.text == "initialisation 1" && new["etag"] != old["etag"])
        let again = try rig.ask("main/init.0.mp4")
        #expect(again.text == "initialisation 0" && again["etag"] == old["etag"])
        #expect(try rig.text("main.m3u8").contains("#EXT-X-MAP:URI=\"main/init.1.mp4\""))
    }

    @Test("The section of a server that began from nothing has another tag, though number and length are the same")
    func sectionTag() throws {
        var tags: Set<String> = []
        for text in ["initialisation A", "initialisation B"] {
            let rig = try DeliveryRig()
            let show = rig.show()
            show.useInitialisation(text)
            show.begin()
            show.addPart()
            tags.insert(try #require(try rig.ask("main/init.0.mp4")["etag"]))
        }
        #expect(tags.count == 2)
    }

    @Test("What a player has already is not sent again, and a range is sent as one")
    func conditions() throws {
        let (rig, _) = try Self.live()
        for name in ["main/8.m4s", "main/8.1.m4s", "main/init.0.mp4"] {
            let whole = try rig.ask(name)
            let tag = try #require(whole["etag"])
            let same = try rig.ask(name, [("if-none-match", tag)])
            #expect(same.status == 304 && same.bytes.isEmpty && same["etag"] == tag)
            #expect(same["access-control-allow-origin"] == "*" && same["cache-control"] == whole["cache-control"])
            let from = try rig.ask(name, [("range", "bytes=0-")])
            #expect(from.status == 206 && from.bytes == whole.bytes)
            let count = whole.bytes.count
            #expect(from["content-range"] == "bytes 0-\(count - 1)/\(count)")
            let some = try rig.ask(name, [("range", "bytes=2-5"), ("if-range", tag)])
            #expect(some.status == 206 && some.bytes == Array(whole.bytes[2...5]))
            #expect(some["access-control-expose-headers"]?.contains("content-range") == true)
            let beyond = try rig.ask(name, [("range", "bytes=9999-")])
            #expect(beyond.status == 416 && beyond["content-range"] == "bytes */\(count)")
            #expect(beyond["access-control-allow-origin"] == "*")
            let head = try rig.ask(name, method: .head)
            #expect(head.status == 200 && head.response?.body.count == count && head["etag"] == tag)
        }
    }

    @Test("A playlist is sent whole whatever range is asked for, and HEAD says how long it is")
    func playlistRange() throws {
        let (rig, show) = try Self.live()
        for name in ["main.m3u8", "index.m3u8", "main.plain.m3u8"] {
            let whole = try rig.ask(name)
            for range in ["bytes=0-", "bytes=5-9", "bytes=99999-"] {
                let viewer = try rig.ask(name, [("range", range), ("accept-encoding", "gzip")])
                #expect(viewer.status == 200 && viewer["content-range"] == nil && viewer["accept-ranges"] == nil)
                #expect(try viewer.bytes == rig.ask(name, [("accept-encoding", "gzip")]).bytes)
            }
            #expect(try rig.ask(name, method: .head).response?.body.count == whole.bytes.count)
        }
        let waiting = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1", [("range", "bytes=0-")], method: .head)
        #expect(waiting.waits)
        show.addPart()
        #expect(waiting.status == 200)
    }

    @Test("A hinted part is waited for and sent whole, with what was asked for of it")
    func hint() throws {
        let (rig, show) = try Self.live()
        let whole = try rig.ask("main/10.1.m4s")
        let some = try rig.ask("main/10.1.m4s", [("range", "bytes=0-6")])
        #expect(whole.waits && some.waits)
        // No playlist has hinted at these.
        for name in ["main/10.2.m4s", "main/11.0.m4s"] { #expect(try rig.ask(name).status == 404, "\(name)") }
        show.addPart()
        #expect(whole.text == WrittenShow.bytes(10, 1) && some.status == 206 && some.text == "segment")
        let next = try rig.ask("main/11.0.m4s")
        #expect(next.waits)
        show.addPart()
        #expect(next.text == WrittenShow.bytes(11, 0))
    }

    @Test("What has left the playlist is kept a while, then gone; what never was is not found")
    func gone() throws {
        let (rig, show) = try Self.live(windowSegmentCount: 6)
        show.addPart()
        #expect(try rig.text("main/7.m4s") == WrittenShow.bytes(7))
        show.addSegments(8)
        #expect(try rig.text("main.m3u8").contains("main/7.m4s") == false)
        #expect(try rig.text("main/7.m4s") == WrittenShow.bytes(7))
        show.addSegments(20)
        for name in ["main/7.m4s", "main/7.0.m4s", "main/8.m4s"] {
            let viewer = try rig.ask(name)
            #expect(viewer.status == 410 && viewer.code == "media-gone" && viewer["cache-control"] == "no-store")
        }
        #expect(try rig.ask("main/99.m4s").status == 404)
        #expect(try rig.ask("main/init.0.mp4").status == 200)
    }

    @Test("Held answers do not hold the memory of segments that are gone")
    func memory() throws {
        let (rig, show) = try Self.live(windowSegmentCount: 6)
        weak var segment: SharedBytes?
        weak var kept: SharedBytes?
        for name in ["main/7.m4s", "main/7.0.m4s"] {
            let viewer = try rig.ask(name)
            if case .shared(let slice)? = viewer.response?.body { segment = slice.owner }
        }
        if case .shared(let slice)? = try rig.ask("main/init.0.mp4").response?.body { kept = slice.owner }
        #expect(segment != nil && kept != nil)
        show.addSegments(30)
        #expect(rig.onLoop { segment == nil })
        // The section is still named, and its answer still held.
        #expect(rig.onLoop { kept != nil })
    }
}
