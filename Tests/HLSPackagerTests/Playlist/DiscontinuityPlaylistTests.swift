import HLSPackager
import Testing

@Suite("Discontinuities in media playlists")
struct DiscontinuityPlaylistTests {
    @Test("AAS 8.17: EXT-X-DISCONTINUITY-SEQUENCE is there from the start", arguments: PlaylistForm.allCases)
    func always(_ form: PlaylistForm) {
        #expect(PlaylistScript().lines(form).after("#EXT-X-DISCONTINUITY-SEQUENCE:") == ["0"])
    }

    @Test("it stands before the first segment and before any EXT-X-DISCONTINUITY")
    func order() throws {
        var script = PlaylistScript(segmentCount: 1)
        script.beginDiscontinuity()
        script.addSegment()
        script.removeFirst()
        let lines = script.lines()
        let sequence = try #require(lines.firstIndex { $0.hasPrefix("#EXT-X-DISCONTINUITY-SEQUENCE") })
        let tag = try #require(lines.firstIndex(of: "#EXT-X-DISCONTINUITY"))
        #expect(sequence < tag)
    }

    @Test("it rises exactly when the tag leaves, with its segment")
    func leaving() {
        var script = PlaylistScript(segmentCount: 2)
        script.beginDiscontinuity()
        script.addSegment()
        script.addSegment()
        var seen: [(String?, Int)] = []
        for _ in 0..<4 {
            let lines = script.lines()
            seen.append(
                (lines.after("#EXT-X-DISCONTINUITY-SEQUENCE:").first, lines.count { $0 == "#EXT-X-DISCONTINUITY" }))
            script.removeFirst()
        }
        #expect(seen.map(\.0) == ["0", "0", "0", "1"])
        #expect(seen.map(\.1) == [1, 1, 1, 0])
    }

    @Test("it stands as often as there were timelines, and leaves with all of them")
    func several() {
        var script = PlaylistScript(segmentCount: 1)
        script.beginDiscontinuity()
        script.addSegment()
        script.snapshot.segments[1].discontinuityCount = 3
        #expect(script.lines().count { $0 == "#EXT-X-DISCONTINUITY" } == 3)
    }

    @Test("LL4: the tags of a segment stand before its first part, in a segment that grows too")
    func beforeParts() throws {
        var script = PlaylistScript(segmentCount: 1)
        script.beginDiscontinuity(withNewInitialisation: true)
        script.addPart()
        let lines = script.lines()
        let tag = try #require(lines.firstIndex(of: "#EXT-X-DISCONTINUITY"))
        #expect(
            Array(lines[tag...]) == [
                "#EXT-X-DISCONTINUITY", "#EXT-X-MAP:URI=\"main/init.1.mp4\"",
                "#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:22.000Z",
                "#EXT-X-PART:DURATION=0.500,URI=\"main/8.0.m4s\",INDEPENDENT=YES",
                "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"main/8.1.m4s\"",
            ])
    }

    @Test("EXT-X-MAP is there where the initialisation section changes, and once at the beginning")
    func maps() {
        var script = PlaylistScript(segmentCount: 2)
        script.beginDiscontinuity()
        script.addSegment()
        script.beginDiscontinuity(withNewInitialisation: true)
        script.addSegment()
        script.addSegment()
        #expect(script.lines().after("#EXT-X-MAP:") == ["URI=\"main/init.0.mp4\"", "URI=\"main/init.1.mp4\""])
        for _ in 0..<4 { script.removeFirst() }
        #expect(script.lines().after("#EXT-X-MAP:") == ["URI=\"main/init.1.mp4\""])
        #expect(script.lines(.transportStream).after("#EXT-X-MAP:").isEmpty)
    }
}
