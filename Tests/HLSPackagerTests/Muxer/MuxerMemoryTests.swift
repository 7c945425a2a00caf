import Foundation
import HLSPackager
import MediaTypes
import Testing

/// Each test has a process of its own: no other test's memory is counted.
@Suite("Memory of muxers")
struct MuxerMemoryTests {
    @Test("nothing grows while a day of media passes")
    func day() async {
        await #expect(processExitsWith: .success) {
            let recorded = try RecordedTrack.tracks(ofFile: "h264-aac")
            let tracks = recorded.map(\.track)
            for muxer in [
                try FragmentMuxer(tracks: tracks) as any PartMuxer, try TransportStreamMuxer(tracks: tracks),
            ] {
                var afterWarmUp = 0
                let partCount = 43_200
                for part in 0..<partCount {
                    let arena = SegmentArena(capacity: 1 << 16)
                    for (index, unit) in [(0, recorded[0].units[1]), (1, recorded[1].units[1])] {
                        let timescale = Int64(tracks[index].timescale)
                        let sample = Sample(
                            trackIndex: index, decodeTicks: (10 + Int64(part) * 2) * timescale,
                            presentationOffsetTicks: 0, durationTicks: Int32(timescale) * 2, isRandomAccess: true)
                        try muxer.append(RecordedTrack.Unit(sample: sample, bytes: unit.bytes), to: arena)
                    }
                    try muxer.endPart(in: arena)
                    muxer.beginSegment()
                    if part == partCount / 24 { afterWarmUp = try residentByteCount }
                }
                let grown = try residentByteCount - afterWarmUp
                if grown > 512 * 1024 { fatalError("\(grown) bytes more after a day") }
            }
        }
    }

    @Test("nothing is left behind of muxers given up with a part unfinished, or that could not be made")
    func givenUp() async {
        await #expect(processExitsWith: .success) {
            let recorded = try RecordedTrack.tracks(ofFile: "h264-aac")
            let other = try RecordedTrack.tracks(ofFile: "ac3")
            var refused = recorded[0].track
            if case .video(var format) = refused.format {
                format.width = 0
                refused.format = .video(format)
            }
            var afterWarmUp = 0
            for round in 0..<600 {
                for tracks in [recorded, other] {
                    let arena = SegmentArena(capacity: 1 << 16)
                    let muxers: [any PartMuxer] = [
                        try FragmentMuxer(tracks: tracks.map(\.track)),
                        try TransportStreamMuxer(tracks: tracks.map(\.track)),
                    ]
                    for muxer in muxers {
                        try muxer.append(tracks[0].units[0], to: arena)
                    }
                }
                do { _ = try FragmentMuxer(tracks: [recorded[0].track, refused]) } catch is MuxerError {}
                if round == 100 { afterWarmUp = try residentByteCount }
            }
            let grown = try residentByteCount - afterWarmUp
            if grown > 512 * 1024 { fatalError("\(grown) bytes left of 500 rounds") }
        }
    }
}
