import HTTPServer
import Primitives
import Testing

@testable import HLSPackager

@Suite("Delivery of encrypted segments")
struct DeliveryKeyTests {
    /// A key for every two segments, whose numbers begin with 7.
    private static func live(_ segmentCount: Int = 4) throws -> (DeliveryRig, WrittenShow) {
        let rig = try DeliveryRig(windowSegmentCount: 6, keySegmentCount: 2)
        let show = rig.show()
        show.begin()
        show.addSegments(segmentCount)
        return (rig, show)
    }

    @Test("Keys are for the one who asks: no cache keeps them, and the gate is asked for each")
    func keys() throws {
        let (rig, _) = try Self.live()
        let keys = [try rig.ask("key.0.bin"), try rig.ask("key.1.bin"), try rig.ask("key.0.bin")]
        for key in keys {
            #expect(key.status == 200 && key.bytes.count == 16)
            #expect(key["content-type"] == "application/octet-stream" && key["cache-control"] == "private, no-store")
            #expect(key["etag"] == nil && key["access-control-allow-origin"] == "*")
        }
        #expect(keys[0].bytes == keys[2].bytes && keys[0].bytes != keys[1].bytes)
        // Sixteen bytes and nothing else, whatever part of them is asked for.
        let range = try rig.ask("key.0.bin", [("range", "bytes=0-7")])
        #expect(range.status == 200 && range.bytes == keys[0].bytes)
        #expect(try rig.ask("key.2.bin").status == 404)
        #expect(rig.metric("podo_hls_requests_total{kind=\"key\"}") == 5)
        rig.gate.withdraw("show")
        #expect(try rig.ask("key.0.bin").status == 403)
    }

    @Test("Keys are there for as long as their segments are, and then gone")
    func gone() throws {
        let (rig, show) = try Self.live()
        #expect(try rig.ask("key.0.bin").status == 200)
        show.addSegments(30)
        #expect(try rig.ask("main/7.m4s").status == 410)
        #expect(try rig.ask("key.0.bin").status == 410)
    }

    @Test("Segments are served whole and encrypted, and nothing of them before")
    func segments() throws {
        let (rig, show) = try Self.live()
        let segment = try rig.ask("main/8.m4s")
        #expect(segment.status == 200 && segment.bytes.count % 16 == 0)
        #expect(segment.text?.contains("segment") == false)
        show.addPart()
        for name in ["main/8.0.m4s", "main/11.0.m4s", "main/11.1.m4s", "main/11.m4s"] {
            #expect(try rig.ask(name).status == 404, "\(name)")
        }
        // Nothing is waited for that is not promised.
        let playlist = try rig.ask("main.m3u8?_HLS_msn=11&_HLS_part=0")
        #expect(playlist.status == 200 && playlist["cache-control"] == "public, max-age=1")
        #expect(playlist.text?.contains("#EXT-X-PART") == false)
        #expect(playlist.text?.contains("#EXT-X-KEY:METHOD=AES-128,URI=\"key.1.bin\"") == true)
    }
}
