import Primitives
import Testing

@testable import Postgres

@Suite
struct ClusterLifeTests {
    private let limits = ClusterLimits()

    private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private func runningLife() -> ClusterLife {
        var life = ClusterLife(limits: self.limits, now: self.time(0))
        #expect(life.advance(.time, now: self.time(0)) == .start)
        #expect(life.advance(.ready, now: self.time(1)) == .none)
        #expect(life.state == .running(since: self.time(1)))
        return life
    }

    @Test
    func `a server that never ran is given up`() {
        var life = ClusterLife(limits: self.limits, now: self.time(0))
        _ = life.advance(.time, now: self.time(0))
        #expect(life.advance(.gone, now: self.time(1)) == .none)
        #expect(life.state == .failed)
        #expect(life.isOver)
    }

    @Test
    func `a server that ended by itself is started again, each time later, and soon again once it ran for long`() {
        var life = self.runningLife()
        var now = self.time(2)
        var waits: [Int64] = []
        // Six times it comes up and is lost again, then it does not come up.
        for turn in 0..<12 {
            _ = life.advance(.gone, now: now)
            guard case .waiting(let start) = life.state else {
                Issue.record("it does not wait in \(life.state)")
                return
            }
            waits.append((start - now).milliseconds)
            #expect(life.advance(.time, now: MonotonicTime(nanoseconds: start.nanoseconds - 1)) == .none)
            #expect(life.advance(.time, now: start) == .start)
            if turn < 6 { _ = life.advance(.ready, now: start) }
            now = start + .seconds(1)
        }
        #expect(waits == [250, 500, 1000, 2000, 2000, 2000, 2000, 4000, 8000, 15000, 15000, 15000])
        #expect(waits.last == self.limits.restartTimeMax.milliseconds)
        _ = life.advance(.ready, now: now)
        now = now + self.limits.steadyTime
        _ = life.advance(.gone, now: now)
        #expect(life.state == .waiting(until: now + self.limits.restartTime))
    }

    @Test
    func `a server that does not end is told in a harder way each time`() {
        var life = self.runningLife()
        var now = self.time(10)
        #expect(life.advance(.stop(.fast), now: now) == .send(.fast))
        now = now + self.limits.fastStopTime
        #expect(life.advance(.time, now: now) == .send(.immediate))
        #expect(life.advance(.stop(.fast), now: now) == .none)
        now = now + self.limits.immediateStopTime
        #expect(life.advance(.time, now: now) == .send(.kill))
        #expect(life.advance(.gone, now: now) == .none)
        #expect(life.state == .ended)
    }

    @Test
    func `who is in a hurry does not wait for a friendly end`() {
        var life = self.runningLife()
        _ = life.advance(.stop(.fast), now: self.time(2))
        #expect(life.advance(.stop(.immediate), now: self.time(3)) == .send(.immediate))
    }

    @Test
    func `a start that takes too long is killed and tried again`() {
        var life = self.runningLife()
        _ = life.advance(.gone, now: self.time(2))
        #expect(life.advance(.time, now: self.time(3)) == .start)
        let end = self.time(3) + self.limits.startTime
        #expect(life.advance(.time, now: end) == .send(.kill))
        _ = life.advance(.gone, now: end)
        guard case .waiting = life.state else {
            Issue.record("it is not tried again in \(life.state)")
            return
        }
    }

    @Test
    func `it can be told to end while it starts and while nothing runs`() {
        var starting = ClusterLife(limits: self.limits, now: self.time(0))
        _ = starting.advance(.time, now: self.time(0))
        #expect(starting.advance(.stop(.immediate), now: self.time(1)) == .send(.immediate))
        var waiting = self.runningLife()
        _ = waiting.advance(.gone, now: self.time(2))
        #expect(waiting.advance(.stop(.fast), now: self.time(2)) == .none)
        #expect(waiting.state == .ended)
        #expect(waiting.advance(.time, now: self.time(99)) == .none)
    }
}
