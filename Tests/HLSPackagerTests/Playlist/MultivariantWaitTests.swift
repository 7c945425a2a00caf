import Testing

@testable import HLSPackager

/// A player reads the multivariant playlist once: what it does not name then is never played.
@Suite("When a multivariant playlist is there")
struct MultivariantWaitTests {
    /// A rendition with so many whole segments.
    static func rendition(_ id: RenditionID, segments: Int, hasEnded: Bool = false) throws -> StreamSnapshot.Rendition {
        var script = PlaylistScript(segmentCount: segments, id: id)
        script.snapshot.hasEnded = hasEnded
        let isSound = if case .audio = id { true } else { false }
        let format = isSound ? MultivariantPlaylistTests.audio() : try MultivariantPlaylistTests.video()
        let tracks = [MuxedTrack(format: format, timescale: 90_000)]
        return StreamSnapshot.Rendition(id: id, tracks: tracks, snapshot: script.snapshot, version: 0)
    }

    static func names(
        _ renditions: [StreamSnapshot.Rendition], form: PlaylistForm = .lowLatency
    ) -> [String]? {
        let snapshot = StreamSnapshot(version: 0, renditions: renditions)
        let promises = PlaylistPromises(PlaylistScript().limits)
        guard let playlist = snapshot.multivariantPlaylist(form, promises) else { return nil }
        let lines = String(decoding: playlist.render(), as: UTF8.self).split(separator: "\n").map(String.init)
        let named = lines.filter { !$0.hasPrefix("#") || $0.contains("URI=") }
        return named.map { $0.hasPrefix("#") ? String($0.split(separator: "\"").last ?? "") : $0 }
    }

    @Test("Not before every rendition has a segment")
    func all() throws {
        let main = try Self.rendition(.main, segments: 1)
        #expect(Self.names([main]) == ["main.m3u8"])
        #expect(Self.names([main, try Self.rendition(.video(1), segments: 0)]) == nil)
        let both = [main, try Self.rendition(.video(1), segments: 1), try Self.rendition(.audio(1), segments: 1)]
        #expect(Self.names(both) == ["a1.m3u8", "main.m3u8", "v1.m3u8"])
        #expect(Self.names(both, form: .plain) == ["a1.plain.m3u8", "main.plain.m3u8", "v1.plain.m3u8"])
    }

    @Test("A late one is not waited for when another has two segments")
    func late() throws {
        let main = try Self.rendition(.main, segments: 2)
        #expect(Self.names([main, try Self.rendition(.video(1), segments: 0)]) == ["main.m3u8"])
    }

    @Test("Sound alone is no choice where there are pictures, however much of it there is")
    func soundAlone() throws {
        let sound = try Self.rendition(.audio(1), segments: 9)
        #expect(Self.names([try Self.rendition(.main, segments: 0), sound]) == nil)
    }

    @Test("One that the publisher does not send at present is neither waited for nor offered")
    func away() throws {
        var away = try Self.rendition(.video(1), segments: 3)
        away.snapshot.isAway = true
        #expect(Self.names([try Self.rendition(.main, segments: 1), away]) == ["main.m3u8"])
    }

    @Test("One that has ended is neither waited for nor offered, as long as another lives")
    func ended() throws {
        let main = try Self.rendition(.main, segments: 1)
        #expect(Self.names([main, try Self.rendition(.video(1), segments: 0, hasEnded: true)]) == ["main.m3u8"])
        let all = try [RenditionID.main, .video(1)].map { try Self.rendition($0, segments: 1, hasEnded: true) }
        #expect(Self.names(all) == ["main.m3u8", "v1.m3u8"])
    }
}
