import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("Timer wheel")
struct TimerWheelTests {
    /// What the wheel promises, in the simplest way to write it.
    private struct Model {
        var due: [Int: Int64] = [:]

        /// Milliseconds at which a timer fires: never early, less than one tick late.
        static func tick(_ time: MonotonicTime) -> Int64 { (time.nanoseconds + 999_999) / 1_000_000 }
    }

    @Test(
        "Random schedules, cancels and jumps of time fire what a plain table fires",
        arguments: 1...20 as ClosedRange<UInt64>)
    func agreesWithModel(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var wheel = TimerWheel<Int>(start: MonotonicTime(nanoseconds: 0))
        var model = Model()
        var ids: [Int: TimerID] = [:]
        var now = MonotonicTime(nanoseconds: 0)
        var elapsedTick: Int64 = 0
        for step in 0..<3000 {
            switch random.next(below: 10) {
            case 0..<5:
                // From the past to half a year ahead, on every level of the wheel.
                let distance = Int64(random.next(below: 1 << (10 + 5 * random.next(below: 9))))
                let time = now + .nanoseconds(distance - 500)
                ids[step] = wheel.schedule(at: time, step)
                model.due[step] = max(Model.tick(MonotonicTime(nanoseconds: max(time.nanoseconds, 0))), elapsedTick + 1)
            case 5..<7:
                guard let victim = ids.keys.min() else { continue }
                let payload = wheel.cancel(ids[victim]!)
                #expect(payload == (model.due[victim] == nil ? nil : victim))
                model.due[victim] = nil
                // A second cancel, and one after firing, must do nothing.
                #expect(wheel.cancel(ids[victim]!) == nil)
                ids[victim] = nil
            default:
                now = now + .nanoseconds(Int64(random.next(below: 1 << (10 + 5 * random.next(below: 8)))))
                var fired: [Int] = []
                var lastTick: Int64 = 0
                while let payload = wheel.expireOne(now: now) {
                    let tick = model.due[payload] ?? -1
                    #expect(tick >= lastTick, "earliest first")
                    lastTick = tick
                    fired.append(payload)
                }
                elapsedTick = now.nanoseconds / 1_000_000
                let expected = model.due.filter { $0.value <= elapsedTick }.keys.sorted()
                #expect(fired.sorted() == expected)
                for payload in expected { model.due[payload] = nil }
            }
            #expect(wheel.count == model.due.count)
            let nearest = model.due.values.min()
            #expect((wheel.nextDeadline == nil) == (nearest == nil))
            if let deadline = wheel.nextDeadline, let nearest {
                #expect(deadline.nanoseconds <= nearest * 1_000_000, "a wait never ends after a timer is due")
                #expect(deadline > MonotonicTime(nanoseconds: elapsedTick * 1_000_000), "a wait makes progress")
            }
        }
    }

    @Test("A time beyond the wheel's reach is kept for its end")
    func farFuture() {
        var wheel = TimerWheel<Int>(start: MonotonicTime(nanoseconds: 0))
        let id = wheel.schedule(at: MonotonicTime(nanoseconds: .max), 1)
        #expect(wheel.expireOne(now: MonotonicTime(nanoseconds: 1 << 61)) == nil)
        #expect(wheel.cancel(id) == 1)
        #expect(wheel.nextDeadline == nil)
    }
}
