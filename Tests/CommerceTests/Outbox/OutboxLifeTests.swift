import Primitives
import Reactor
import Synchronization
import Testing

@testable import Commerce

@Suite("A relay at work")
struct OutboxLifeTests {
    /// Looks so seldom that only a bell can be the reason for what comes soon.
    private static func slow() -> OutboxLimits {
        var limits = OutboxLimits()
        limits.pollTime = .seconds(3600)
        return limits
    }

    private func run(_ rig: OutboxRig) -> [Task<Void, Never>] {
        let loop = rig.rig.group.loops[0]
        return rig.relay.works(on: loop).map { work in Task(executorPreference: loop) { await work() } }
    }

    @Test("is woken by a bell in its process, by one in another, and ends when it is told to")
    func bells() async throws {
        let rig = try await OutboxRig(limits: Self.slow())
        let tasks = self.run(rig)
        try rig.add(1)
        rig.relay.spreadBell.ring()
        try await rig.rig.wait { try rig.told() == [1] }
        // Whoever listens is told once that it listens, which wakes the relay: after that, only by the bell.
        let other = try CommerceRig(beside: rig.rig)
        for number in 2...4 {
            try rig.add(number)
            try await other.onLoop { try await Outbox.ring(other.database) }
            try await rig.rig.wait { try rig.told() == Array(1...number) }
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    @Test("looks from time to time though nobody rings, and goes on after failures")
    func polls() async throws {
        var limits = OutboxLimits()
        limits.pollTime = .milliseconds(10)
        limits.pauseTime = .milliseconds(1)
        limits.retryTime = .milliseconds(1)
        let failures = Mutex(3)
        struct NotYet: Error {}
        let rig = try await OutboxRig(
            limits: limits,
            consumers: [
                OutboxRig.writer("writer") { _, _ in
                    let fails = failures.withLock { left in
                        left -= 1
                        return left >= 0
                    }
                    if fails { throw NotYet() }
                }
            ])
        let tasks = self.run(rig)
        try rig.add(1, 2)
        try await rig.rig.wait { try rig.told() == [1, 2] }
        try rig.rig.sql(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        try rig.add(3)
        try await rig.rig.wait { try rig.told() == [1, 2, 3] }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    @Test("a bell that rings before it is waited for is heard, one wait for any number of rings")
    func bell() async throws {
        let rig = try CommerceRig()
        let (bell, loop) = (Bell(), rig.group.loops[0])
        bell.ring()
        bell.ring()
        let start = MonotonicTime.now
        await bell.wait(.seconds(3600), on: loop)
        // Nothing is left of the rings: this one takes its time.
        await bell.wait(.milliseconds(30), on: loop)
        #expect(MonotonicTime.now - start >= .milliseconds(30))
        let waiting = Task { await bell.wait(.seconds(3600), on: loop) }
        waiting.cancel()
        await waiting.value
    }

    @Test("rests longer after each failure, up to a bound, and finds out the guilty event one at a time")
    func pace() {
        var limits = OutboxLimits()
        limits.pauseTime = .milliseconds(100)
        limits.pauseTimeMax = .seconds(1)
        limits.batchCountMax = 50
        var pace = OutboxPace(limits)
        #expect(pace.batchCount == 50)
        #expect(pace.note(.failedSomewhere) == .milliseconds(100))
        #expect(pace.batchCount == 1)
        #expect(pace.note(.failedAtEvent) == .milliseconds(200))
        #expect(pace.batchCount == 50)
        #expect(pace.note(.failedAtEvent) == .milliseconds(400))
        for _ in 0..<100 { _ = pace.note(.failedAtEvent) }
        #expect(pace.note(.failedAtEvent) == .seconds(1))
        #expect(pace.note(.told) == .nanoseconds(0))
        #expect(pace.note(.failedSomewhere) == .milliseconds(100))
    }
}
