import MediaTypes
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Audio clock")
struct AudioClockTests {
    struct Rate: CustomStringConvertible, Sendable {
        var rate: Int32
        var unit: Int
        var seconds = 3600
        var description: String { "\(self.rate) Hz, \(self.unit)" }
    }

    @Test(
        "Units stamped in milliseconds are contiguous to the sample, and within a unit of the publisher, all day",
        arguments: [
            Rate(rate: 44_100, unit: 1024, seconds: 86_400), Rate(rate: 48_000, unit: 1024),
            Rate(rate: 48_000, unit: 960), Rate(rate: 22_050, unit: 1152), Rate(rate: 48_000, unit: 120),
        ])
    func day(_ rate: Rate) {
        let scale = Timescale(rate.rate)
        var clock = AudioClock(timescale: scale)
        let unitTime = Int64(rate.unit) * 1_000_000_000 / Int64(rate.rate)
        let bound = max(unitTime, MediaClockLimits.driftTimeMin)
        let count = rate.seconds * Int(rate.rate) / rate.unit
        var (end, isContiguous, worst): (Int64, Bool, Int64) = (clock.end ?? -1, true, 0)
        for number in 0..<count {
            let exact = Int64(number) * Int64(rate.unit) * 1_000_000_000 / Int64(rate.rate)
            let stamped = (exact + 500_000) / 1_000_000 * 1_000_000
            let place = clock.place(MediaMaker.unit(.sound, at: stamped), sampleCount: rate.unit)
            if number > 0, place.decodeTicks != end { isContiguous = false }
            if place.durationTicks != Int32(rate.unit) { isContiguous = false }
            end = place.decodeTicks + Int64(place.durationTicks)
            let off = scale.nanoseconds(place.decodeTicks) - MediaClockLimits.baseTime - stamped
            worst = max(worst, abs(off))
        }
        #expect(isContiguous)
        #expect(worst <= bound)
    }

    @Test("A sound card that is off by 0.1 % for an hour stays within a unit and the ten that tell, and never overlaps")
    func wrongRate() {
        for parts: Int64 in [999, 1001] {
            let scale = Timescale(48_000)
            var clock = AudioClock(timescale: scale)
            var (end, worst, overlaps): (Int64, Int64, Int) = (0, 0, 0)
            for number in 0..<168_750 as Range<Int64> {
                let stamped = number * 1024 * parts / 48_000 * 1_000_000
                let place = clock.place(MediaMaker.unit(.sound, at: stamped), sampleCount: 1024)
                if place.decodeTicks < end || place.durationTicks <= 0 { overlaps += 1 }
                end = place.decodeTicks + Int64(place.durationTicks)
                worst = max(worst, abs(scale.nanoseconds(place.decodeTicks) - MediaClockLimits.baseTime - stamped))
            }
            #expect(overlaps == 0)
            #expect(worst < 26_000_000)
        }
    }

    @Test("Timestamps that jump to and fro by up to 40 ms move nothing")
    func jitter() {
        var random = SplitMix(seed: 3)
        var clock = AudioClock(timescale: Timescale(48_000))
        var end: Int64?
        var moved = 0
        for number in 0..<100_000 as Range<Int64> {
            let jitter = Int64(random.next(below: 41))
            let stamped = (number * 1024 / 48 + jitter) * 1_000_000
            let place = clock.place(MediaMaker.unit(.sound, at: stamped), sampleCount: 1024)
            if let end, place.decodeTicks != end { moved += 1 }
            end = place.decodeTicks + Int64(place.durationTicks)
        }
        #expect(moved <= 3)
    }

    @Test("A gap is a gap: what comes after it is where the publisher has it", arguments: [0.3, 3, 3600])
    func gap(_ seconds: Double) {
        let scale = Timescale(48_000)
        var clock = AudioClock(timescale: scale)
        let first = clock.place(MediaMaker.unit(.sound, at: 0), sampleCount: 1024)
        let time = Int64(seconds * 1e9)
        let second = clock.place(MediaMaker.unit(.sound, at: time), sampleCount: 1024)
        #expect(first.durationTicks == 1024)
        #expect(second.decodeTicks == scale.ticks(time + MediaClockLimits.baseTime))
    }

    @Test("Units of unknown length last until the next one, and a gap is none of their time")
    func unknownLength() {
        var clock = AudioClock(timescale: Timescale(48_000))
        let units = [0, 20, 40, 2000].map { MediaMaker.unit(.sound, at: Int64($0) * 1_000_000) }
        let places = units.map { unit in clock.place(unit, sampleCount: 0) }
        #expect(places.map(\.durationTicks) == [0, 0, 0, 0])
        var durations: [Int32] = []
        for index in 0..<3 { durations.append(clock.duration(of: places[index], until: units[index + 1])) }
        #expect(durations == [960, 960, 960])
    }
}
