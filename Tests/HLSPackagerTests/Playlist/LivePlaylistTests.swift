import HLSPackager
import Primitives
import Testing

@Suite("Media playlists")
struct LivePlaylistTests {
    static let forms = PlaylistForm.allCases

    @Test("L1: the target duration is the stream's, whole seconds, and does not follow the segments", arguments: forms)
    func targetDuration(_ form: PlaylistForm) {
        var script = PlaylistScript(segmentCount: 3)
        #expect(script.lines(form).after("#EXT-X-TARGETDURATION:") == ["2"])
        script.addSegment(parts: [100])
        #expect(script.lines(form).after("#EXT-X-TARGETDURATION:") == ["2"])
        script.limits.segmentTimeMax = .milliseconds(6499)
        #expect(script.lines(form).after("#EXT-X-TARGETDURATION:") == ["6"])
        script.limits.segmentTimeMax = .milliseconds(6500)
        #expect(script.lines(form).after("#EXT-X-TARGETDURATION:") == ["7"])
    }

    @Test("L1: no EXTINF, rounded, is above the target duration")
    func longestSegment() {
        var script = PlaylistScript()
        script.limits.segmentTimeMax = .milliseconds(1600)
        script.addSegment(parts: [500, 500, 500, 100])
        #expect(script.lines(.plain).after("#EXTINF:") == ["1.600,"])
        #expect(script.lines(.plain).after("#EXT-X-TARGETDURATION:") == ["2"])
    }

    @Test("L2: each segment has an EXTINF, the sum of its parts and of the time in which there was nothing")
    func durations() {
        var script = PlaylistScript()
        script.addSegment(parts: [500, 467])
        script.addSegment(parts: [33])
        script.snapshot.segments[1].emptyNanoseconds = 1_000_000_000
        #expect(script.lines(.plain).after("#EXTINF:") == ["0.967,", "1.033,"])
    }

    @Test("L2: the EXTINFs of a day add up to the day, exactly")
    func sum() throws {
        var script = PlaylistScript()
        let third: Int64 = 333_333_333
        for _ in 0..<2000 {
            script.addPart(nanoseconds: third)
            script.endSegment()
        }
        let printed = try script.lines(.event).after("#EXTINF:").map { line in
            let digits = line.filter { $0 != "." && $0 != "," }
            #expect(line.split(separator: ".").last?.count == 10)
            return try #require(Int64(digits))
        }
        #expect(printed.reduce(0, +) == third * 2000)
    }

    @Test("L4: the media sequence is that of the first segment, always there, and before it", arguments: forms)
    func mediaSequence(_ form: PlaylistForm) throws {
        var script = PlaylistScript(segmentCount: 4)
        #expect(script.lines(form).after("#EXT-X-MEDIA-SEQUENCE:") == ["7"])
        script.removeFirst()
        let lines = script.lines(form)
        #expect(lines.after("#EXT-X-MEDIA-SEQUENCE:") == ["8"])
        let sequence = try #require(lines.firstIndex { $0.hasPrefix("#EXT-X-MEDIA-SEQUENCE") })
        let segment = try #require(lines.firstIndex { $0.hasPrefix("#EXTINF") })
        #expect(sequence < segment)
    }

    @Test("L4: a playlist that is empty for now names the sequence that comes next")
    func emptySequence() {
        #expect(PlaylistScript().lines().after("#EXT-X-MEDIA-SEQUENCE:") == ["7"])
    }

    @Test(
        "L5: what is added leaves every line before it as it was", arguments: [PlaylistForm.plain, .event, .lowLatency])
    func appendOnly(_ form: PlaylistForm) {
        var script = PlaylistScript(segmentCount: 3, openPartCount: 2)
        var before = script.lines(form).filter { !$0.hasPrefix("#EXT-X-PRELOAD-HINT") }
        for step in 0..<4 {
            if step == 1 { script.endSegment() } else { script.addPart() }
            let after = script.lines(form).filter { !$0.hasPrefix("#EXT-X-PRELOAD-HINT") }
            let oldParts = before.filter { $0.hasPrefix("#EXT-X-PART:") && !after.contains($0) }
            #expect(oldParts.count <= (form == .lowLatency ? 4 : 0))
            before.removeAll { oldParts.contains($0) }
            #expect(Array(after.prefix(before.count)) == before)
            before = after
        }
    }

