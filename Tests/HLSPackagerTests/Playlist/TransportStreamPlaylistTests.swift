import HLSPackager
import Primitives
import Testing

@Suite("Playlists of MPEG-TS")
struct TransportStreamPlaylistTests {
    @Test("A rendition that is not in MPEG-TS has no such playlist, and the others have theirs")
    func without() {
        var script = PlaylistScript()
        script.hasTransportStream = false
        for _ in 0..<4 { script.addSegment() }
        #expect(!script.snapshot.has(.transportStream) && script.snapshot.has(.fragmentedMP4))
        #expect(!script.playlist(.transportStream).isReady && script.playlist(.plain).isReady)
        script.snapshot.hasEnded = true
        #expect(!script.playlist(.transportStream).isReady)
    }

    @Test("A segment that has no MPEG-TS is a gap there, and nowhere else")
    func gap() {
        var script = PlaylistScript(segmentCount: 2)
        script.hasTransportStream = false
        script.addSegment()
        script.hasTransportStream = true
        script.addSegment()
        let lines = script.lines(.transportStream)
        let marks = lines.filter { $0 == "#EXT-X-GAP" || !$0.hasPrefix("#") }
        #expect(marks == ["main/7.ts", "main/8.ts", "#EXT-X-GAP", "main/9.ts", "main/10.ts"])
        #expect(!script.lines(.plain).contains("#EXT-X-GAP"))
        #expect(script.playlist(.transportStream).isReady)
    }

    @Test("Its bit rate is its own")
    func bitRate() {
        var script = PlaylistScript()
        script.addPart(byteCount: 1000)
        script.endSegment()
        let arena = SegmentArena(capacity: 2000)
        #expect([UInt8](repeating: 1, count: 2000).withUnsafeBytes { arena.append($0) })
        script.snapshot.segments[0].transportStream = arena
        let promises = PlaylistPromises(script.limits)
        #expect(RenditionBitRate(script.snapshot, promises)?.average == 16_000)
        #expect(RenditionBitRate(script.snapshot, promises, of: .transportStream)?.average == 32_000)
    }
}
