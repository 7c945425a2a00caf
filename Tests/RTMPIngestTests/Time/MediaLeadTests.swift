import MediaTypes
import Primitives
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("How far media is ahead of the clock") struct MediaLeadTests {
    private static let second: Int64 = 1_000_000_000

    private static func time(_ nanoseconds: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: 7 * self.second + nanoseconds)
    }

    /// What is expected of a value is asked of a constant; this changes nevertheless.
    private final class Reference {
        var value: MediaLead

        init(_ time: TimeAmount = .seconds(30), now: MonotonicTime = MediaLeadTests.time(0)) {
            self.value = MediaLead(leadTimeMax: time, lagTimeMax: time, now: now)
        }

        func advance(to mediaTime: Int64, now: MonotonicTime) -> MonotonicTime? {
            self.value.advance(to: mediaTime, now: now)
        }
    }

    @Test("30 s may come at once; from then on eleven seconds in ten")
    func burst() throws {
        let lead = Reference()
        #expect(lead.advance(to: 30 * Self.second, now: Self.time(0)) == nil)
        let end = try #require(lead.advance(to: 32 * Self.second, now: Self.time(0)))
        // 2 s too far, and the tenth of a second below.
        #expect(((end - Self.time(0)).seconds - 2.1 / 1.1).magnitude < 1e-6)
        #expect(lead.advance(to: 32 * Self.second, now: end) == nil)
        #expect(lead.advance(to: 32 * Self.second + MediaLead.resumeTime, now: end) == nil)
        #expect(lead.advance(to: 32 * Self.second + MediaLead.resumeTime + 20, now: end) != nil)
    }

    @Test("A clock that runs fast by a tenth is never held back, nor is one that jumps every ten seconds")
    func honest() {
        let lead = Reference()
        for step in 1...200_000 as ClosedRange<Int64> {
            let now = Self.time(step * 20_000_000)
            #expect(lead.advance(to: step * 22_000_000, now: now) == nil)
        }
        var timeline = Timeline()
        let jumping = Reference()
        for step in 1...200_000 as ClosedRange<Int64> {
            let timestamp = step * 20 + step / 501 * 100_000
            _ = timeline.place(
                TrackID(.video), timestamp: UInt32(truncatingIfNeeded: timestamp), hasSeenExtended: true)
            #expect(jumping.advance(to: timeline.mediaTime, now: Self.time(step * 20_000_000)) == nil)
        }
        #expect(timeline.mediaTime > 4_200 * Self.second)
    }

    @Test("What a publisher could not send for 40 s may come at once, but nobody saves up an hour")
    func late() {
        let lead = Reference()
        #expect(lead.advance(to: 10 * Self.second, now: Self.time(10 * Self.second)) == nil)
        #expect(lead.advance(to: 50 * Self.second, now: Self.time(50 * Self.second)) == nil)
        #expect(lead.advance(to: 50 * Self.second, now: Self.time(3600 * Self.second)) == nil)
        #expect(lead.value.lead == -30 * Self.second)
        #expect(lead.advance(to: 111 * Self.second, now: Self.time(3600 * Self.second)) != nil)
    }

    @Test("A clock that goes back and times beyond all measure change nothing for the worse")
    func extremes() {
        let lead = Reference()
        #expect(lead.advance(to: .min, now: MonotonicTime(nanoseconds: .max)) == nil)
        #expect(lead.advance(to: .max, now: MonotonicTime(nanoseconds: .min)) != nil)
        #expect(lead.advance(to: .min, now: MonotonicTime(nanoseconds: .max)) != nil)
        let endless = Reference(.nanoseconds(.max), now: MonotonicTime(nanoseconds: .min))
        #expect(endless.advance(to: .max, now: MonotonicTime(nanoseconds: .min)) == nil)
        #expect(endless.advance(to: .max, now: MonotonicTime(nanoseconds: .max)) == nil)
    }

    @Test(
        "In any time there comes no more than the lead, the lag, 1.1 times that time and one step",
        arguments: 0..<100 as Range<UInt64>)
    func bound(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let leadMax = Int64(random.next(below: 40)) * 100_000_000
        let lagMax = Int64(random.next(below: 40)) * 100_000_000
        var lead = MediaLead(
            leadTimeMax: .nanoseconds(leadMax), lagTimeMax: .nanoseconds(lagMax), now: Self.time(0))
        var (now, mediaTime): (Int64, Int64) = (0, 0)
        let stepMax = [1_000_000, 40_000_000, 3_000_000_000][random.next(below: 3)]
        let trouble = [2, 10, 1000][random.next(below: 3)]
        // The least of what had come less what may have by then: what comes later is counted from there.
        var least: Int64 = 0
        for _ in 0..<5000 {
            if random.next(below: trouble) == 0 { now += Int64(random.next(below: 2_000_000_000)) }
            least = min(least, mediaTime - now - now / 10)
            mediaTime += Int64(random.next(below: stepMax))
            let pauseEnd = lead.advance(to: mediaTime, now: Self.time(now))
            let excess = mediaTime - now - now / 10 - least
            try #require(excess <= leadMax + lagMax + Int64(stepMax) + 10, "seed \(seed)")
            guard let pauseEnd else { continue }
            let waited = (pauseEnd - Self.time(now)).nanoseconds
            try #require(waited > 0 && waited <= Int64(stepMax) + MediaLead.resumeTime, "seed \(seed)")
            now += waited
        }
    }
}