    @Test("L6: a segment's URI follows from its sequence alone", arguments: forms)
    func uris(_ form: PlaylistForm) {
        var script = PlaylistScript(segmentCount: 3)
        let before = script.lines(form).filter { !$0.hasPrefix("#") }
        #expect(
            before
                == (form == .transportStream
                    ? ["7", "8", "9"].map { "main/\($0).ts" }
                    : ["7", "8", "9"].map { "main/\($0).m4s" }))
        script.beginDiscontinuity(withNewInitialisation: true)
        script.addSegment()
        script.removeFirst()
        #expect(Array(script.lines(form).filter { !$0.hasPrefix("#") }.prefix(2)) == Array(before.dropFirst()))
    }

    @Test("L10: a segment is listed once it is whole, not before")
    func onlyWhole() {
        var script = PlaylistScript(segmentCount: 1, openPartCount: 3)
        #expect(script.lines().after("#EXTINF:").count == 1)
        #expect(script.lines(.plain).after("#EXTINF:").count == 1)
        #expect(script.lines(.plain).after("#EXT-X-PROGRAM-DATE-TIME:").count == 1)
        script.endSegment()
        #expect(script.lines().after("#EXTINF:").count == 2)
    }

    @Test("L11: only EVENT and VOD have a playlist type")
    func playlistType() {
        let script = PlaylistScript(segmentCount: 3)
        let types = Self.forms.map { script.lines($0).after("#EXT-X-PLAYLIST-TYPE:") }
        #expect(types == [[], [], [], ["EVENT"], ["VOD"]])
    }

    @Test("L12: the last line of a stream that ended is EXT-X-ENDLIST, and nothing is hinted", arguments: forms)
    func end(_ form: PlaylistForm) {
        var script = PlaylistScript(segmentCount: 3, openPartCount: 1)
        #expect(script.lines(form).contains("#EXT-X-ENDLIST") == (form == .recording))
        script.snapshot.hasEnded = true
        let lines = script.lines(form)
        #expect(lines.last == "#EXT-X-ENDLIST")
        #expect(lines.after("#EXT-X-PRELOAD-HINT").isEmpty)
        #expect(lines.after("#EXTINF:").count == 4)
    }

    @Test("L15: a playlist exists plain and as gzip, which unpacks to the same")
    func compressed() throws {
        let bytes = PlaylistScript(segmentCount: 6, openPartCount: 2).playlist().render()
        let rendered = RenderedPlaylist(bytes)
        #expect(rendered.plain.copyBytes() == bytes)
        let compressed = try #require(rendered.compressed?.copyBytes())
        #expect(Array(compressed.prefix(3)) == [0x1f, 0x8b, 8])
        #expect(compressed.count * 2 < bytes.count)
    }

    @Test("L16: time in which nothing came is a segment marked with EXT-X-GAP")
    func gap() throws {
        var script = PlaylistScript(segmentCount: 1)
        script.addHole(milliseconds: 1500)
        let lines = script.lines(.plain)
        let gap = try #require(lines.firstIndex(of: "#EXT-X-GAP"))
        #expect(lines[gap - 1] == "#EXTINF:1.500,")
        #expect(lines[gap + 1] == "main/8.m4s")
    }

    @Test("L17: HOLD-BACK is three target durations")
    func holdBack() {
        #expect(PlaylistScript().text().contains(",HOLD-BACK=6.000,"))
    }

    @Test("L22: every URI is relative, so that the ticket in the path before it is each viewer's own", arguments: forms)
    func relative(_ form: PlaylistForm) {
        var script = PlaylistScript(segmentCount: 3)
        script.beginDiscontinuity(withNewInitialisation: true)
        script.addSegment()
        let reports = [MediaPlaylist.Report(.video(1), script.snapshot)].compactMap { $0 }
        for line in script.lines(form, reports: reports) {
            let quoted = line.split(separator: "URI=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
            for uri in quoted + (line.hasPrefix("#") ? [] : [line[...]]) {
                #expect(MediaName(Array(uri.utf8)[...]) != nil, "\(uri)")
            }
        }
    }

    @Test("the version is what the tags need: 3 for TS, 6 with EXT-X-MAP, and 9 only with EXT-X-SKIP")
    func version() throws {
        let script = PlaylistScript(segmentCount: 9)
        let versions = Self.forms.map { script.lines($0).after("#EXT-X-VERSION:") }
        #expect(versions == [["6"], ["6"], ["3"], ["6"], ["6"]])
        #expect(try #require(script.deltaLines()).after("#EXT-X-VERSION:") == ["9"])
    }

    @Test("EXT-X-INDEPENDENT-SEGMENTS is there only when it is true", arguments: forms)
    func independentSegments(_ form: PlaylistForm) {
        var script = PlaylistScript(segmentCount: 3)
        #expect(script.lines(form).contains("#EXT-X-INDEPENDENT-SEGMENTS"))
        script.snapshot.hasIndependentSegments = false
        #expect(!script.lines(form).contains("#EXT-X-INDEPENDENT-SEGMENTS"))
    }

    @Test("every segment says when it was captured, to the millisecond", arguments: forms)
    func dates(_ form: PlaylistForm) {
        let dates = PlaylistScript(segmentCount: 3).lines(form).after("#EXT-X-PROGRAM-DATE-TIME:")
        #expect(dates == ["2026-09-21T14:13:20.000Z", "2026-09-21T14:13:22.000Z", "2026-09-21T14:13:24.000Z"])
    }

    @Test("L18, L19: no tag promises what nobody keeps: there are these and no others", arguments: forms)
    func tags(_ form: PlaylistForm) {
        let known: Set<Substring> = [
            "#EXTM3U", "#EXT-X-VERSION", "#EXT-X-TARGETDURATION", "#EXT-X-SERVER-CONTROL", "#EXT-X-PART-INF",
            "#EXT-X-PLAYLIST-TYPE", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-DISCONTINUITY-SEQUENCE", "#EXT-X-DISCONTINUITY",
            "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-MAP", "#EXT-X-PROGRAM-DATE-TIME", "#EXT-X-PART", "#EXTINF",
            "#EXT-X-GAP", "#EXT-X-PRELOAD-HINT", "#EXT-X-RENDITION-REPORT", "#EXT-X-ENDLIST",
        ]
        var script = PlaylistScript(segmentCount: 3)
        script.beginDiscontinuity()
        script.addHole(milliseconds: 500)
        for line in script.lines(form) where line.hasPrefix("#") { #expect(known.contains(line.prefix { $0 != ":" })) }
    }

    @Test("lines end with a line feed, and nothing is outside of ASCII", arguments: forms)
    func bytes(_ form: PlaylistForm) {
        let bytes = PlaylistScript(segmentCount: 3, openPartCount: 1).playlist(form).render()
        #expect(bytes.last == 0x0a)
        #expect(bytes.allSatisfy { $0 == 0x0a || (0x20...0x7e).contains($0) })
        #expect(bytes.starts(with: "#EXTM3U\n#EXT-X-VERSION:".utf8))
    }

    @Test("a player may begin with one segment, an old player with three, and anyone with all that will be")
    func ready() {
        var script = PlaylistScript(segmentCount: 0, openPartCount: 3)
        #expect(!script.playlist().isReady)
        script.endSegment()
        #expect(script.playlist().isReady && !script.playlist(.plain).isReady)
        script.addSegment()
        script.addSegment()
        #expect(script.playlist(.plain).isReady)
        // OBS sets a keyframe every 250 pictures, which are 8.3 s.
        var long = PlaylistScript(segmentCount: 0)
        for _ in 0..<2 {
            #expect(!long.playlist(.plain).isReady)
            long.addPart(nanoseconds: 4_170_000_000)
            long.endSegment()
        }
        #expect(long.playlist(.plain).isReady)
        var short = PlaylistScript(segmentCount: 1)
        short.snapshot.hasEnded = true
        #expect(short.playlist(.plain).isReady)
    }
}
