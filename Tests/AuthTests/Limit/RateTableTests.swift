import Primitives
import Testing

@testable import Auth

struct RateTableTests {
    private let policy = RatePolicy(burstCount: 3, interval: .seconds(10))
    private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private func after(_ seconds: Int64) -> MonotonicTime { self.start + .seconds(seconds) }

    @Test
    func `a burst goes through at once, and then one per interval`() {
        var table = RateTable<Int>(self.policy, countMax: 10)
        for _ in 0..<3 {
            #expect(table.wait(1, now: self.start) == nil)
            table.charge(1, now: self.start)
        }
        #expect(table.wait(1, now: self.start) == .seconds(10))
        #expect(table.wait(1, now: self.after(9)) == .seconds(1))
        #expect(table.wait(1, now: self.after(10)) == nil)
        table.charge(1, now: self.after(10))
        #expect(table.wait(1, now: self.after(10)) == .seconds(10))
        #expect(table.wait(2, now: self.start) == nil)
    }

    @Test
    func `a full bucket does not get fuller`() {
        var table = RateTable<Int>(self.policy, countMax: 10)
        for _ in 0..<1000 { table.charge(1, now: self.start) }
        #expect(table.level(1, now: self.start) == 3)
        #expect(table.wait(1, now: self.start) == .seconds(10))
        #expect(table.level(1, now: self.after(30)) == 0)
    }

    @Test
    func `what is taken back was never there`() {
        var table = RateTable<Int>(self.policy, countMax: 10)
        table.charge(1, now: self.start)
        table.refund(1, now: self.start)
        #expect(table.count == 0)
        for _ in 0..<3 { table.charge(1, now: self.start) }
        table.refund(1, now: self.start)
        #expect(table.wait(1, now: self.start) == nil)
        #expect(table.level(1, now: self.start) == 2)
        table.clear(1)
        #expect(table.count == 0)
    }

    @Test
    func `the table never holds more keys than it may, and forgets empty buckets first`() {
        var table = RateTable<Int>(self.policy, countMax: 100)
        for key in 0..<100 { table.charge(key, now: self.start) }
        let later = self.after(5)
        for _ in 0..<3 { table.charge(7, now: later) }
        // All but the seventh are empty by now.
        table.charge(1000, now: self.after(11))
        #expect(table.count == 2)
        #expect(table.wait(7, now: self.after(11)) != nil)
        for key in 2000..<5000 { table.charge(key, now: self.after(12)) }
        #expect(table.count == 100)
    }

    @Test
    func `times at the end of the clock do not trap`() {
        var table = RateTable<Int>(self.policy, countMax: 2)
        let end = MonotonicTime(nanoseconds: .max - 1)
        for _ in 0..<5 { table.charge(1, now: end) }
        _ = table.wait(1, now: end)
        _ = table.level(1, now: end)
        table.refund(1, now: end)
    }
}
