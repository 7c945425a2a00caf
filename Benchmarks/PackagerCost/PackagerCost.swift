internal import Glibc
internal import HLSPackager
internal import MediaTypes
internal import Primitives

/// Measures what the packager costs a unit without a container: clocks, order, cuts, copies into segments, snapshots.
///
/// The muxer here only copies. Sizes are those of 30 pictures a second and 47 units of sound.
@main
enum PackagerCost {
    static func main() {
        for (name, pictureByteCount) in [("small", 64), ("6 Mbit/s", 25_000)] { self.measure(name, pictureByteCount) }
    }

    private static func measure(_ name: String, _ pictureByteCount: Int) {
        let stream = PackagedStream(limits: HLSLimits()) { _ in }
        // Segments are removed as time goes by: the media's, which runs faster here.
        let media = MediaClock()
        let environment = PackagerEnvironment(now: { media.time }, wallClock: { .now }, after: { _, _ in })
        let muxers = PackagerMuxers(fragments: { (_: [MuxedTrack]) throws(MuxerError) in CopyingMuxer() })
        let packager = StreamPackager(stream: stream, environment: environment, muxers: muxers)
        let (picture, sound) = (TrackID(.video), TrackID(.audio))
        var format = AudioFormat(codec: .aac, configuration: [1])
        format.sampleRate = 48_000
        format.samplesPerUnit = 1024
        packager.receive(.video(VideoFormat(codec: .h264, configuration: [1])), of: picture)
        packager.receive(.audio(format), of: sound)
        let pictureBytes = [UInt8](repeating: 1, count: pictureByteCount)
        let soundBytes = [UInt8](repeating: 2, count: 340)
        let start = MonotonicTime.now
        var (frame, block, count): (Int64, Int64, Int) = (0, 0, 0)
        while frame < 30 * 600 {
            let (video, audio) = (frame * 1_000_000_000 / 30, block * 1024 * 1_000_000_000 / 48_000)
            let isVideo = video <= audio
            let unit = AccessUnit(
                track: isVideo ? picture : sound, decodeTime: MediaTime(nanoseconds: isVideo ? video : audio),
                isRandomAccess: !isVideo || frame % 60 == 0)
            packager.receive(unit, payload: isVideo ? pictureBytes.span.bytes : soundBytes.span.bytes)
            media.time = MonotonicTime(nanoseconds: min(video, audio))
            if isVideo { frame += 1 } else { block += 1 }
            count += 1
        }
        let time = (MonotonicTime.now - start).nanoseconds
        let line = "\(name): \(time / Int64(count)) ns a unit, \(time / 600_000) µs a second of media\n"
        _ = line.withCString { text in write(1, text, strlen(text)) }
    }
}

private final class MediaClock {
    var time = MonotonicTime(nanoseconds: 0)
}

private final class CopyingMuxer: PartMuxer {
    let initialisation: [UInt8] = []

    func append(_ sample: Sample, _ payload: borrowing RawSpan, to arena: SegmentArena) throws(MuxerError) {
        guard payload.withUnsafeBytes({ arena.append($0) }) else { throw MuxerError("full", "") }
    }

    func endPart(in arena: SegmentArena) throws(MuxerError) {}
    func beginSegment() {}
}
