import MediaTypes
import Primitives

@testable import RTMPIngest

/// A stream that is sent to a monitor, second for second. Change its properties between calls of `run`.
struct MonitoredStream {
    var monitor: StreamMonitor
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    var media = MediaTime.zero
    var timeline: UInt32 = 0
    var continuity = Continuity.continuous
    var framesPerSecond = 30
    var frameByteCount = 25_000
    var keyframeDistance: Int? = 60
    var hasVideo = true
    var hasAudio = true
    var audioOffset = MediaTime.zero
    /// How many times as fast as it plays it is sent.
    var speed: Int64 = 1
    private var frame = 0

    init(bitsPerSecondMax: Int? = nil, framesPerSecondMax: Int? = nil) {
        self.monitor = StreamMonitor(
            now: self.now, bitsPerSecondMax: bitsPerSecondMax, framesPerSecondMax: framesPerSecondMax)
    }

    static func video(width: Int = 1920, height: Int = 1080) -> TrackFormat {
        var format = VideoFormat(codec: .h264, configuration: [1])
        (format.width, format.height) = (width, height)
        return .video(format)
    }

    static func audio() -> TrackFormat {
        var format = AudioFormat(codec: .aac, configuration: [0x11, 0x90])
        (format.sampleRate, format.channelCount) = (48_000, 2)
        return .audio(format)
    }

    mutating func announce() {
        self.monitor.note(Self.video(), of: TrackID(.video), now: self.now)
        self.monitor.note(Self.audio(), of: TrackID(.audio), now: self.now)
    }

    /// The labels of what is said in those seconds.
    mutating func run(seconds: Int) -> [String] { self.advice(seconds: seconds).map { $0.label.description } }

    mutating func advice(seconds: Int) -> [StreamAdvice] {
        var advice: [StreamAdvice] = []
        for _ in 0..<seconds {
            for _ in 0..<self.framesPerSecond { self.sendFrame() }
            advice += self.monitor.advice(now: self.now)
        }
        return advice
    }

    private mutating func sendFrame() {
        if self.hasVideo {
            let isKey = self.keyframeDistance.map { self.frame % $0 == 0 } ?? false
            self.monitor.note(
                AccessUnit(
                    track: TrackID(.video), decodeTime: self.media, timeline: self.timeline,
                    continuity: self.continuity, isRandomAccess: isKey),
                byteCount: self.frameByteCount, now: self.now)
        }
        if self.hasAudio {
            self.monitor.note(
                AccessUnit(
                    track: TrackID(.audio), decodeTime: self.media + self.audioOffset, timeline: self.timeline,
                    isRandomAccess: true),
                byteCount: 20_000 / self.framesPerSecond, now: self.now)
        }
        self.frame += 1
        let step = 1_000_000_000 / Int64(self.framesPerSecond)
        self.now = self.now + .nanoseconds(step)
        self.media = self.media + MediaTime(nanoseconds: step * self.speed)
    }
}
