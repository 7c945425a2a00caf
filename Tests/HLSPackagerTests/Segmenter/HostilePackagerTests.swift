import MediaTypes
import TestSupport
import Testing

@testable import HLSPackager

/// What publishers must not be able to do to a packager with libav's muxers: end the process, or have a torn part told.
@Suite("Packager and hostile media")
struct HostilePackagerTests {
    private struct Source {
        var formats: [MediaKind: [TrackFormat]] = [:]
        var payloads: [[UInt8]] = []

        init() throws {
            for name in PackagedMediaTests.files {
                for (id, media) in try PackagedMediaTests.tracks(name) {
                    self.formats[id.kind, default: []].append(media.track.format)
                    self.payloads += media.units.prefix(6).map(\.bytes)
                }
            }
        }
    }

    @Test("Any formats, units, timelines and ends, in any order, end well", arguments: 0..<24 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let source = try Source()
        var limits = HLSLimits()
        limits.segmentByteCountMax = [3000, 20_000, 64 << 20][Int(seed % 3)]
        limits.streamByteCountMax = [200_000, 64 << 20][Int(seed % 2)]
        let played = PlayedMedia(limits: limits)
        let tracks = [TrackID.picture, .sound, TrackID(.video, 1), TrackID(.audio, 1), TrackID(.audio, 200)]
        var (timeline, times): (UInt32, [TrackID: Int64]) = (0, [:])
        for _ in 0..<1200 {
            let track = tracks[random.next(below: random.next(below: 2) == 0 ? 2 : tracks.count)]
            switch random.next(below: 60) {
            case 0, 1:
                guard let formats = source.formats[track.kind] else { continue }
                played.packager.receive(formats[random.next(below: formats.count)], of: track)
            case 2: (timeline, times) = (timeline + 1, [:])
            case 3 where random.next(below: 4) == 0:
                played.comeBack()
                (timeline, times) = (0, [:])
            default:
                let steps: [Int64] = [100_000, 20_000_000, 40_000_000, 40_000_000, 700_000_000, 3_000_000_000]
                let time = (times[track] ?? -Int64(random.next(below: 9_000_000_000))) + steps[random.next(below: 6)]
                times[track] = time
                var payload = source.payloads[random.next(below: source.payloads.count)]
                if random.next(below: 5) == 0 { payload = random.bytes(random.next(below: 9000)) }
                let offset = [0, 80, -80, 5000, -9000, 8_388_607, -8_388_608][random.next(below: 7)]
                played.packager.receive(
                    MediaMaker.unit(
                        track, at: time, isKey: random.next(below: 9) == 0, timeline: timeline,
                        offset: Int64(offset) * 1_000_000),
                    payload: payload.span.bytes)
            }
        }
        played.end()
        for rendition in played.latest?.renditions ?? [] {
            var reader = FragmentReader()
            for segment in played.segments(rendition.id) {
                for part in segment.parts { try reader.take(part) }
                if let stream = segment.transportStream { #expect(try !TransportReader(stream).packets.isEmpty) }
            }
        }
        #expect(played.stream.byteCount <= limits.streamByteCountMax + limits.segmentByteCountMax)
    }
}
