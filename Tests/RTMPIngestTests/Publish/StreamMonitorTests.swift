import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

@Suite("A stream monitor")
struct StreamMonitorTests {
    private func healthyStream(bitsPerSecondMax: Int? = nil, framesPerSecondMax: Int? = nil) -> MonitoredStream {
        var stream = MonitoredStream(bitsPerSecondMax: bitsPerSecondMax, framesPerSecondMax: framesPerSecondMax)
        stream.announce()
        #expect(stream.run(seconds: 20) == ["received"])
        return stream
    }

    @Test("describes the stream once, in one sentence, and again when a format changes")
    func summary() {
        var stream = MonitoredStream()
        stream.announce()
        let advice = stream.advice(seconds: 120)
        #expect(
            advice.map(\.sentence) == [
                """
                Receiving H.264 1920×1080, 30 frames/s, 6.0 Mbit/s, keyframe every 2.0 s; \
                AAC 48 kHz stereo, 160 kbit/s.
                """
            ])
        stream.announce()
        #expect(stream.run(seconds: 10).isEmpty)
        stream.monitor.note(MonitoredStream.video(width: 1280, height: 720), of: TrackID(.video), now: stream.now)
        #expect(stream.advice(seconds: 10).first?.sentence.hasPrefix("Receiving H.264 1280×720") == true)
    }

    @Test("knows the stream in numbers")
    func health() {
        let stream = self.healthyStream()
        let health = stream.monitor.health(now: stream.now)
        #expect(abs(health.framesPerSecond - 30) < 0.5)
        #expect(abs(health.videoBitsPerSecond - 6_000_000) < 60_000)
        #expect(abs(health.audioBitsPerSecond - 160_000) < 2_000)
        #expect(abs((health.keyframeIntervalSeconds ?? 0) - 2) < 0.001)
        #expect(health.jitterSeconds < 0.001)
        #expect(abs(health.audioOffsetSeconds ?? 1) < 0.05)
        #expect(health.droppedUnitCount == 0 && health.timelineCount == 1)
    }

    @Test("says that there is no keyframe after 10 s, once, and again when it happens again")
    func noKeyframe() {
        var stream = self.healthyStream()
        stream.keyframeDistance = nil
        #expect(stream.run(seconds: 8).isEmpty)
        #expect(stream.run(seconds: 60) == ["no-keyframe"])
        stream.keyframeDistance = 60
        #expect(stream.run(seconds: 60).isEmpty)
        stream.keyframeDistance = nil
        #expect(stream.run(seconds: 20) == ["no-keyframe"])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let label: String
        let word: String
        let change: @Sendable (inout MonitoredStream) -> Void

        var testDescription: String { self.label }

        init(_ label: String, says word: String, _ change: @escaping @Sendable (inout MonitoredStream) -> Void) {
            self.label = label
            self.word = word
            self.change = change
        }
    }

    static let cases = [
        Case("keyframe-interval-long", says: "Keyframe Interval: 2.0 s") { $0.keyframeDistance = 120 },
        Case("keyframe-interval-long", says: "every 10.0 s") { $0.keyframeDistance = 300 },
        Case("keyframe-interval-short", says: "every 0.03 s") { $0.keyframeDistance = 1 },
        Case("no-audio", says: "Audio Mixer") { $0.hasAudio = false },
        Case("no-video", says: "Video Encoder") { $0.hasVideo = false },
        Case("audio-video-apart", says: "5.0 s ahead of the picture") {
            $0.audioOffset = MediaTime(milliseconds: 5000)
        },
        Case("audio-video-apart", says: "3.0 s behind the picture") { $0.audioOffset = MediaTime(milliseconds: -3000) },
        Case("bitrate-fell", says: "Settings > Output") { $0.frameByteCount = 3000 },
        Case("faster-than-playing", says: "-re before -i") {
            $0.speed = 3
            $0.keyframeDistance = 20
        },
        Case("picture-large", says: "7680×4320") {
            $0.monitor.note(MonitoredStream.video(width: 7680, height: 4320), of: TrackID(.video), now: $0.now)
        },
        Case("clock-jumped", says: "jumped") {
            $0.timeline += 1
            $0.continuity = .newTimeline
            _ = $0.run(seconds: 0)
        },
        Case("clock-unsteady", says: "repeat or go back") { $0.continuity = .clamped },
        Case("bitrate-over-cap", says: "this key allows 6.5 Mbit/s") { $0.frameByteCount = 40_000 },
        Case("frame-rate-over-cap", says: "this key allows 30") {
            $0.framesPerSecond = 60; $0.frameByteCount = 12_000
        },
    ]

    @Test("says once what is wrong and what to do", arguments: cases)
    func troubles(_ row: Case) {
        var stream = self.healthyStream(bitsPerSecondMax: 6_500_000, framesPerSecondMax: 30)
        row.change(&stream)
        let advice = stream.advice(seconds: 25)
        let said = advice.filter { $0.label.description == row.label }
        #expect(said.count == 1, "\(advice)")
        #expect(said.allSatisfy { $0.sentence.contains(row.word) }, "\(said)")
        #expect(advice.allSatisfy { [row.label, "received"].contains($0.label.description) }, "\(advice)")
    }

    @Test("does not repeat itself when a trouble comes and goes")
    func hysteresis() {
        var stream = self.healthyStream()
        var said: [String] = []
        for _ in 0..<10 {
            stream.hasAudio = false
            said += stream.run(seconds: 12)
            stream.hasAudio = true
            said += stream.run(seconds: 12)
        }
        #expect(said == ["no-audio"])
    }

    @Test("waits for sound that begins 5 s late")
    func lateAudio() {
        var stream = MonitoredStream()
        stream.announce()
        stream.hasAudio = false
        var said = stream.run(seconds: 5)
        stream.hasAudio = true
        said += stream.run(seconds: 20)
        #expect(said == ["received"])
    }

    @Test("has nothing to say before anything came, and bears a stream of extremes")
    func extremes() {
        var stream = MonitoredStream(bitsPerSecondMax: 0, framesPerSecondMax: 0)
        #expect(stream.monitor.advice(now: stream.now + .seconds(1000)).isEmpty)
        for nanoseconds in [Int64.min, .max, 0, -1, .max] {
            for track in [TrackID(.video), TrackID(.audio), TrackID(.video, 9)] {
                stream.monitor.note(
                    AccessUnit(
                        track: track, decodeTime: MediaTime(nanoseconds: nanoseconds), timeline: .max,
                        continuity: .newTimeline, isRandomAccess: true),
                    byteCount: Int.max / 16, now: stream.now)
                stream.now = stream.now + .seconds(3)
                _ = stream.monitor.advice(now: stream.now)
            }
        }
        #expect(stream.monitor.health(now: stream.now).timelineCount == Int(UInt32.max) + 1)
    }
}
