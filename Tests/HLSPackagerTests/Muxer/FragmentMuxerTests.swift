import HLSPackager
import MediaTypes
import Testing

@Suite("Fragment muxer")
struct FragmentMuxerTests {
    static let files = ["h264-aac", "hevc", "av1", "vp9", "opus", "ac3", "eac3", "flac", "mp3"]

    @Test("writes every sample once, as it came, at its time, in fragments that add up", arguments: files)
    func samples(_ name: String) throws {
        let recorded = try RecordedTrack.tracks(ofFile: name)
        let media = try MuxedMedia(recorded) { tracks throws(MuxerError) in try FragmentMuxer(tracks: tracks) }
        var reader = FragmentReader()
        for part in media.parts { try reader.take(part) }
        // The first sound beside pictures has a fragment of its own.
        let isBoth = Set(reader.samples.keys).count == 2
        let fragmentCount = UInt32(media.parts.count + (isBoth ? 1 : 0))
        #expect(reader.sequences == (1...fragmentCount).map { $0 })
        for index in recorded.indices {
            let expected = media.units(ofTrack: index)
            let found = reader.samples[UInt32(index) + 1] ?? []
            #expect(found.map(\.bytes) == expected.map(\.bytes))
            #expect(found.map(\.sample) == expected.map(\.sample))
        }
    }

    @Test("makes a file that ffmpeg reads whole and decodes without a complaint", arguments: files)
    func decoded(_ name: String) throws {
        let recorded = try RecordedTrack.tracks(ofFile: name)
        let media = try MuxedMedia(recorded) { tracks throws(MuxerError) in try FragmentMuxer(tracks: tracks) }
        let probe = try FileProbe(media.file, suffix: "mp4")
        #expect(probe.complaints == "")
        #expect(probe.streams.count == recorded.count)
        for index in recorded.indices {
            let expected = media.units(ofTrack: index)
            let found = probe.packets(ofStream: index)
            #expect(found.map(\.hash) == expected.map { FileProbe.hash($0.bytes) })
            #expect(found.map(\.isKey) == expected.map(\.sample.isRandomAccess))
            let timescale = Double(recorded[index].track.timescale)
            let times = expected.map { unit in
                Double(unit.sample.decodeTicks + Int64(unit.sample.presentationOffsetTicks)) / timescale
            }
            let misplaced = zip(found, times).filter { abs($0.presentation - $1) > 0.000_002 }
            #expect(misplaced.map(\.0) == [])
        }
    }

    @Test(
        "puts the first sound before the first pictures, in a fragment of its own, and no other",
        arguments: [[0, 0, 1, 0, 1], [1, 0, 1], [0, 1], [1]])
    func firstSound(_ order: [Int]) throws {
        let recorded = try RecordedTrack.tracks(ofFile: "h264-aac")
        let muxer = try FragmentMuxer(tracks: recorded.map(\.track))
        let arena = SegmentArena(capacity: 1 << 20)
        var reader = FragmentReader()
        var positions = [0, 0]
        var start = 0
        // Three parts: the second and the third have nothing that is first.
        for _ in 0..<3 {
            for track in order {
                var unit = recorded[track].units[positions[track]]
                unit.sample.trackIndex = track
                positions[track] += 1
                try muxer.append(unit, to: arena)
            }
            try muxer.endPart(in: arena)
            try reader.take(Array(arena.bytes(start..<arena.count)))
            start = arena.count
        }
        let usual = Set(order).sorted().map { UInt32($0) + 1 }
        let rest = order.count > 1 ? [usual] : []
        let first = order.filter { $0 == 1 }.count == 1 ? usual.filter { $0 != 2 } : usual
        #expect(reader.tracks == [[2]] + (rest.isEmpty ? [] : [first]) + [usual, usual])
        for track in [0, 1] {
            let expected = recorded[track].units.prefix(positions[track])
            #expect((reader.samples[UInt32(track) + 1] ?? []).map(\.bytes) == expected.map(\.bytes))
        }
    }

    @Test("pictures of a first part without sound wait for nothing that comes later")
    func firstSoundIsLate() throws {
        let recorded = try RecordedTrack.tracks(ofFile: "h264-aac")
        let muxer = try FragmentMuxer(tracks: recorded.map(\.track))
        let arena = SegmentArena(capacity: 1 << 20)
        for index in 0..<4 {
            try muxer.append(recorded[0].units[index], to: arena)
            if index == 1 { try muxer.endPart(in: arena) }
        }
        var sound = recorded[1].units[0]
        sound.sample.trackIndex = 1
        try muxer.append(sound, to: arena)
        try muxer.endPart(in: arena)
        var reader = FragmentReader()
        try reader.take(Array(arena.bytes(0..<arena.count)))
        #expect(reader.tracks == [[1], [1, 2]])
    }
}
