import Primitives
import Testing

@testable import HLSPackager

/// Pictures 40 ms apart, each observed so late.
@Suite("When a picture was captured")
struct CaptureClockTests {
    static let start: Int64 = 1_790_000_000_000

    private var clock = CaptureClock(floor: nil)
    private var media: Int64 = 0
    /// Wall clock less media time, in milliseconds: how long ago the publisher's clock began.
    private var wall = Self.start

    private mutating func pictures(_ count: Int, late: (Int) -> Int64 = { _ in 0 }) {
        for index in 0..<count {
            self.clock.observe(
                mediaTime: self.media * 1_000_000,
                at: WallClock(unixMilliseconds: self.wall + self.media + late(index)))
            self.media += 40
        }
    }

    /// By how much the time of the latest picture is off, in milliseconds.
    private var error: Int64 {
        mutating get {
            let time = self.media - 40
            return self.clock.time(of: time * 1_000_000).unixMilliseconds - self.wall - time
        }
    }

    @Test("Network that is slow now and then does not move it")
    mutating func jitter() {
        self.pictures(500) { $0 % 7 == 0 ? 0 : Int64($0 % 5) * 100 }
        #expect(self.error == 0)
    }

    @Test("A publisher whose clock stood still has the right time again after two seconds", arguments: [1000, 20_000])
    mutating func stoodStill(milliseconds: Int64) {
        self.pictures(100)
        self.wall += milliseconds
        self.pictures(40)
        #expect(self.error < -500)
        self.pictures(20) { Int64($0 % 3) * 50 }
        #expect(self.error.magnitude <= 100)
    }

    @Test("A network that stood still and catches up, at once or bit by bit, does not move it by more than 1 %")
    mutating func catchesUp() {
        self.pictures(100)
        self.pictures(500) { 20_000 - Int64($0) * 40 }
        #expect(self.error.magnitude <= 200)
        self.pictures(1000) { max(20_000 - Int64($0) * 20, 0) }
        // Of a minute in all.
        #expect(self.error.magnitude <= 600)
    }

    @Test("What was sent while nobody read comes at once, and is soon as old as it is")
    mutating func burst() {
        var latest: Int64 = .min
        for part in 0..<10 {
            // Half a second; all but what comes after 1.6 s is there already.
            self.pictures(part % 2 == 0 ? 12 : 13) { [media = self.media] in max(1600 - media - Int64($0) * 40, 0) }
            #expect(part < 6 || self.error.magnitude <= 300)
            let time = self.clock.time(of: (self.media - 40) * 1_000_000).unixMilliseconds
            #expect(time > latest)
            latest = time
        }
        // If it was not told of before, it is never wrong.
        self.clock = CaptureClock(floor: nil)
        self.pictures(40) { max(1600 - Int64($0) * 40, 0) }
        #expect(self.error.magnitude <= 40)
    }

    @Test("A clock that is ahead comes back by half of the time and then 1 %, and never so that time goes back")
    mutating func isAhead() {
        self.pictures(1) { _ in 3000 }
        _ = self.error
        var latest: Int64 = .min
        for second in 0..<80 {
            #expect(second != 8 || self.error < 1000)
            self.pictures(25)
            let time = self.clock.time(of: (self.media - 40) * 1_000_000).unixMilliseconds
            #expect(time > latest)
            latest = time
        }
        #expect(self.error.magnitude <= 20)
    }

    @Test("A new timeline does not begin before the end of the last")
    mutating func timelines() {
        self.pictures(100)
        let last = self.clock.time(of: (self.media - 40) * 1_000_000)
        self.clock.beginTimeline()
        #expect(!self.clock.isSet)
        self.clock.observe(mediaTime: 0, at: WallClock(unixMilliseconds: last.unixMilliseconds - 5000))
        #expect(self.clock.time(of: 0) >= last)
    }
}
