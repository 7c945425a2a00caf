internal import Glibc
internal import HLSPackager
internal import MediaTypes
internal import Primitives

/// Measures what the packager costs for a second of media: clocks, order, cuts, copies into segments, snapshots; alone,
/// with libav's fragments, and with fragments and MPEG-TS.
///
/// 30 pictures and 47 units of sound a second, in parts of half a second.
@main
enum PackagerCost {
    static let seconds: Int64 = 600

    static func main() {
        guard let formats = Self.formats else { exit(1) }
        let fragments = PackagerMuxers(fragments: PackagerMuxers.libAV.fragments)
        let copies = PackagerMuxers(fragments: { (_: [MuxedTrack]) throws(MuxerError) in CopyingMuxer() })
        for (name, pictureByteCount) in [("small", 64), ("6 Mbit/s", 25_000)] {
            for _ in 0..<2 {
                self.measure("\(name), copies alone", pictureByteCount, formats, copies)
                self.measure("\(name), fragments", pictureByteCount, formats, fragments)
                self.measure("\(name), fragments and MPEG-TS", pictureByteCount, formats, .libAV)
            }
        }
    }

    private static func measure(
        _ name: String, _ pictureByteCount: Int, _ formats: (video: TrackFormat, audio: TrackFormat),
        _ muxers: PackagerMuxers
    ) {
        let stream = PackagedStream(limits: HLSLimits()) { _ in }
        // Segments are removed as time goes by: the media's, which runs faster here.
        let media = MediaClock()
        let environment = PackagerEnvironment(now: { media.time }, wallClock: { .now }, after: { _, _ in })
        let packager = StreamPackager(stream: stream, environment: environment, muxers: muxers)
        let (picture, sound) = (TrackID(.video), TrackID(.audio))
        packager.receive(formats.video, of: picture)
        packager.receive(formats.audio, of: sound)
        let (key, inter) = (self.picture(pictureByteCount, 0x65), self.picture(pictureByteCount, 0x41))
        let soundBytes = [UInt8](repeating: 0x21, count: 340)
        let start = self.cpuNanoseconds
        var (frame, block, count): (Int64, Int64, Int64) = (0, 0, 0)
        while frame < 30 * self.seconds {
            let (video, audio) = (frame * 1_000_000_000 / 30, block * 1024 * 1_000_000_000 / 48_000)
            let isVideo = video <= audio
            let isKey = isVideo && frame % 60 == 0
            let unit = AccessUnit(
                track: isVideo ? picture : sound, decodeTime: MediaTime(nanoseconds: isVideo ? video : audio),
                isRandomAccess: !isVideo || isKey)
            packager.receive(unit, payload: (isVideo ? isKey ? key : inter : soundBytes).span.bytes)
            media.time = MonotonicTime(nanoseconds: min(video, audio))
            if isVideo { frame += 1 } else { block += 1 }
            count += 1
        }
        let time = self.cpuNanoseconds - start
        let lost = packager.lostSampleCount > 0 ? ", samples were lost" : ""
        let line = "\(name): \(time / count) ns a unit, \(time / (self.seconds * 1000)) µs a second of media\(lost)\n"
        _ = line.withCString { text in write(1, text, strlen(text)) }
    }

    private static var cpuNanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// One NAL unit behind its length.
    private static func picture(_ byteCount: Int, _ type: UInt8) -> [UInt8] {
        let length = UInt32(byteCount - 4)
        var bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + [type]
        while bytes.count < byteCount { bytes.append(UInt8(truncatingIfNeeded: bytes.count | 1)) }
        return bytes
    }

    /// An avcC of a small picture, and AAC LC of two channels at 48 kHz.
    private static var formats: (video: TrackFormat, audio: TrackFormat)? {
        let avcC: [UInt8] = [
            0x01, 0x64, 0x00, 0x0a, 0xff, 0xe1, 0x00, 0x19, 0x67, 0x64, 0x00, 0x0a, 0xac, 0xd9, 0x42, 0x8d,
            0xf9, 0x30, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x14, 0x0f, 0x12, 0x25,
            0x96, 0x01, 0x00, 0x06, 0x68, 0xeb, 0xe0, 0xe4, 0xb2, 0x2c, 0xfd, 0xf8, 0xf8, 0x00,
        ]
        let audioConfiguration: [UInt8] = [0x11, 0x90]
        guard let video = AVCConfiguration(avcC.span.bytes)?.format,
            let audio = AudioSpecificConfiguration(audioConfiguration.span.bytes)?.format
        else { return nil }
        return (.video(video), .audio(audio))
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
