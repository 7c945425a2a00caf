import HLSPackager
import Primitives
import Testing

@Suite("Low-latency media playlists")
struct LowLatencyPlaylistTests {
    @Test("LL1: PART-TARGET is there, and PART-HOLD-BACK is three of it")
    func head() {
        let lines = PlaylistScript(segmentCount: 1).lines()
        #expect(lines.contains("#EXT-X-PART-INF:PART-TARGET=0.500"))
        #expect(
            lines.after("#EXT-X-SERVER-CONTROL:")
                == ["CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500,HOLD-BACK=6.000,CAN-SKIP-UNTIL=12.000"])
    }

    @Test("LL2: a part that is not longer than the part target is not longer in print, and none is longer than itself")
    func partDuration() {
        var script = PlaylistScript()
        script.limits.partTime = .nanoseconds(500_500_000)
        script.addPart(nanoseconds: 500_500_000)
        script.addPart(nanoseconds: 500_499_999)
        script.addPart(nanoseconds: 499_999_999)
        #expect(script.lines().after("#EXT-X-PART-INF:") == ["PART-TARGET=0.5005"])
        #expect(
            script.lines().after("#EXT-X-PART:DURATION=").map { String($0.prefix { $0 != "," }) }
                == ["0.5005", "0.500499999", "0.499999999"])
    }

    @Test("LL3: INDEPENDENT=YES is on the parts in which decoding can begin, and on no other")
    func independent() {
        let parts = PlaylistScript(segmentCount: 1).lines().after("#EXT-X-PART:")
        #expect(parts.map { $0.hasSuffix(",INDEPENDENT=YES") } == [true, false, false, false])
    }

    @Test("LL6: parts that end three target durations or more before the end are not listed")
    func oldParts() {
        var script = PlaylistScript(segmentCount: 5)
        func segmentsWithParts() -> Set<Substring> {
            Set(script.lines().after("#EXT-X-PART:DURATION=0.500,URI=\"main/").map { $0.prefix { $0 != "." } })
        }
        #expect(segmentsWithParts() == ["9", "10", "11"])
        script.addPart()
        #expect(segmentsWithParts() == ["9", "10", "11", "12"])
        for _ in 0..<3 { script.addPart() }
        #expect(segmentsWithParts() == ["10", "11", "12"])
    }

    @Test("LL12: a delta leaves out the segments that lie wholly before the skip boundary, and says how many")
    func delta() throws {
        var script = PlaylistScript(segmentCount: 6)
        #expect(script.deltaLines() == nil, "six segments of two seconds are all within the boundary")
        script.addSegment()
        script.addSegment()
        let full = script.lines()
        let delta = try #require(script.deltaLines())
        #expect(delta.after("#EXT-X-SKIP:") == ["SKIPPED-SEGMENTS=2"])
        #expect(delta.after("#EXT-X-MEDIA-SEQUENCE:") == ["7"])
        let kept = try #require(full.firstIndex(of: "main/8.m4s"))
        let skip = try #require(delta.firstIndex { $0.hasPrefix("#EXT-X-SKIP") })
        #expect(Array(delta[(skip + 1)...]) == Array(full[(kept + 1)...]))
        script.addPart()
        #expect(try #require(script.deltaLines()).after("#EXT-X-SKIP:") == ["SKIPPED-SEGMENTS=2"])
    }

    @Test("LL12: a delta keeps the discontinuity sequence, and the tags of the segments that are left")
    func deltaTags() throws {
        var script = PlaylistScript(segmentCount: 1)
        script.beginDiscontinuity(withNewInitialisation: true)
        script.addSegment()
        for _ in 0..<2 { script.addSegment() }
        script.beginDiscontinuity(withNewInitialisation: true)
        for _ in 0..<6 { script.addSegment() }
        let delta = try #require(script.deltaLines())
        #expect(delta.after("#EXT-X-SKIP:") == ["SKIPPED-SEGMENTS=4"])
        #expect(delta.after("#EXT-X-DISCONTINUITY-SEQUENCE:") == ["0"])
        #expect(delta.count { $0 == "#EXT-X-DISCONTINUITY" } == 1)
        #expect(delta.after("#EXT-X-MAP:") == ["URI=\"main/init.2.mp4\""])
    }

    @Test("LL12: there is no delta of a playlist that ended, nor of one without parts")
    func noDelta() {
        var script = PlaylistScript(segmentCount: 20)
        #expect(script.playlist(.plain).renderDelta() == nil)
        #expect(script.playlist(.event).renderDelta() == nil)
        script.snapshot.hasEnded = true
        #expect(script.deltaLines() == nil)
    }

    @Test("LL13: one part is hinted, by the URI that it will have")
    func hint() {
        var script = PlaylistScript()
        var hinted = "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"main/7.0.m4s\""
        for index in 0..<9 {
            let lines = script.lines()
            #expect(lines.after("#EXT-X-PRELOAD-HINT:").count == 1 && lines.last == hinted)
            script.addPart()
            #expect(script.text().contains("URI=\"main/\(7 + index / 4).\(index % 4).m4s\""))
            if index % 4 == 3 { script.endSegment() }
            let next = index + 1
            hinted = "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"main/\(7 + next / 4).\(next % 4).m4s\""
        }
    }

    @Test("LL13: before a new timeline nothing is hinted at, and the playlist says that it comes")
    func noHint() {
        var script = PlaylistScript(segmentCount: 2)
        script.snapshot.isInterrupted = true
        #expect(script.lines().after("#EXT-X-PRELOAD-HINT:").isEmpty)
        // hls.js counts what follows to the timeline that it sees.
        #expect(script.lines().suffix(2) == ["main/8.m4s", "#EXT-X-DISCONTINUITY"])
        #expect(script.lines(.plain).last == "main/8.m4s")
        let before = script.text()
        script.snapshot.isInterrupted = false
        script.beginDiscontinuity()
        script.addPart()
        #expect(script.text().hasPrefix(before))
        script.snapshot.hasEnded = true
        script.snapshot.isInterrupted = true
        #expect(script.lines().last == "#EXT-X-ENDLIST")
        #expect(script.lines().count { $0 == "#EXT-X-DISCONTINUITY" } == 1)
    }

    @Test("LL14: every other rendition that has anything is reported with its last part, and no rendition itself")
    func reports() {
        let script = PlaylistScript(segmentCount: 1)
        let others: [(RenditionID, RenditionSnapshot)] = [
            (.main, script.snapshot), (.video(1), PlaylistScript(segmentCount: 2).snapshot),
            (.audio(1), PlaylistScript(segmentCount: 1, openPartCount: 2).snapshot),
            (.audio(2), PlaylistScript().snapshot),
        ]
        let reports = others.compactMap { MediaPlaylist.Report($0.0, $0.1) }
        let expected = [
            "URI=\"v1.m3u8\",LAST-MSN=8,LAST-PART=3", "URI=\"a1.m3u8\",LAST-MSN=8,LAST-PART=1",
        ]
        #expect(script.lines(reports: reports).after("#EXT-X-RENDITION-REPORT:") == expected)
        #expect(script.lines(.plain, reports: reports).after("#EXT-X-RENDITION-REPORT:").isEmpty)
    }

    @Test(
        "players that know no parts see none, nor anything that goes with them",
        arguments: [
            PlaylistForm.plain, .transportStream, .event, .recording,
        ])
    func plain(_ form: PlaylistForm) {
        let text = PlaylistScript(segmentCount: 4, openPartCount: 2).text(form)
        for word in ["PART", "SERVER-CONTROL", "PRELOAD", "SKIP"] { #expect(!text.contains(word)) }
    }
}
