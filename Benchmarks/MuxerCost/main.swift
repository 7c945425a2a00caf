internal import Glibc
internal import HLSPackager
internal import MediaTypes

// What muxing costs, without a socket: `MuxerCost` writes a made-up stream of 6 Mb/s, 30 pictures and 47 audio frames
// a second, in parts of half a second, and prints the CPU time of a second of stream, of a sample and of a part.

func cpuNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

/// An avcC of a small picture, and AAC LC at 48 kHz: the pictures are noise, which muxers do not mind.
let avcC: [UInt8] = [
    0x01, 0x64, 0x00, 0x0a, 0xff, 0xe1, 0x00, 0x19, 0x67, 0x64, 0x00, 0x0a, 0xac, 0xd9, 0x42, 0x8d,
    0xf9, 0x30, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x14, 0x0f, 0x12, 0x25,
    0x96, 0x01, 0x00, 0x06, 0x68, 0xeb, 0xe0, 0xe4, 0xb2, 0x2c, 0xfd, 0xf8, 0xf8, 0x00,
]
let audioConfiguration: [UInt8] = [0x11, 0x90]

/// One NAL unit behind its length.
func picture(_ byteCount: Int, isRandomAccess: Bool) -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    let length = UInt32(byteCount - 4)
    var bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
    bytes.append(isRandomAccess ? 0x65 : 0x41)
    while bytes.count < byteCount { bytes.append(.random(in: 1...255, using: &random)) }
    return bytes
}

/// One stream: its muxer, and how far it has come. Its pictures are its own, as if they had come from a socket.
final class Stream {
    private let muxer: any PartMuxer
    private let key = picture(100_000, isRandomAccess: true)
    private let inter = picture(22_000, isRandomAccess: false)
    private let sound = [UInt8](repeating: 0x21, count: 340)
    private var arena = SegmentArena(capacity: 2 << 20)
    private var audioDecode = Int64(480_000)
    private var part = 0

    init(_ muxer: any PartMuxer) { self.muxer = muxer }

    /// Half a second more; how many samples it has.
    func writePart() throws(MuxerError) -> Int {
        var sampleCount = 0
        if self.part % 4 == 0 {
            self.muxer.beginSegment()
            self.arena = SegmentArena(capacity: 2 << 20)
        }
        for frame in 0..<15 {
            let decode = 900_000 + (Int64(self.part) * 15 + Int64(frame)) * 3000
            let isKey = self.part % 4 == 0 && frame == 0
            let bytes = isKey ? self.key : self.inter
            try self.muxer.append(
                Sample(
                    trackIndex: 0, decodeTicks: decode, presentationOffsetTicks: frame % 2 == 0 ? 6000 : 3000,
                    durationTicks: 3000, isRandomAccess: isKey), bytes.span.bytes, to: self.arena)
            sampleCount += 1
            let sound = self.sound
            while self.audioDecode * 90_000 < (decode + 3000) * 48_000 {
                try self.muxer.append(
                    Sample(
                        trackIndex: 1, decodeTicks: self.audioDecode, presentationOffsetTicks: 0, durationTicks: 1024,
                        isRandomAccess: true), sound.span.bytes, to: self.arena)
                self.audioDecode += 1024
                sampleCount += 1
            }
        }
        try self.muxer.endPart(in: self.arena)
        self.part += 1
        return sampleCount
    }
}

/// Writes parts of so many streams in turn, and says what they cost when all is warm.
func measure(
    _ name: String, streamCount: Int, _ make: ([MuxedTrack]) throws(MuxerError) -> any PartMuxer
) throws(MuxerError) {
    guard var video = AVCConfiguration(avcC.span.bytes)?.format,
        let audio = AudioSpecificConfiguration(audioConfiguration.span.bytes)?.format
    else { return }
    (video.width, video.height) = (1920, 1080)
    let tracks = [
        MuxedTrack(format: .video(video), timescale: 90_000), MuxedTrack(format: .audio(audio), timescale: 48_000),
    ]
    var streams: [Stream] = []
    for _ in 0..<streamCount { streams.append(Stream(try make(tracks))) }
    let roundCount = 1200 / streamCount
    var (start, sampleCount, partCount) = (0, 0, 0)
    for round in 0..<roundCount + 8 {
        if round == 8 { (start, sampleCount, partCount) = (cpuNanoseconds(), 0, 0) }
        for stream in streams {
            sampleCount += try stream.writePart()
            partCount += 1
        }
    }
    let spent = cpuNanoseconds() - start
    say(
        "\(name), \(streamCount) streams: \(spent * 2 / partCount / 1000) us a second of stream, "
            + "\(spent / sampleCount) ns a sample, \(spent / partCount) ns a part")
}

/// Copies the payloads, and nothing else: what any muxer has to do.
final class CopyingMuxer: PartMuxer {
    let initialisation: [UInt8] = []

    func append(_ sample: Sample, _ payload: borrowing RawSpan, to arena: SegmentArena) throws(MuxerError) {
        guard payload.withUnsafeBytes({ arena.append($0) }) else { throw MuxerError("segmentFull", "") }
    }

    func endPart(in arena: SegmentArena) {}
    func beginSegment() {}
}

do throws(MuxerError) {
    for streamCount in [1, 40, 1, 40] {
        try measure("copies alone", streamCount: streamCount) { _ in CopyingMuxer() }
        try measure("fragments", streamCount: streamCount) { tracks throws(MuxerError) in
            try FragmentMuxer(tracks: tracks)
        }
        try measure("transport stream", streamCount: streamCount) { tracks throws(MuxerError) in
            try TransportStreamMuxer(tracks: tracks)
        }
    }
} catch {
    say("MuxerCost: \(error.label): \(error.detail)")
    exit(1)
}
