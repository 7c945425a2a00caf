import MediaTypes
import Testing

@testable import HLSPackager

/// Real media whose formats, tracks, timelines and publishers change under way.
@Suite("Packaged media that changes")
struct PackagedStretchTests {
    private static func track(_ name: String, _ kind: MediaKind, _ number: UInt8 = 0) throws -> (TrackID, RecordedTrack)
    {
        let found = try PackagedMediaTests.tracks(name).first { $0.id.kind == kind }
        return (TrackID(kind, number), try #require(found).media)
    }

    /// Between discontinuities there is a file that ffmpeg decodes; and altogether, every unit once.
    private static func check(
        _ played: PlayedMedia, _ id: RenditionID = .main, tracks: [TrackID], stretchCount: Int,
        formatChangeCount: Int = 0, isInTransportStreams: Bool = true
    ) throws {
        let segments = played.segments(id)
        let stretches = segments.stretches
        #expect(stretches.count == stretchCount)
        for stretch in stretches {
            let fragments = (stretch.first?.initialisation ?? []) + stretch.flatMap(\.bytes)
            #expect(try FileProbe(fragments, suffix: "mp4").complaints == "")
            #expect(Set(stretch.map(\.initialisation)).count == 1)
            guard isInTransportStreams else { continue }
            let streams = stretch.compactMap(\.transportStream)
            #expect(streams.count == stretch.count)
            let stream = Array(streams.joined())
            #expect(try TransportReader(stream).discontinuities == [])
            let probe = try FileProbe(stream, suffix: "ts")
            #expect(probe.complaints == "")
            let units = try PackagedMediaTests.units(stretch)
            for index in units.indices { #expect(probe.packets(ofStream: index).count == units[index].count) }
        }
        var found = try PackagedMediaTests.units(segments)
        #expect(found.count == tracks.count)
        var repeatCount = 0
        for (index, track) in tracks.enumerated() {
            let given = played.given[track] ?? []
            // Parameter sets are repeated in the first picture of another format, before what was given (decision 14).
            for (number, unit) in zip(given.indices, given) where found[index].indices.contains(number) {
                let bytes = found[index][number].bytes
                guard bytes.count > unit.bytes.count, bytes.suffix(unit.bytes.count) == unit.bytes[...] else {
                    continue
                }
                found[index][number].bytes = unit.bytes
                repeatCount += 1
            }
            PackagedMediaTests.expect(found[index], are: given)
        }
        #expect(repeatCount == formatChangeCount)
        #expect(played.packager.facts.lostSampleCount == 0 && played.packager.facts.muxerFailureCount == 0)
        #expect(played.packager.facts.lostTransportStreamSampleCount == 0)
    }

    @Test("Another size and codec of the picture, and back")
    func resolution() throws {
        let played = PlayedMedia()
        let sound = try Self.track("h264-aac", .audio)
        for name in ["h264-aac", "hevc", "h264-aac"] {
            for _ in 0..<2 { played.play([try Self.track(name, .video), sound]) }
        }
        played.end()
        try Self.check(played, tracks: [.picture, .sound], stretchCount: 3, formatChangeCount: 2)
        let initialisations = played.segments().stretches.compactMap(\.first?.initialisation)
        #expect(initialisations[0] == initialisations[2] && initialisations[0] != initialisations[1])
    }

    @Test("A publisher that comes back, and one whose clock jumps")
    func comesBack() throws {
        let played = PlayedMedia()
        let tracks = try PackagedMediaTests.tracks("h264-aac")
        for step in 0..<4 {
            played.play(tracks)
            if step % 2 == 0 { played.comeBack() } else { played.beginTimeline() }
        }
        played.end()
        try Self.check(played, tracks: [.picture, .sound], stretchCount: 4)
    }

    @Test("Sound that comes late, and a picture that comes late")
    func lateTracks() throws {
        let (picture, sound) = (try Self.track("h264-aac", .video), try Self.track("h264-aac", .audio))
        let lateSound = PlayedMedia()
        lateSound.play([picture])
        lateSound.play([picture, sound])
        lateSound.end()
        try Self.check(lateSound, tracks: [.picture, .sound], stretchCount: 2)
        let latePicture = PlayedMedia()
        latePicture.play([sound])
        latePicture.play([picture, sound])
        latePicture.end()
        let stretches = latePicture.segments().stretches
        #expect(stretches.count == 2)
        let units = try stretches.map { try PackagedMediaTests.units($0) }
        PackagedMediaTests.expect(units[0][0] + units[1][1], are: latePicture.given[.sound] ?? [])
        PackagedMediaTests.expect(units[1][0], are: latePicture.given[.picture] ?? [])
    }

    @Test(
        "A picture alone, and sound alone",
        arguments: [("h264-aac", MediaKind.video), ("h264-aac", .audio), ("mp3", .audio)])
    func alone(_ name: String, _ kind: MediaKind) throws {
        let played = PlayedMedia()
        let track = try Self.track(name, kind)
        for _ in 0..<3 { played.play([track]) }
        played.end()
        try Self.check(played, tracks: [track.0], stretchCount: 1)
    }

    @Test("A ladder of two pictures, and a second sound")
    func ladder() throws {
        let played = PlayedMedia()
        let small = try Self.track("hevc", .video, 1)
        let second = try Self.track("mp3", .audio, 1)
        for _ in 0..<3 {
            played.play([try Self.track("h264-aac", .video), try Self.track("h264-aac", .audio), small, second])
        }
        played.end()
        try Self.check(played, tracks: [.picture, .sound], stretchCount: 1)
        try Self.check(played, .video(1), tracks: [small.0, .sound], stretchCount: 1)
        try Self.check(played, .audio(1), tracks: [second.0], stretchCount: 1)
        let counts = [RenditionID.main, .video(1)].map { played.segments($0).count }
        #expect(counts[0] == counts[1])
    }

    @Test("Segments far smaller than a second keep every unit that fits into one", arguments: [6000, 12_000, 40_000])
    func smallSegments(_ byteCountMax: Int) throws {
        var limits = HLSLimits()
        limits.segmentByteCountMax = byteCountMax
        let played = PlayedMedia(limits: limits)
        for _ in 0..<2 { played.play(try PackagedMediaTests.tracks("h264-aac")) }
        played.end()
        let fits = { (unit: RecordedTrack.Unit) in unit.bytes.count + 600 < byteCountMax }
        let found = try PackagedMediaTests.units(played.segments())
        for (index, track) in [TrackID.picture, .sound].enumerated() {
            let expected = (played.given[track] ?? []).filter(fits)
            #expect(found[index].filter(fits).map(\.bytes) == expected.map(\.bytes))
        }
        #expect(played.segments().allSatisfy { $0.bytes.count <= byteCountMax })
        #expect(played.packager.facts.muxerFailureCount == 0)
        #expect(played.segments().stretches.count == 1)
    }

    @Test(
        "Sound that only its frames describe is left out while it has none, and the picture goes on",
        arguments: ["ac3", "eac3"])
    func leftOut(_ name: String) throws {
        let played = PlayedMedia()
        let (picture, sound) = (try Self.track("h264-aac", .video), try Self.track(name, .audio))
        played.play([picture, sound])
        // The picture becomes another one just when the sound is away.
        for _ in 0..<6 { played.play([try Self.track("hevc", .video)]) }
        played.play([try Self.track("hevc", .video), sound])
        played.end()
        let stretches = played.segments().stretches
        #expect(stretches.count == 3)
        // With the sound's return a stretch begins in the middle of a group of pictures.
        for stretch in stretches.dropLast() {
            let file = (stretch.first?.initialisation ?? []) + stretch.flatMap(\.bytes)
            #expect(try FileProbe(file, suffix: "mp4").complaints == "")
        }
        #expect(played.packager.facts.muxerFailureCount == 1)
        let last = try PackagedMediaTests.units(stretches.last ?? [])
        #expect(last.count == 2)
        #expect(played.latest?[.main]?.snapshot.hasEnded == false)
    }
}
