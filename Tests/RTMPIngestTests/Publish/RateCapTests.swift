import MediaTypes
import Primitives
import Testing

@testable import RTMPIngest

@Suite("A rate cap")
struct RateCapTests {
    /// Sends frames for a minute and says after how many seconds what was exceeded.
    private func run(
        bitsPerSecondMax: Int? = nil, framesPerSecondMax: Int? = nil, framesPerSecond: Int = 30,
        byteCount: (_ frame: Int) -> Int
    ) -> (verdict: RateCap.Verdict, second: Int)? {
        let start = MonotonicTime(nanoseconds: 5_000_000_000)
        var cap = RateCap(bitsPerSecondMax: bitsPerSecondMax, framesPerSecondMax: framesPerSecondMax, now: start)
        for frame in 0..<(framesPerSecond * 60) {
            let time = TimeAmount.nanoseconds(Int64(frame) * 1_000_000_000 / Int64(framesPerSecond))
            let verdict = cap.note(.video, byteCount: byteCount(frame), now: start + time)
            if verdict != .within { return (verdict, Int(time.seconds)) }
        }
        return nil
    }

    @Test("bears a bitrate of up to a tenth more, and not of a fifth more for 5 s")
    func bits() {
        #expect(self.run(bitsPerSecondMax: 6_000_000) { _ in 27_000 } == nil)
        let exceeded = self.run(bitsPerSecondMax: 6_000_000) { _ in 30_000 }
        #expect(exceeded?.verdict == .exceededBits && exceeded?.second == 5)
    }

    @Test("does not mind one keyframe of 8 MB")
    func largeKeyframe() {
        #expect(self.run(bitsPerSecondMax: 6_000_000) { $0 == 100 ? 8_000_000 : 24_000 } == nil)
    }

    @Test("finds a large unit every 5 s out")
    func manyLargeUnits() {
        let exceeded = self.run(bitsPerSecondMax: 6_000_000) { $0 % 150 == 0 ? 8_000_000 : 100 }
        #expect(exceeded?.verdict == .exceededBits)
    }

    @Test("bears a frame rate of up to a tenth more, and not twice the rate")
    func frames() {
        #expect(self.run(framesPerSecondMax: 30, framesPerSecond: 32) { _ in 1000 } == nil)
        let exceeded = self.run(framesPerSecondMax: 30, framesPerSecond: 60) { _ in 1000 }
        #expect(exceeded?.verdict == .exceededFrames && exceeded?.second == 5)
    }

    @Test("without bounds never finds fault")
    func unbounded() {
        #expect(self.run(framesPerSecond: 1000) { _ in 1_000_000 } == nil)
    }

    @Test("forgets what came before a long silence, and bears a clock that stands still")
    func silence() {
        let start = MonotonicTime(nanoseconds: 0)
        var cap = RateCap(bitsPerSecondMax: 1000, framesPerSecondMax: nil, now: start)
        for _ in 0..<10 { #expect(cap.note(.video, byteCount: 100_000, now: start) == .within) }
        #expect(cap.note(.audio, byteCount: 10, now: start + .seconds(100_000)) == .within)
        #expect(cap.note(.audio, byteCount: 10, now: start) == .within)
    }
}
