import Glibc
import HLSPackager
import MediaTypes
import Testing

/// What publishers must not be able to do to muxers: end the process, leave memory behind, or let half of something
/// through.
@Suite("Muxers and hostile media")
struct HostileMuxerTests {
    private static func video() throws -> RecordedTrack { try RecordedTrack.tracks(ofFile: "h264-aac")[0] }

    private static func error(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch { return (error as? MuxerError)?.label.description ?? "another error" }
    }

    @Test("refuses times that a container cannot say, and goes on with the next sample")
    func times() throws {
        let video = try Self.video()
        let first = video.units[0].sample
        let changes: [(String, (inout Sample) -> Void)] = [
            ("before the beginning", { $0.decodeTicks = -1 }),
            ("shown before the beginning", { ($0.decodeTicks, $0.presentationOffsetTicks) = (0, -1) }),
            ("standing still", { $0.decodeTicks = first.decodeTicks }),
            ("going back", { $0.decodeTicks = first.decodeTicks - 1 }),
            ("a day later", { $0.decodeTicks += 90_000 * 86_400 }),
            ("at the end of time", { $0.decodeTicks = .max }),
            ("shown hours later", { $0.presentationOffsetTicks = .max }),
            ("shown hours before", { $0.presentationOffsetTicks = .min }),
            ("without duration", { $0.durationTicks = 0 }),
            ("of negative duration", { $0.durationTicks = .min }),
        ]
        for (what, change) in changes {
            let muxers: [any PartMuxer] = [
                try FragmentMuxer(tracks: [video.track]), try TransportStreamMuxer(tracks: [video.track]),
            ]
            for muxer in muxers {
                let arena = SegmentArena(capacity: 1 << 20)
                try muxer.append(video.units[0], to: arena)
                var sample = video.units[1].sample
                change(&sample)
                let unit = RecordedTrack.Unit(sample: sample, bytes: video.units[1].bytes)
                let found = Self.error { try muxer.append(unit, to: arena) }
                #expect(found == "timeInvalid", "\(what)")
                try muxer.append(video.units[1], to: arena)
                try muxer.endPart(in: arena)
            }
        }
    }

    @Test("keeps what is shown before it is decoded, and gaps between parts, exactly")
    func signedOffsetsAndGaps() throws {
        let video = try Self.video()
        let muxer = try FragmentMuxer(tracks: [video.track])
        let arena = SegmentArena(capacity: 1 << 20)
        var reader = FragmentReader()
        var expected: [Sample] = []
        let offsets: [Int32] = [6000, -3000, 0, 27_000_000, -27_000_000]
        for (index, offset) in offsets.enumerated() {
            var sample = video.units[0].sample
            sample.decodeTicks = 90_000 * (1000 + Int64(index) * 7000)
            sample.presentationOffsetTicks = offset
            sample.durationTicks = 3003
            expected.append(sample)
            let start = arena.count
            try muxer.append(RecordedTrack.Unit(sample: sample, bytes: video.units[0].bytes), to: arena)
            try muxer.endPart(in: arena)
            try reader.take(Array(arena.bytes(start..<arena.count)))
        }
        #expect(reader.samples[1]?.map(\.sample) == expected)
    }

    @Test("says that a segment is full before anything is written, and fills the next one")
    func segmentFull() throws {
        let video = try Self.video()
        let bytes = video.units[0].bytes
        for make in [
            { try FragmentMuxer(tracks: [video.track]) as any PartMuxer },
            { try TransportStreamMuxer(tracks: [video.track]) as any PartMuxer },
        ] {
            let muxer = try make()
            let small = SegmentArena(capacity: bytes.count + 100)
            #expect(Self.error { try muxer.append(video.units[0], to: small) } == "segmentFull")
            try muxer.endPart(in: small)
            #expect(small.count == 0)
            let arena = SegmentArena(capacity: bytes.count * 2 + 32 * 1024)
            try muxer.append(video.units[0], to: arena)
            try muxer.endPart(in: arena)
            #expect(arena.count > bytes.count)
        }
    }

    @Test("bounds the samples of a part, and writes the largest part whole")
    func partFull() throws {
        let recorded = try RecordedTrack.tracks(ofFile: "opus")
        let muxer = try FragmentMuxer(tracks: recorded.map(\.track))
        let arena = SegmentArena(capacity: 1 << 20)
        var sample = recorded[0].units[0].sample
        var count = 0
        var found: String?
        while found == nil, count < 10_000 {
            found = Self.error { try muxer.append(RecordedTrack.Unit(sample: sample, bytes: [1, 2, 3]), to: arena) }
            if found == nil { count += 1 }
            sample.decodeTicks += Int64(sample.durationTicks)
        }
        #expect(found == "partFull")
        #expect(count == FragmentMuxer.partSampleCountMax)
        try muxer.endPart(in: arena)
        var reader = FragmentReader()
        try reader.take(Array(arena.bytes(0..<arena.count)))
        #expect(reader.samples[1]?.count == count)
    }

