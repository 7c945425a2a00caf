import MediaTypes
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Video clock")
struct VideoClockTests {
    @Test("Pictures of three hours stamped in milliseconds keep their times to the tick, and last until the next one")
    func day() {
        var clock = VideoClock()
        var last: (place: VideoClock.Place, end: Int64)?
        var wrong = 0
        for number in 0..<324_000 as Range<Int64> {
            let stamped = (number * 1000 + 15) / 30 * 1_000_000
            let unit = MediaMaker.unit(.picture, at: stamped, offset: -40_000_000)
            let duration = last.map { clock.duration(of: $0.place, until: unit) }
            let place = clock.place(unit)
            if let last, let duration, last.place.decodeTicks + Int64(duration) != place.decodeTicks { wrong += 1 }
            if place.decodeTicks != stamped * 9 / 100_000 + 900_000 || place.presentationOffsetTicks != -3600 {
                wrong += 1
            }
            last = (place, 0)
        }
        #expect(wrong == 0)
    }

    @Test("A unit ten seconds before the origin is not before zero")
    func before() {
        var clock = VideoClock()
        #expect(clock.place(MediaMaker.unit(.picture, at: -10_000_000_000)).decodeTicks == 0)
        #expect(clock.place(MediaMaker.unit(.picture, at: -20_000_000_000)).decodeTicks == 0)
    }

    @Test("A picture that comes before the end that was foretold is decoded a little later and shown when it should")
    func foretold() {
        var clock = VideoClock()
        let units = [0, 40, 50].map { MediaMaker.unit(.picture, at: $0 * 1_000_000, offset: 80_000_000) }
        let first = clock.place(units[0])
        #expect(clock.duration(of: first, until: units[1]) == 3600)
        let second = clock.place(units[1])
        #expect(clock.usualDuration(of: second) == 3600)
        let third = clock.place(units[2])
        #expect(third.decodeTicks == second.decodeTicks + 3600)
        #expect(third.decodeTicks + Int64(third.presentationOffsetTicks) == 900_000 + 4500 + 7200)
    }

    @Test("Times of a hundred years turn into ticks and back")
    func far() {
        for rate: Int32 in [90_000, 44_100, 48_000, 768_000] {
            let scale = Timescale(rate)
            for time: Int64 in [0, 1, 999_999_999, 3_155_760_000_000_000_000, -3_155_760_000_000_000_001] {
                #expect(abs(scale.nanoseconds(scale.ticks(time)) - time) <= 1_000_000_000 / Int64(rate))
            }
        }
    }
}
