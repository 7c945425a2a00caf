import MediaTypes
import Testing

@testable import RTMPIngest

extension TimelineTests {
    /// What came out of a run of units.
    struct Outcome {
        var gapCounts: [TrackID: Int] = [:]
        var clampedCount = 0
        var timelineCount = 1
        /// Per track, by its own time.
        var last: [TrackID: Timeline.Placement] = [:]

        mutating func note(_ placement: Timeline.Placement, of track: TrackID) {
            if placement.continuity == .gap { self.gapCounts[track, default: 0] += 1 }
            if placement.continuity == .clamped { self.clampedCount += 1 }
            self.timelineCount = Int(placement.timeline) + 1
            self.last[track] = placement
        }
    }

    private func run(_ units: [(TrackID, UInt32)]) -> Outcome {
        var timeline = Timeline()
        var outcome = Outcome()
        for (track, timestamp) in units {
            outcome.note(timeline.place(track, timestamp: timestamp, hasSeenExtended: true), of: track)
        }
        return outcome
    }

    @Test("moves sound whose clock is slow by a gap of its own each time it is 10 s behind; the picture is untouched")
    func slowSound() {
        let outcome = self.run(
            (0..<10_000).flatMap { (frame: Int) -> [(TrackID, UInt32)] in
                [(TrackID(.video), UInt32(frame * 40)), (TrackID(.audio), UInt32(frame * 36))]
            })
        #expect(outcome.gapCounts == [TrackID(.audio): 3])
        #expect(outcome.timelineCount == 1)
        #expect(outcome.last[TrackID(.video)]?.decodeTime == MediaTime(milliseconds: 9_999 * 40))
    }

    @Test("begins a new timeline each time the sound, whose clock is fast, is 10 s ahead")
    func fastSound() {
        let outcome = self.run(
            (0..<10_000).flatMap { (frame: Int) -> [(TrackID, UInt32)] in
                [(TrackID(.video), UInt32(frame * 40)), (TrackID(.audio), UInt32(frame * 44))]
            })
        #expect(outcome.timelineCount == 5)
        #expect(outcome.gapCounts.isEmpty)
    }

    @Test("lets the sound's clock jump without the picture's: they go on together")
    func soundAloneJumps() {
        let outcome = self.run(
            (0..<1000).flatMap { (frame: Int) -> [(TrackID, UInt32)] in
                [
                    (TrackID(.video), UInt32(frame * 40)),
                    (TrackID(.audio), UInt32(frame * 40) + (frame < 500 ? 0 : 50_000_000)),
                ]
            })
        #expect(outcome.timelineCount == 2)
        #expect(outcome.gapCounts.isEmpty && outcome.clampedCount == 0)
        let times = outcome.last.values.map { $0.decodeTime.milliseconds }
        #expect(times.allSatisfy { abs($0 - 499 * 40) <= 40 })
    }

    @Test("begins one timeline, not two, when a unit from before the jump comes after it")
    func latecomer() {
        let video = TrackID(.video)
        let audio = TrackID(.audio)
        let outcome = self.run([
            (video, 0), (audio, 0), (video, 40), (audio, 40), (audio, 9_000_000), (video, 80), (video, 9_000_020),
            (audio, 9_000_040), (video, 9_000_060),
        ])
        #expect(outcome.timelineCount == 2)
        #expect(outcome.last[video]?.decodeTime.milliseconds == 60)
        #expect(outcome.last[audio]?.decodeTime.milliseconds == 40)
    }

    @Test("S-35: after six new timelines goes on at the frame rate, by one timeline for every 10 s of media")
    func clockThatJumpsEveryTime() {
        let outcome = self.run(
            (0..<2600).map { frame -> (TrackID, UInt32) in
                (TrackID(.video), frame < 100 ? UInt32(frame * 40) : UInt32(frame % 2) * 1_000_000_000)
            })
        #expect((14...17).contains(outcome.timelineCount), "2500 frames are 100 s: six at once, ten after")
    }

