import HLSPackager
import MediaTypes
import Testing

@Suite("Transport stream muxer")
struct TransportStreamMuxerTests {
    static let files = ["h264-aac", "hevc", "mp3", "ac3"]

    private static func media(_ name: String) throws -> (recorded: [RecordedTrack], media: MuxedMedia) {
        let recorded = try RecordedTrack.tracks(ofFile: name)
        let media = try MuxedMedia(recorded) { tracks throws(MuxerError) in try TransportStreamMuxer(tracks: tracks) }
        return (recorded, media)
    }

    @Test("begins every segment with PAT and PMT, and counts on from segment to segment", arguments: files)
    func segments(_ name: String) throws {
        let (_, media) = try Self.media(name)
        #expect(media.initialisation.isEmpty)
        let tables: UInt16 = 0x1000
        for segment in media.segments {
            let packets = try TransportReader(Array(segment.joined())).packets
            #expect(packets.prefix(2).map(\.identifier) == [0, tables])
            #expect(packets.filter { $0.identifier == 0 }.count <= 2, "tables where a player can begin, not everywhere")
            #expect(!packets.contains { $0.identifier == 0x11 }, "no description of a service")
            #expect(packets.contains { $0.clock != nil } == packets.contains { $0.identifier == 0x100 })
        }
        let all = try TransportReader(Array(media.parts.joined()))
        #expect(all.discontinuities == [])
        #expect(media.segments.count > (name == "h264-aac" || name == "hevc" ? 1 : 0))
    }

    @Test("writes the samples' own times at 90 kHz", arguments: files)
    func times(_ name: String) throws {
        let (recorded, media) = try Self.media(name)
        let packets = try TransportReader(Array(media.parts.joined())).packets
        for index in recorded.indices {
            let timescale = Int64(recorded[index].track.timescale)
            let expected = media.units(ofTrack: index).map { unit in
                let ticks = unit.sample.decodeTicks + Int64(unit.sample.presentationOffsetTicks)
                return (ticks * 90_000 + timescale / 2) / timescale
            }
            let found = packets.filter { $0.identifier == 0x100 + UInt16(index) }.compactMap(\.presentation)
            if case .video = recorded[index].track.format {
                #expect(found == expected)
            } else {
                // Several audio frames share a PES packet, which has the time of the first.
                #expect(!found.isEmpty && Set(found).isSubset(of: expected) && found.first == expected.first)
            }
        }
        let clocks = packets.compactMap(\.clock)
        #expect(clocks == clocks.sorted())
        #expect(clocks.first == packets.compactMap(\.decode).min())
    }

    @Test("makes a file that ffmpeg reads whole and decodes without a complaint", arguments: files)
    func decoded(_ name: String) throws {
        let (recorded, media) = try Self.media(name)
        let probe = try FileProbe(media.file, suffix: "ts")
        #expect(probe.complaints == "")
        #expect(probe.streams.count == recorded.count)
        for index in recorded.indices {
            #expect(probe.packets(ofStream: index).count == media.units(ofTrack: index).count)
        }
        guard case .audio(let format) = recorded.last?.track.format, format.codec != .aac else { return }
        let hashes = media.units(ofTrack: recorded.count - 1).map { FileProbe.hash($0.bytes) }
        #expect(probe.packets(ofStream: recorded.count - 1).map(\.hash) == hashes)
    }

    @Test("refuses codecs that MPEG-TS does not carry for players", arguments: ["av1", "vp9", "opus", "flac", "eac3"])
    func otherCodecs(_ name: String) throws {
        let tracks = try RecordedTrack.tracks(ofFile: name).map(\.track)
        #expect(throws: MuxerError.self) { try TransportStreamMuxer(tracks: tracks) }
    }

    @Test("loses no picture of a publisher who reorders them without a delay")
    func reordered() throws {
        let recorded = try RecordedTrack.tracks(ofFile: "h264-aac")
        let muxer = try TransportStreamMuxer(tracks: recorded.map(\.track))
        let arena = SegmentArena(capacity: 1 << 22)
        var expected: [Int64] = []
        // I(0) P(2) B(1) P(4) B(3)…
        for (number, unit) in recorded[0].units.enumerated() {
            var unit = unit
            let frame = unit.sample.durationTicks
            unit.sample.presentationOffsetTicks = number == 0 ? 0 : number % 2 == 1 ? frame : -frame
            expected.append(unit.sample.decodeTicks + Int64(unit.sample.presentationOffsetTicks))
            try muxer.append(unit, to: arena)
        }
        try muxer.endPart(in: arena)
        let packets = try TransportReader(Array(arena.bytes(0..<arena.count))).packets.filter { $0.presentation != nil }
        #expect(expected.count > 10 && packets.compactMap(\.presentation) == expected)
        let decodes = packets.compactMap(\.decode)
        #expect(zip(decodes, decodes.dropFirst()).allSatisfy { $0 < $1 })
        #expect(zip(decodes, expected).allSatisfy { $0 <= $1 })
    }

    @Test("moves decoding forward where a picture is shown before it")
    func negativeOffset() throws {
        let recorded = try RecordedTrack.tracks(ofFile: "hevc")
        let muxer = try TransportStreamMuxer(tracks: recorded.map(\.track))
        let arena = SegmentArena(capacity: 1 << 20)
        var sample = recorded[0].units[0].sample
        sample.presentationOffsetTicks = -90
        let bytes = recorded[0].units[0].bytes
        try muxer.append(sample, bytes.span.bytes, to: arena)
        try muxer.endPart(in: arena)
        let packets = try TransportReader(Array(arena.bytes(0..<arena.count))).packets
        #expect(packets.compactMap(\.presentation) == [sample.decodeTicks - 90])
    }
}
