import Commerce
import Primitives
import Testing

@Suite("Under too much load")
struct LoadShedderTests {
    private func limits() -> LoadLimits {
        var limits = LoadLimits()
        limits.delays = [
            .browse: .milliseconds(10), .queue: .milliseconds(20), .reservation: .milliseconds(30),
            .payment: .milliseconds(40),
        ]
        limits.inFlightCounts = [.browse: 100, .queue: 200, .reservation: 300, .payment: 400]
        limits.calmTime = .seconds(1)
        return limits
    }

    private func shed(_ shedder: LoadShedder) -> [LoadKind] { LoadKind.allCases.filter(shedder.sheds) }

    @Test(
        "browsing goes first, then queues, then reservations, and payments last",
        arguments: [
            (9, []), (10, [.browse]), (25, [.browse, .queue]), (30, [.browse, .queue, .reservation]),
            (1000, [.browse, .queue, .reservation, .payment]),
        ] as [(Int64, [LoadKind])])
    func order(_ delay: Int64, _ expected: [LoadKind]) {
        var shedder = LoadShedder(self.limits())
        shedder.note(delay: .milliseconds(delay), inFlightCount: 0, now: MonotonicTime(nanoseconds: 0))
        #expect(self.shed(shedder) == expected)
        // The same by what is in flight: ten times the number.
        var other = LoadShedder(self.limits())
        other.note(delay: .nanoseconds(0), inFlightCount: Int(delay) * 10, now: MonotonicTime(nanoseconds: 0))
        #expect(self.shed(other) == expected)
    }

    @Test("it gets worse at once, and better a step at a time, after it has been calm")
    func hysteresis() {
        var shedder = LoadShedder(self.limits())
        var now = MonotonicTime(nanoseconds: 0)
        func note(_ delay: Int64, after time: TimeAmount) -> Int {
            now = now + time
            shedder.note(delay: .milliseconds(delay), inFlightCount: 0, now: now)
            return self.shed(shedder).count
        }
        #expect(note(1, after: .seconds(1)) == 0)
        #expect(note(35, after: .milliseconds(1)) == 3)
        #expect(note(1, after: .milliseconds(100)) == 3)
        #expect(note(1, after: .milliseconds(999)) == 3)
        // A relapse begins the calm anew.
        #expect(note(31, after: .milliseconds(1)) == 3)
        #expect(note(1, after: .milliseconds(500)) == 3)
        #expect(note(1, after: .milliseconds(1000)) == 2)
        #expect(note(1, after: .milliseconds(999)) == 2)
        #expect(note(1, after: .milliseconds(1)) == 1)
        #expect(note(12, after: .seconds(5)) == 1)
        #expect(note(12, after: .seconds(5)) == 1)
        #expect(note(1, after: .milliseconds(1)) == 1)
        #expect(note(1, after: .seconds(1)) == 0)
        #expect(note(99, after: .seconds(1)) == 4)
    }
}
