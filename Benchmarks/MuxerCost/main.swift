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

func measure(_ name: String, _ make: ([MuxedTrack]) throws(MuxerError) -> any PartMuxer) throws(MuxerError) {
    guard var video = AVCConfiguration(avcC.span.bytes)?.format,
        let audio = AudioSpecificConfiguration(audioConfiguration.span.bytes)?.format
    else { return }
    (video.width, video.height) = (1920, 1080)
    let muxer = try make([
        MuxedTrack(format: .video(video), timescale: 90_000), MuxedTrack(format: .audio(audio), timescale: 48_000),
    ])
    let key = picture(100_000, isRandomAccess: true)
    let inter = picture(22_000, isRandomAccess: false)
    let sound = [UInt8](repeating: 0x21, count: 340)
    let seconds = 400

    var arena = SegmentArena(capacity: 2 << 20)
    var (audioDecode, sampleCount, partCount) = (Int64(480_000), 0, 0)
    var start = cpuNanoseconds()
    for second in 0..<seconds + 20 {
        // The first ones are for warming up.
        if second == 20 { (start, sampleCount, partCount) = (cpuNanoseconds(), 0, 0) }
        if second % 2 == 0 {
            muxer.beginSegment()
            arena = SegmentArena(capacity: 2 << 20)
        }
        for frame in 0..<30 {
            let decode = 900_000 + Int64(second) * 90_000 + Int64(frame) * 3000
            let isKey = second % 2 == 0 && frame == 0
            let bytes = isKey ? key : inter
            try muxer.append(
                Sample(
                    trackIndex: 0, decodeTicks: decode, presentationOffsetTicks: frame % 2 == 0 ? 6000 : 3000,
                    durationTicks: 3000, isRandomAccess: isKey), bytes.span.bytes, to: arena)
            sampleCount += 1
            while audioDecode * 90_000 < (decode + 3000) * 48_000 {
                try muxer.append(
                    Sample(
                        trackIndex: 1, decodeTicks: audioDecode, presentationOffsetTicks: 0, durationTicks: 1024,
                        isRandomAccess: true), sound.span.bytes, to: arena)
                audioDecode += 1024
                sampleCount += 1
            }
            if frame % 15 == 14 {
                try muxer.endPart(in: arena)
                partCount += 1
            }
        }
    }
    let spent = cpuNanoseconds() - start
    say(
        "\(name): \(spent / seconds / 1000) us a second of stream, \(spent / sampleCount) ns a sample, "
            + "\(spent / partCount) ns a part")
}

/// What has to be done in any case: the bytes are copied into a segment once.
func measureCopy() {
    let seconds = 400
    let inter = picture(22_000, isRandomAccess: false)
    let start = cpuNanoseconds()
    for _ in 0..<seconds / 2 {
        let arena = SegmentArena(capacity: 2 << 20)
        for _ in 0..<68 { _ = inter.withUnsafeBytes { arena.append($0) } }
    }
    say("copy alone: \((cpuNanoseconds() - start) / seconds / 1000) us a second of stream")
}

do throws(MuxerError) {
    for _ in 0..<3 {
        measureCopy()
        try measure("fragments") { tracks throws(MuxerError) in try FragmentMuxer(tracks: tracks) }
        try measure("transport stream") { tracks throws(MuxerError) in try TransportStreamMuxer(tracks: tracks) }
    }
} catch {
    say("MuxerCost: \(error.label): \(error.detail)")
    exit(1)
}
