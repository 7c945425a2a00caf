import MediaTypes
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("Whatever the timestamps, a timeline")
struct TimelinePropertyTests {
    struct Unit {
        var track: TrackID
        var timestamp: UInt32
        var hasSeenExtended: Bool
    }

    /// Tracks that walk, pause, step back, jump, wrap, stop and come again, each with its own temper.
    static func units(seed: UInt64, count: Int) -> [Unit] {
        var random = SplitMix(seed: seed)
        let trackCount = 1 + random.next(below: 4)
        var clocks = (0..<trackCount).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        let together = random.next(below: 3) > 0
        let trouble = [1, 10, 100, 1000][random.next(below: 4)]
        var hasSeenExtended = random.next(below: 2) == 0
        return (0..<count).map { _ in
            let index = random.next(below: trackCount)
            let step: UInt32 =
                if random.next(below: trouble) > 0 {
                    UInt32(random.next(below: 50))
                } else {
                    switch random.next(below: 8) {
                    case 0: UInt32(truncatingIfNeeded: random.next())
                    case 1: UInt32(truncatingIfNeeded: -random.next(below: 4000))
                    case 2: UInt32(random.next(below: 4000))
                    case 3: UInt32(random.next(below: 100_000))
                    case 4: 1 << UInt32([24, 31][random.next(below: 2)])
                    case 5: 0 &- (1 << UInt32([24, 31][random.next(below: 2)]))
                    case 6: UInt32(truncatingIfNeeded: -random.next(below: 100_000))
                    default: 0
                    }
                }
            if random.next(below: 5000) == 0 { hasSeenExtended = true }
            if together {
                for other in clocks.indices { clocks[other] &+= step }
            } else {
                clocks[index] &+= step
            }
            return Unit(
                track: TrackID(index % 2 == 0 ? .video : .audio, UInt8(index / 2)), timestamp: clocks[index],
                hasSeenExtended: hasSeenExtended)
        }
    }

    @Test(
        "rises strictly, begins no more timelines than it may, and runs no further than its units can carry it",
        arguments: 0..<200 as Range<UInt64>)
    func bounds(seed: UInt64) throws {
        var timeline = Timeline()
        var last: [TrackID: Timeline.Placement] = [:]
        var end = MediaTime.zero
        var number: UInt32 = 0
        /// Media time that counts towards new timelines.
        var counted: Int64 = 0
        var mediaTime: Int64 = 0
        for (index, unit) in Self.units(seed: seed, count: 3000).enumerated() {
            let placement = timeline.place(
                unit.track, timestamp: unit.timestamp, hasSeenExtended: unit.hasSeenExtended)
            if placement.timeline != number {
                try #require(placement.timeline == number + 1, "seed \(seed), unit \(index)")
                try #require(placement.continuity == .newTimeline && placement.decodeTime == .zero)
                number = placement.timeline
                end = .zero
                mediaTime += TimelineLimits.timelineMediaTime
            }
            if let before = last[unit.track], before.timeline == placement.timeline {
                try #require(placement.decodeTime > before.decodeTime, "seed \(seed), unit \(index)")
                try #require(placement.continuity != .newTimeline)
            } else if number > 0 {
                try #require(placement.continuity == .newTimeline)
            }
            let progress = placement.decodeTime - end
            // A track may join 10 s ahead; from there it may step 3 s.
            try #require(progress.nanoseconds <= 10_000_000_000, "seed \(seed), unit \(index)")
            try #require(placement.decodeTime.nanoseconds >= -10_000_000_000)
            counted += min(max(0, progress.nanoseconds), 100_000_000)
            mediaTime += max(0, progress.nanoseconds)
            try #require(timeline.mediaTime == mediaTime, "seed \(seed), unit \(index)")
            end = max(end, placement.decodeTime)
            last[unit.track] = placement
            try #require(Int64(number) <= 6 + counted / 10_000_000_000, "seed \(seed), unit \(index)")
        }
    }

    @Test("never borrows more than 3 s from a publisher whose clock does not jump", arguments: 0..<50 as Range<UInt64>)
    func borrow(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var timeline = Timeline()
        var time: Int64 = 1_000_000
        var origin = time
        for _ in 0..<3000 {
            let placement = timeline.place(
                TrackID(.video), timestamp: UInt32(time), hasSeenExtended: true)
            if placement.continuity == .newTimeline { origin = time }
            let borrowed = placement.decodeTime.nanoseconds - (time - origin) * 1_000_000
            try #require((0...3_000_100_000).contains(borrowed))
            time += Int64(random.next(below: 500)) - 150
        }
    }

    @Test("places an honest stream alike wherever in the wraps it begins", arguments: 0..<50 as Range<UInt64>)
    func shifted(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        // Honest, but not tidy: steps back, repeats and pauses of less than a minute, in tracks of one clock.
        var units: [(TrackID, Int64)] = []
        var time: Int64 = 20_000
        for _ in 0..<3000 {
            let pause = random.next(below: 500) == 0 ? random.next(below: 50_000) : 0
            time += Int64(random.next(below: 60) - 10 + pause)
            units.append((TrackID(random.next(below: 2) == 0 ? .audio : .video), time - Int64(random.next(below: 50))))
        }
        let plain = self.placements(units, from: 0, bitCount: 32)
        for (bitCount, base) in [
            (24, (1 << 24) - 30_000), (24, (3 << 24) - 25_000), (31, (1 << 31) - 40_000), (32, (1 << 32) - 50_000),
        ] as [(Int, Int64)] {
            let shifted = self.placements(units, from: base, bitCount: bitCount)
            try #require(shifted == plain, "\(bitCount) bits, seed \(seed)")
        }
    }

    private func placements(_ units: [(TrackID, Int64)], from base: Int64, bitCount: Int) -> [Timeline.Placement] {
        var timeline = Timeline()
        let mask = UInt32.max >> UInt32(32 - bitCount)
        return units.map { track, time in
            timeline.place(
                track, timestamp: UInt32(truncatingIfNeeded: base + time) & mask, hasSeenExtended: bitCount > 24)
        }
    }

    @Test("keeps every track that can be named apart")
    func allTracks() {
        var timeline = Timeline()
        for time in 0..<3 as Range<UInt32> {
            for kind in [MediaKind.audio, .video] {
                for number in 0...255 as ClosedRange<UInt8> {
                    let placement = timeline.place(
                        TrackID(kind, number), timestamp: time * 40, hasSeenExtended: false)
                    #expect(placement.decodeTime.milliseconds == Int64(time * 40))
                }
            }
        }
    }
}
