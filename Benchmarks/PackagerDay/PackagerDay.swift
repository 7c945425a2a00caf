internal import Glibc
internal import HLSPackager
internal import MediaTypes
internal import Primitives

/// Feeds a day of media through the packager as fast as it goes, and says what came of it: `PackagerDay [hours]`.
///
/// 30 pictures a second and AAC at 44.1 kHz, with the milliseconds that publishers round both to, into fragments and
/// MPEG-TS by libav, with the default window. Ends with 1 if either track is off its true time by a frame anywhere, or
/// if memory grows by 1 MiB or more for an hour of media.
@main
enum PackagerDay {
    static let sampleRate: Int64 = 44_100
    static let unitSampleCount: Int64 = 1024
    static let framesPerSecond: Int64 = 30
    static let growthMax = 1.0

    static func main() {
        let hours = CommandLine.arguments.dropFirst().first.flatMap { Int64($0) } ?? 24
        guard (2...1000).contains(hours), let formats = Self.formats else {
            say("usage: PackagerDay [hours], 2 at least")
            exit(2)
        }
        let clock = MediaClock()
        let reader = DriftReader()
        let stream = PackagedStream(limits: HLSLimits()) { snapshot in
            if let snapshot { reader.take(snapshot) }
        }
        let environment = PackagerEnvironment(
            now: { MonotonicTime(nanoseconds: clock.nanoseconds) },
            wallClock: { WallClock(unixMilliseconds: 1_700_000_000_000 + clock.nanoseconds / 1_000_000) },
            after: { _, _ in })
        let packager = StreamPackager(stream: stream, environment: environment, muxers: .libAV)
        packager.receive(formats.video, of: TrackID(.video))
        packager.receive(formats.audio, of: TrackID(.audio))
        let memory = Self.feed(packager, clock, hours: hours)
        let facts = packager.facts
        packager.publishingEnded(.finished)

        let growth = memory.slope
        say("\(facts.segmentCount) segments, \(facts.lostSampleCount) samples lost, \(reader.partCount) parts read")
        say("DRIFT fragments: sound \(reader.sound.worst) frames, pictures \(reader.pictures.worst) frames")
        let (sound, pictures) = (reader.streamedSound.worst, reader.streamedPictures.worst)
        say("DRIFT MPEG-TS: sound \(sound) frames, pictures \(pictures) frames")
        say(
            "MEMORY \(memory.points.last?.mebibytes ?? 0) MiB after \(hours) h, \(growth) MiB more for an hour of media"
        )
        let drifts = [reader.sound, reader.pictures, reader.streamedSound, reader.streamedPictures]
        let isGood =
            drifts.allSatisfy { $0.isMeasured && $0.worst <= 1 } && growth < Self.growthMax
            && facts.lostSampleCount == 0 && reader.complaint == nil
        if let complaint = reader.complaint { say("wrong: \(complaint)") }
        say(isGood ? "ok" : "not ok")
        exit(isGood ? 0 : 1)
    }

    private static func feed(_ packager: StreamPackager, _ clock: MediaClock, hours: Int64) -> MemoryLine {
        let (key, inter) = (picture(2000, isRandomAccess: true), picture(400, isRandomAccess: false))
        let sound = [UInt8](repeating: 0x21, count: 180)
        var memory = MemoryLine()
        var (frame, unit, nextReport): (Int64, Int64, Int64) = (0, 0, 0)
        while frame < hours * 3600 * Self.framesPerSecond {
            let video = frame * 1000 / Self.framesPerSecond
            let audio = (unit * Self.unitSampleCount * 1000 + Self.sampleRate / 2) / Self.sampleRate
            let isVideo = video <= audio
            let milliseconds = min(video, audio)
            clock.nanoseconds = milliseconds * 1_000_000
            let isKey = isVideo && frame % (2 * Self.framesPerSecond) == 0
            packager.receive(
                AccessUnit(
                    track: TrackID(isVideo ? .video : .audio), decodeTime: MediaTime(milliseconds: milliseconds),
                    isRandomAccess: !isVideo || isKey),
                payload: (isVideo ? isKey ? key : inter : sound).span.bytes)
            if isVideo { frame += 1 } else { unit += 1 }
            guard milliseconds >= nextReport else { continue }
            memory.note(hours: Double(milliseconds) / 3_600_000)
            if nextReport % 3_600_000 == 0, let last = memory.points.last {
                say("\(nextReport / 3_600_000) h: \(last.mebibytes) MiB")
            }
            nextReport += 600_000
        }
        return memory
    }

    /// An avcC of a small picture, and AAC LC of two channels at 44.1 kHz.
    private static var formats: (video: TrackFormat, audio: TrackFormat)? {
        let avcC: [UInt8] = [
            0x01, 0x64, 0x00, 0x0a, 0xff, 0xe1, 0x00, 0x19, 0x67, 0x64, 0x00, 0x0a, 0xac, 0xd9, 0x42, 0x8d,
            0xf9, 0x30, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x14, 0x0f, 0x12, 0x25,
            0x96, 0x01, 0x00, 0x06, 0x68, 0xeb, 0xe0, 0xe4, 0xb2, 0x2c, 0xfd, 0xf8, 0xf8, 0x00,
        ]
        let audioConfiguration: [UInt8] = [0x12, 0x10]
        guard let video = AVCConfiguration(avcC.span.bytes)?.format,
            let audio = AudioSpecificConfiguration(audioConfiguration.span.bytes)?.format
        else { return nil }
        return (.video(video), .audio(audio))
    }

    /// One NAL unit behind its length.
    private static func picture(_ byteCount: Int, isRandomAccess: Bool) -> [UInt8] {
        let length = UInt32(byteCount - 4)
        var bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
        bytes.append(isRandomAccess ? 0x65 : 0x41)
        while bytes.count < byteCount { bytes.append(UInt8(truncatingIfNeeded: bytes.count | 1)) }
        return bytes
    }
}

func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

private final class MediaClock {
    var nanoseconds: Int64 = 0
}
