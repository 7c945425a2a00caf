import HLSPackager
import MediaTypes
import Testing

@Suite("Initialisation sections")
struct InitialisationTests {
    @Test(
        "say the codec as players ask for it",
        arguments: [
            ("h264-aac", ["avc1", "mp4a"]), ("hevc", ["hvc1"]), ("av1", ["av01"]), ("vp9", ["vp09"]),
            ("opus", ["Opus"]), ("ac3", ["ac-3"]), ("eac3", ["ec-3"]), ("flac", ["fLaC"]), ("mp3", ["mp4a"]),
        ])
    func sampleEntries(_ name: String, _ entries: [String]) throws {
        let recorded = try RecordedTrack.tracks(ofFile: name)
        let media = try MuxedMedia(recorded) { tracks throws(MuxerError) in try FragmentMuxer(tracks: tracks) }
        let probe = try FileProbe(media.file, suffix: "mp4")
        #expect(probe.streams.map { $0["codec_tag_string"] } == entries)
        for (stream, track) in zip(probe.streams, recorded.map(\.track)) {
            #expect(stream["time_base"] == "1/\(track.timescale)")
            switch track.format {
            case .video(let format):
                #expect(stream["width"] == "\(format.width)" && stream["height"] == "\(format.height)")
            case .audio(let format):
                #expect(stream["sample_rate"] == "\(format.sampleRate)")
                #expect(stream["channels"] == "\(format.channelCount)")
            }
        }
    }

    @Test("hold no samples and no durations, and claim CMAF for one track only")
    func emptiness() throws {
        let recorded = try RecordedTrack.tracks(ofFile: "h264-aac")
        for tracks in [recorded.map(\.track), [recorded[0].track], [recorded[1].track]] {
            let bytes = try FragmentMuxer(tracks: tracks).initialisation
            let boxes = try FragmentReader.boxes(bytes, 0..<bytes.count)
            #expect(boxes.map(\.type) == ["ftyp", "moov"])
            let brands = String(decoding: bytes[boxes[0].body], as: UTF8.self)
            #expect(brands.contains("iso6"))
            #expect(brands.contains("cmfc") == (tracks.count == 1))
            let movie = try FragmentReader.boxes(bytes, boxes[1].body)
            #expect(movie.filter { $0.type == "trak" }.count == tracks.count)
            #expect(movie.contains { $0.type == "mvex" })
            let header = try #require(movie.first { $0.type == "mvhd" }).body.lowerBound
            #expect(FragmentReader.number(bytes, header + 16) == 0)
        }
    }

    @Test("tell colours, their range and light levels", arguments: ["h264-aac", "hevc", "av1", "vp9"])
    func colors(_ name: String) throws {
        var recorded = [try RecordedTrack.tracks(ofFile: name)[0]]
        guard case .video(var format) = recorded[0].track.format else { return }
        var color = VideoColor()
        (color.primaries, color.transfer, color.matrix, color.isFullRange) = (9, 16, 9, false)
        (color.lightLevelMax, color.frameAverageLightLevelMax) = (1000, 400)
        format.color = color
        recorded[0].track.format = .video(format)
        let bytes = try FragmentMuxer(tracks: [recorded[0].track]).initialisation
        #expect(Self.contains(bytes, Array("colrnclx".utf8) + [0, 9, 0, 16, 0, 9, 0]))
        #expect(Self.contains(bytes, Array("clli".utf8) + (name == "vp9" ? [] : [3, 0xe8, 1, 0x90])))
    }

    @Test("wait for the first part where only frames tell the format, and are there from the start elsewhere")
    func waiting() throws {
        let recorded = try RecordedTrack.tracks(ofFile: "ac3")
        let muxer = try FragmentMuxer(tracks: recorded.map(\.track))
        #expect(muxer.initialisation.isEmpty)
        let arena = SegmentArena(capacity: 1 << 16)
        try muxer.append(recorded[0].units[0], to: arena)
        try muxer.endPart(in: arena)
        #expect(!muxer.initialisation.isEmpty)
        let video = try RecordedTrack.tracks(ofFile: "h264-aac")[0]
        let both = try FragmentMuxer(tracks: [video.track, recorded[0].track])
        try both.append(video.units[0], to: arena)
        #expect(throws: MuxerError.self) { try both.endPart(in: arena) }
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}