    @Test("survives random payloads of every codec", arguments: FragmentMuxerTests.files)
    func randomPayloads(_ name: String) throws {
        let recorded = try RecordedTrack.tracks(ofFile: name)
        let index = recorded.count - 1
        var random = SystemRandomNumberGenerator()
        for round in 0..<300 {
            var muxers: [any PartMuxer] = [try FragmentMuxer(tracks: recorded.map(\.track))]
            if TransportStreamMuxerTests.files.contains(name) {
                muxers.append(try TransportStreamMuxer(tracks: recorded.map(\.track)))
            }
            for muxer in muxers {
                let arena = SegmentArena(capacity: 1 << 18)
                for (position, unit) in recorded[index].units.prefix(4).enumerated() {
                    var sample = unit.sample
                    sample.trackIndex = index
                    var bytes = unit.bytes
                    if position > 0 || round % 2 == 0 {
                        for _ in 0..<8 { bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255) }
                        bytes = Array(bytes.prefix(Int.random(in: 1...bytes.count, using: &random)))
                    }
                    // Any answer is right but the end of the process.
                    _ = Self.error { try muxer.append(RecordedTrack.Unit(sample: sample, bytes: bytes), to: arena) }
                }
                _ = Self.error { try muxer.endPart(in: arena) }
            }
        }
    }

    @Test("leaves out of AV1 what ISO BMFF does not want, and refuses units that are cut off")
    func unitsOfAV1() throws {
        let recorded = try RecordedTrack.tracks(ofFile: "av1")
        let muxer = try FragmentMuxer(tracks: [recorded[0].track])
        let arena = SegmentArena(capacity: 1 << 16)
        let (first, second) = (recorded[0].units[0], recorded[0].units[1])
        let (delimiter, padding): ([UInt8], [UInt8]) = ([0x12, 0], [0x7a, 2, 1, 0x80])
        var unit = first
        unit.bytes = delimiter + first.bytes + padding
        try muxer.append(unit, to: arena)
        for bytes in [delimiter, padding, [0x32, 0x7f, 1], Array(first.bytes.dropLast()), [0xff], [0x32, 0xff]] {
            let broken = RecordedTrack.Unit(sample: second.sample, bytes: bytes)
            #expect(Self.error { try muxer.append(broken, to: arena) } == "sampleInvalid", "\(bytes)")
        }
        try muxer.append(second, to: arena)
        try muxer.endPart(in: arena)
        var reader = FragmentReader()
        try reader.take(Array(arena.bytes(0..<arena.count)))
        #expect(reader.samples[1]?.map(\.bytes) == [first.bytes, second.bytes])
    }

    @Test("drops audio units that are no frames, and keeps the others", arguments: ["ac3", "eac3"])
    func brokenFrames(_ name: String) throws {
        let recorded = try RecordedTrack.tracks(ofFile: name)
        let muxer = try FragmentMuxer(tracks: recorded.map(\.track))
        let arena = SegmentArena(capacity: 1 << 16)
        let units = recorded[0].units
        for bytes in [[0x0b], [0x0b, 0x77], [UInt8](repeating: 0, count: 64), Array(units[0].bytes.prefix(10))] {
            let broken = RecordedTrack.Unit(sample: units[0].sample, bytes: bytes)
            #expect(Self.error { try muxer.append(broken, to: arena) } == "sampleInvalid", "\(bytes)")
        }
        for unit in units.prefix(2) { try muxer.append(unit, to: arena) }
        try muxer.endPart(in: arena)
        var reader = FragmentReader()
        try reader.take(Array(arena.bytes(0..<arena.count)))
        #expect(reader.samples[1] == Array(units.prefix(2)))
    }

    @Test("refuses formats that say nothing or nonsense", arguments: FragmentMuxerTests.files)
    func formats(_ name: String) throws {
        let track = try #require(try RecordedTrack.tracks(ofFile: name).last).track
        #expect(throws: MuxerError.self) { try FragmentMuxer(tracks: []) }
        var empty = track
        switch track.format {
        case .video(var format):
            (format.width, format.height) = (0, 0)
            empty.format = .video(format)
        case .audio(var format):
            format.sampleRate = 0
            empty.format = .audio(format)
        }
        #expect(throws: MuxerError.self) { try FragmentMuxer(tracks: [empty]) }
        // Whatever the configuration is, libav takes it or refuses it.
        for count in 0..<24 {
            for byte: UInt8 in [0, 1, 0x7f, 0xff] {
                var other = track
                let bytes = [UInt8](repeating: byte, count: count)
                switch track.format {
                case .video(var format):
                    format.configuration = bytes
                    other.format = .video(format)
                case .audio(var format):
                    format.configuration = bytes
                    other.format = .audio(format)
                }
                _ = Self.error { _ = try FragmentMuxer(tracks: [other]) }
                _ = Self.error { _ = try TransportStreamMuxer(tracks: [other]) }
            }
        }
    }
}