    @Test("S-35: 1000 frames a second and durations of zero are data")
    func manyFrames() {
        let outcome = self.run(
            (0..<30_000).map { (frame: Int) -> (TrackID, UInt32) in (TrackID(.video), UInt32(frame / 2)) })
        #expect(outcome.timelineCount == 1 && outcome.gapCounts.isEmpty)
        #expect(outcome.clampedCount == 15_000)
        #expect(outcome.last[TrackID(.video)]?.decodeTime.nanoseconds == 14_999_100_000)
    }

    @Test("a clock that stands still from the start plays at 50 units a second, and makes no timelines")
    func standingClock() {
        let outcome = self.run((0..<100_000).map { _ -> (TrackID, UInt32) in (TrackID(.video), 5) })
        #expect(outcome.timelineCount == 1 && outcome.gapCounts.isEmpty)
        let seconds = outcome.last[TrackID(.video)]?.decodeTime.seconds ?? 0
        #expect((1998..<2000).contains(seconds))
    }

    @Test("clocks that stop for a minute go on at their last rates, and go on from there when they run again")
    func stoppedClocks() throws {
        var timeline = Timeline()
        var last: [TrackID: MediaTime] = [:]
        var gapCount = 0
        for tick in 0..<9000 as Range<UInt32> {
            // A picture every 40 ms and a sound every 20 ms; from 30 s to 90 s all times are 30 s, later a minute less.
            let honest = tick * 20
            let timestamp = honest < 30_000 ? honest : max(90_000, honest) - 60_000
            for track in [TrackID(.video), TrackID(.audio)] where track.kind == .audio || tick % 2 == 0 {
                let placement = timeline.place(track, timestamp: timestamp, hasSeenExtended: true)
                try #require(placement.timeline == 0, "tick \(tick)")
                if placement.continuity == .gap { gapCount += 1 }
                let step = placement.decodeTime - (last[track] ?? MediaTime(nanoseconds: -1))
                try #require(step > .zero && step <= MediaTime(milliseconds: 1100), "tick \(tick)")
                last[track] = placement.decodeTime
                let error = placement.decodeTime - MediaTime(milliseconds: Int64(honest))
                try #require(abs(error.seconds) < 2.5, "tick \(tick)")
            }
        }
        #expect(gapCount <= 1, "50 pictures last longer than 50 sounds: the picture catches up once")
    }

    @Test("publishes 24 hours of pictures and sound without a stain, right to the millisecond")
    func aDay() {
        var timeline = Timeline()
        var wrongCount = 0
        let sampleCount = 48_000 * 86_400
        var nextFrame = 0
        for sample in stride(from: 0, to: sampleCount, by: 4096) {
            while nextFrame * 9600 <= sample {
                let time = UInt32(nextFrame * 200)
                let placement = timeline.place(TrackID(.video), timestamp: time, hasSeenExtended: true)
                if placement != Self.continuous(Int64(time)) { wrongCount += 1 }
                nextFrame += 1
            }
            let time = UInt32(sample / 48)
            let placement = timeline.place(TrackID(.audio), timestamp: time, hasSeenExtended: true)
            if placement != Self.continuous(Int64(time)) { wrongCount += 1 }
        }
        #expect(wrongCount == 0)
    }

    @Test("publishes 60 days, in which every kind of wrap occurs, without a stain", arguments: [24, 31, 32])
    func sixtyDays(bitCount: Int) {
        var timeline = Timeline()
        var wrongCount = 0
        let mask = UInt32.max >> UInt32(32 - bitCount)
        for time in stride(from: Int64(0), to: 60 * 86_400_000, by: 3000) {
            let timestamp = UInt32(truncatingIfNeeded: time) & mask
            let placement = timeline.place(TrackID(.video), timestamp: timestamp, hasSeenExtended: bitCount > 24)
            if placement.decodeTime.milliseconds != time || placement.timeline != 0 { wrongCount += 1 }
        }
        #expect(wrongCount == 0)
    }

    private static func continuous(_ milliseconds: Int64) -> Timeline.Placement {
        Timeline.Placement(
            decodeTime: MediaTime(milliseconds: milliseconds), timeline: 0, continuity: .continuous)
    }
}
