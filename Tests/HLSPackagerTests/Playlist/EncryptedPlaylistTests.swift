import HLSPackager
import Testing

@Suite("Playlists of encrypted streams")
struct EncryptedPlaylistTests {
    static func keysAndMaps(_ lines: [String]) -> [String] {
        lines.filter { $0.hasPrefix("#EXT-X-KEY") || $0.hasPrefix("#EXT-X-MAP") || !$0.hasPrefix("#") }
    }

    static func key(_ number: Int, _ vector: String) -> String {
        "#EXT-X-KEY:METHOD=AES-128,URI=\"key.\(number).bin\",IV=0xAB0000000000000000000000000000\(vector)"
    }

    @Test("name a key for each segment, behind the section and before the segment's date")
    func tags() {
        var script = PlaylistScript(keySegmentCount: 2)
        for _ in 0..<3 { script.addSegment() }
        #expect(
            Self.keysAndMaps(script.lines(.plain)) == [
                "#EXT-X-MAP:URI=\"main/init.0.mp4\"", Self.key(3, "07"), "main/7.m4s", Self.key(4, "08"),
                "main/8.m4s", Self.key(4, "09"), "main/9.m4s",
            ])
        let lines = script.lines(.plain)
        let index = lines.firstIndex { $0.hasPrefix("#EXT-X-KEY") } ?? 0
        #expect(lines[index + 1].hasPrefix("#EXT-X-PROGRAM-DATE-TIME"))
        // MPEG-TS has no sections, and the same keys.
        #expect(
            Self.keysAndMaps(script.lines(.transportStream)) == [
                Self.key(3, "07"), "main/7.ts", Self.key(4, "08"), "main/8.ts", Self.key(4, "09"), "main/9.ts",
            ])
    }

    @Test("a later section is not within a key, and clear segments say so")
    func sections() {
        var script = PlaylistScript(keySegmentCount: 2)
        script.addSegment()
        script.beginDiscontinuity(withNewInitialisation: true)
        script.addSegment()
        script.limits.keySegmentCount = nil
        script.addSegment()
        #expect(
            Self.keysAndMaps(script.lines(.plain)) == [
                "#EXT-X-MAP:URI=\"main/init.0.mp4\"", Self.key(3, "07"), "main/7.m4s", "#EXT-X-KEY:METHOD=NONE",
                "#EXT-X-MAP:URI=\"main/init.1.mp4\"", Self.key(4, "08"), "main/8.m4s", "#EXT-X-KEY:METHOD=NONE",
                "main/9.m4s",
            ])
    }

    @Test("in the low-latency form are those without parts: begun with three segments, and never blocked")
    func lowLatency() {
        var script = PlaylistScript(keySegmentCount: 2)
        for _ in 0..<2 { script.addSegment() }
        script.addPart()
        #expect(!script.playlist().isReady)
        script.endSegment()
        #expect(script.playlist().isReady)
        #expect(script.lines() == script.lines(.plain))
        #expect(script.playlist().renderDelta() == nil)
        let request = PlaylistRequest(query: Array("_HLS_msn=11&_HLS_part=0".utf8)[...])
        #expect(request.decide(for: script.playlist()) == .answer(isDelta: false))
    }
}
