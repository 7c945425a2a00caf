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
        #expect(reader.sequences == (1...UInt32(media.parts.count)).map { $0 })
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
}
