import Primitives
import Testing

@testable import HLSPackager

@Suite("Delivery of playlists that are waited for")
struct DeliveryBlockingTests {
    /// Three whole segments, 7 to 9, and the first part of the fourth.
    private static func live(
        _ limits: DeliveryLimits = DeliveryLimits(), windowSegmentCount: Int = 12
    ) throws -> (DeliveryRig, WrittenShow) {
        let rig = try DeliveryRig(limits, windowSegmentCount: windowSegmentCount)
        let show = rig.show()
        show.begin()
        show.addSegments(3)
        show.addPart()
        return (rig, show)
    }

    private static var impatient: DeliveryLimits {
        var limits = DeliveryLimits()
        (limits.waitTimeMax, limits.sweepTime) = (.milliseconds(30), .milliseconds(5))
        return limits
    }

    @Test("A part is answered when it is there, and not before")
    func part() throws {
        let (rig, show) = try Self.live()
        let here = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=0")
        #expect(here.status == 200)
        let next = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1")
        let later = try rig.ask("main.m3u8?_HLS_msn=11&_HLS_part=0")
        #expect(next.waits && later.waits)
        show.addPart()
        #expect(next.status == 200 && later.waits)
        #expect(next.text?.contains("URI=\"main/10.1.m4s\"") == true)
        #expect(next.text?.contains("URI=\"main/11.0.m4s\"") == true, "the hint")
        show.addPart()
        let parts = later.text?.split(separator: "\n").filter { $0.hasPrefix("#EXT-X-PART:") } ?? []
        #expect(parts.last?.contains("URI=\"main/11.0.m4s\"") == true)
        #expect(next.answers == 1 && later.answers == 1)
        #expect(rig.waits("answered") == 2 && rig.metric("podo_hls_waiters") == 0)
    }

    @Test("A segment is answered when it is whole")
    func segment() throws {
        let (rig, show) = try Self.live()
        let viewer = try rig.ask("main.m3u8?_HLS_msn=11")
        show.addPart()
        show.addPart()
        #expect(viewer.waits)
        show.addPart()
        #expect(viewer.text?.contains("\nmain/11.m4s\n") == true)
    }

    @Test("A part behind the last of a whole segment is the first of the next; what is long gone is answered at once")
    func rollOver() throws {
        let (rig, show) = try Self.live()
        show.addPart()
        let viewer = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=2")
        #expect(viewer.waits)
        show.addPart()
        #expect(viewer.text?.contains("URI=\"main/11.0.m4s\"") == true)
        #expect(try rig.ask("main.m3u8?_HLS_msn=3&_HLS_part=9").status == 200)
    }

    @Test("A delta update leaves out what the player has, waited for or not")
    func delta() throws {
        let (rig, show) = try Self.live(windowSegmentCount: 20)
        show.addPart()
        show.addSegments(10)
        let whole = try #require(try rig.ask("main.m3u8").text)
        let delta = try #require(try rig.ask("main.m3u8?_HLS_skip=YES").text)
        #expect(delta.contains("#EXT-X-SKIP:SKIPPED-SEGMENTS=") && !whole.contains("#EXT-X-SKIP"))
        let waiting = try rig.ask("main.m3u8?_HLS_msn=21&_HLS_part=0&_HLS_skip=v2")
        let other = try rig.ask("main.m3u8?_HLS_msn=21&_HLS_part=0")
        show.addPart()
        #expect(waiting.text?.contains("#EXT-X-SKIP:SKIPPED-SEGMENTS=") == true)
        #expect(other.text?.contains("#EXT-X-SKIP") == false && other.status == 200)
    }

    @Test(
        "Directives that cannot be are 400 at once",
        arguments: [
            "_HLS_part=1", "_HLS_msn=13", "_HLS_msn=10&_HLS_part=5", "_HLS_msn=x", "_HLS_msn=", "_HLS_msn=9&_HLS_msn=9",
            "_HLS_msn=99999999999999999999",
        ])
    func refused(_ query: String) throws {
        let (rig, _) = try Self.live()
        let viewer = try rig.ask("main.m3u8?" + query)
        #expect(viewer.status == 400 && viewer.code == "playlist-directive-invalid")
        #expect(viewer["access-control-allow-origin"] == "*" && viewer["cache-control"] == "no-store")
    }

    @Test("Forms without parts ignore directives, and no cache takes them for blocked ones")
    func plain() throws {
        let (rig, _) = try Self.live()
        let viewer = try rig.ask("main.plain.m3u8?_HLS_msn=99&_HLS_part=3&_HLS_skip=YES")
        #expect(viewer.status == 200 && viewer["cache-control"] == "public, max-age=1")
        #expect(viewer.text == (try rig.ask("main.plain.m3u8").text))
        #expect(viewer.text?.contains("#EXT-X-PART") == false)
    }

    @Test("What was asked for by its number may be cached for six target durations, what was not for a part")
    func caching() throws {
        let (rig, show) = try Self.live()
        let waiting = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1")
        show.addPart()
        #expect(waiting["cache-control"] == "public, max-age=24")
        #expect(try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1")["cache-control"] == "public, max-age=24")
        for name in ["main.m3u8", "main.m3u8?_HLS_skip=YES", "index.m3u8"] {
            let viewer = try rig.ask(name)
            #expect(viewer["cache-control"] == "public, max-age=1" && viewer["vary"] == "accept-encoding", "\(name)")
            #expect(viewer["content-type"] == "application/vnd.apple.mpegurl")
            #expect(viewer["priority"] == "u=1" && viewer["access-control-allow-origin"] == "*")
        }
    }

    @Test("Who takes gzip gets it, waited for or not, and others do not")
    func gzip() throws {
        let (rig, show) = try Self.live()
        let fields = [("accept-encoding", "br, gzip")]
        let waiting = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1", fields)
        let other = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1", [("accept-encoding", "br, gzip;q=0")])
        show.addPart()
        let plain = other.bytes
        #expect(other["content-encoding"] == nil && String(decoding: plain, as: UTF8.self).hasPrefix("#EXTM3U\n"))
        let compressed = try #require(RenderedPlaylist(plain).compressed).copyBytes()
        #expect(waiting["content-encoding"] == "gzip" && waiting.bytes == compressed)
        let now = try rig.ask("main.m3u8", fields)
        #expect(now["content-encoding"] == "gzip" && now.bytes == compressed)
    }

    @Test("Who has waited too long is told to come back, and those who came later go on waiting")
    func tooLong() throws {
        let (rig, show) = try Self.live(Self.impatient)
        let viewers = [try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1"), try rig.ask("main/10.1.m4s")]
        for viewer in viewers {
            #expect(rig.eventually { viewer.isAnswered })
            #expect(viewer.status == 503 && viewer.code == "blocked-too-long" && viewer["retry-after"] == "1")
        }
        #expect(rig.waits("timed-out") == 2 && rig.metric("podo_hls_waiters") == 0)
        // Nothing holds the next one, or those who did not have to wait, up.
        let next = try rig.ask("main.m3u8?_HLS_msn=10&_HLS_part=1")
        show.addPart()
        #expect(next.status == 200)
        #expect(try rig.ask("main.m3u8").status == 200)
    }

    @Test("Players are told to wait for as long as the promise says, and no longer than they have patience")
    func patience() {
        var limits = HLSLimits(segmentTime: .milliseconds(500))
        #expect(PlaylistPromises(limits).blockedTimeMax == .seconds(3))
        limits = HLSLimits(segmentTime: .milliseconds(6000))
        #expect(PlaylistPromises(limits).blockedTimeMax == .seconds(8))
    }
}
