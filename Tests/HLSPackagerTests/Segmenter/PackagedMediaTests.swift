import MediaTypes
import Testing

@testable import HLSPackager

/// Real media through clocks, cuts and libav's muxers, read back by readers that know nothing of them.
@Suite("Packaged media")
struct PackagedMediaTests {
    static let files = ["h264-aac", "hevc", "av1", "vp9", "opus", "ac3", "eac3", "flac", "mp3"]
    static let filesInTransportStreams = ["h264-aac", "hevc", "ac3", "mp3"]

    static func tracks(_ name: String, number: UInt8 = 0) throws -> [(id: TrackID, media: RecordedTrack)] {
        try RecordedTrack.tracks(ofFile: name).map { media in
            if case .video = media.track.format { return (TrackID(.video, number), media) }
            return (TrackID(.audio, number), media)
        }
    }

    /// The units of each track in what a rendition's segments hold, as bytes, by the track's place in its muxer.
    static func units(_ segments: [PlayedMedia.Segment]) throws -> [[RecordedTrack.Unit]] {
        var reader = FragmentReader()
        for segment in segments { for part in segment.parts { try reader.take(part) } }
        return reader.samples.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Every unit once, in order, byte for byte, and shown as long after its decoding as the publisher said.
    static func expect(_ found: [RecordedTrack.Unit], are expected: [RecordedTrack.Unit]) {
        #expect(found.map(\.bytes) == expected.map(\.bytes))
        #expect(found.map(\.sample.isRandomAccess) == expected.map(\.sample.isRandomAccess))
        #expect(found.map(\.sample.presentationOffsetTicks) == expected.map(\.sample.presentationOffsetTicks))
    }

    @Test("Every unit of every codec comes out once, as it was, and ffmpeg decodes all of it", arguments: files)
    func codecs(_ name: String) throws {
        let played = PlayedMedia()
        let tracks = try Self.tracks(name)
        for _ in 0..<3 { played.play(tracks) }
        played.end()
        let segments = played.segments()
        let found = try Self.units(segments)
        #expect(found.count == tracks.count)
        for (index, track) in tracks.enumerated() {
            Self.expect(found[index], are: played.given[track.id] ?? [])
        }
        let file = (segments.first?.initialisation ?? []) + segments.flatMap(\.bytes)
        let probe = try FileProbe(file, suffix: "mp4")
        #expect(probe.complaints == "")
        for (index, track) in tracks.enumerated() {
            let hashes = probe.packets(ofStream: index).map(\.hash)
            #expect(hashes == played.given[track.id]?.map { FileProbe.hash($0.bytes) })
        }
        #expect(played.packager.lostSampleCount == 0)
    }

    @Test(
        "The same segments exist as MPEG-TS, each of which a player can begin with", arguments: filesInTransportStreams)
    func transportStreams(_ name: String) throws {
        let played = PlayedMedia()
        let tracks = try Self.tracks(name)
        for _ in 0..<3 { played.play(tracks) }
        played.end()
        let segments = played.segments()
        let streams = segments.compactMap(\.transportStream)
        #expect(streams.count == segments.count && !streams.isEmpty)
        for stream in streams {
            #expect(try TransportReader(stream).packets.prefix(2).map(\.identifier) == [0, 0x1000])
        }
        #expect(try TransportReader(Array(streams.joined())).discontinuities == [])
        let whole = try FileProbe(Array(streams.joined()), suffix: "ts")
        #expect(whole.complaints == "")
        for (index, track) in tracks.enumerated() {
            #expect(whole.packets(ofStream: index).count == played.given[track.id]?.count)
        }
        // The samples of a segment are those of its fragments.
        for (segment, stream) in zip(segments, streams) {
            let probe = try FileProbe(stream, suffix: "ts")
            let units = try Self.units([segment])
            for index in units.indices { #expect(probe.packets(ofStream: index).count == units[index].count) }
        }
    }

    @Test("Codecs that MPEG-TS does not carry have no such form, and lose nothing by it", arguments: ["av1", "opus"])
    func otherCodecs(_ name: String) throws {
        let played = PlayedMedia()
        played.play(try Self.tracks(name))
        played.end()
        #expect(!played.segments().isEmpty && played.segments().allSatisfy { $0.transportStream == nil })
        #expect(played.latest?[.main]?.snapshot.has(.transportStream) == false)
        #expect(played.packager.lastFailure == nil)
    }

    @Test("Without the setting nothing is made as MPEG-TS")
    func switchedOff() throws {
        var limits = HLSLimits()
        limits.hasTransportStream = false
        let played = PlayedMedia(limits: limits)
        played.play(try Self.tracks("h264-aac"))
        played.end()
        #expect(!played.segments().isEmpty && played.segments().allSatisfy { $0.transportStream == nil })
    }
}
