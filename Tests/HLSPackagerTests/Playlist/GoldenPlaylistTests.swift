import Foundation
import HLSPackager
import TestSupport
import Testing

/// The files in fixtures/playlists, byte for byte. They were read by a person and by `hls_validator.py`: a change of
/// them is a change of what players see.
@Suite("Golden playlists")
struct GoldenPlaylistTests {
    static func playlists() throws -> [(name: String, bytes: [UInt8])] {
        var script = PlaylistScript(segmentCount: 5)
        script.beginDiscontinuity(withNewInitialisation: true)
        script.addSegment(parts: [500, 500, 500, 500])
        for _ in 0..<3 { script.addSegment(parts: [500, 467, 500, 300]) }
        script.removeFirst()
        script.addPart()
        script.addPart()
        let reports = [MediaPlaylist.Report(.audio(1), script.snapshot)].compactMap { $0 }
        let delta = try #require(script.playlist(reports: reports).renderDelta())
        let renditions = try [
            MultivariantPlaylistTests.main([MultivariantPlaylistTests.video(), MultivariantPlaylistTests.audio()]),
            MultivariantPlaylist.Rendition(
                id: .audio(1), formats: [MultivariantPlaylistTests.audio(channels: 6)],
                bitRate: RenditionBitRate(peak: 128_000, average: 120_000)),
        ]
        let multivariant = MultivariantPlaylist(renditions, form: .lowLatency, hasIndependentSegments: true)
        var ended = script
        ended.endSegment()
        ended.snapshot.hasEnded = true
        return [
            ("index.m3u8", multivariant.render()),
            ("low-latency.m3u8", script.playlist(reports: reports).render()),
            ("low-latency-delta.m3u8", delta),
            ("low-latency-ended.m3u8", ended.playlist(reports: reports).render()),
            ("plain.m3u8", script.playlist(.plain).render()),
            ("transport-stream.m3u8", script.playlist(.transportStream).render()),
            ("event.m3u8", script.playlist(.event).render()),
            ("recording.m3u8", ended.playlist(.recording).render()),
        ]
    }

    @Test("are what is rendered")
    func golden() throws {
        let files = try Fixtures.files(in: "playlists")
        let playlists = try Self.playlists()
        #expect(files.map(\.name) == playlists.map(\.name).sorted())
        for (name, bytes) in playlists {
            let file = try #require(files.first { $0.name == name })
            #expect(String(decoding: file.bytes, as: UTF8.self) == String(decoding: bytes, as: UTF8.self), "\(name)")
        }
    }
}
