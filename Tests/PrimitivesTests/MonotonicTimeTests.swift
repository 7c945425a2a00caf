import Primitives
import Testing

struct MonotonicTimeTests {
    @Test("The clock does not go back")
    func now() {
        let first = MonotonicTime.now
        #expect(MonotonicTime.now >= first && first.nanoseconds > 0)
    }

    @Test("Units are what they are called")
    func units() {
        #expect(TimeAmount.microseconds(1).nanoseconds == 1000)
        #expect(TimeAmount.milliseconds(1) == .microseconds(1000))
        #expect(TimeAmount.seconds(1) == .milliseconds(1000))
        #expect(TimeAmount.milliseconds(1500).seconds == 1.5)
        #expect(TimeAmount.seconds(2).milliseconds == 2000)
    }

    @Test("Sums and differences are those of the nanoseconds")
    func arithmetic() {
        let start = MonotonicTime(nanoseconds: 5)
        #expect((start + .nanoseconds(7)).nanoseconds == 12)
        #expect((start + .nanoseconds(7)) - start == .nanoseconds(7))
        #expect(start - (start + .nanoseconds(7)) == .nanoseconds(-7))
    }

    @Test("An amount too large to count stays the largest, and so does the time it ends")
    func saturates() {
        #expect(TimeAmount.seconds(.max) == .nanoseconds(.max))
        #expect(TimeAmount.milliseconds(.min) == .nanoseconds(.min))
        #expect((MonotonicTime.now + .seconds(.max)).nanoseconds == .max)
        #expect((MonotonicTime(nanoseconds: -2) + .nanoseconds(.min)).nanoseconds == .min)
    }
}
