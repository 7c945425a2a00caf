import Observability
import Primitives
import Reactor
import Synchronization
import Testing

@testable import podo

@Suite("What goes on while nobody asks") struct BackgroundWorksTests {
    struct Wrong: Error {}

    @Test("goes round at once while there is more, then after its time, and after a failure too")
    func rounds() async throws {
        let group = try EventLoopGroup(loopCount: 1)
        group.start()
        defer { group.stop() }
        let works = BackgroundWorks(log: Log(level: .error, memory: LogMemory()))
        let count = Mutex(0)
        await withCheckedContinuation { done in
            works.start("work failed", every: .milliseconds(1), retryTime: .milliseconds(1), on: group.loops[0]) {
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                if number == 2 { throw Wrong() }
                if number == 5 { done.resume() }
                return number == 1
            }
        }
        works.cancel()
    }

    @Test("is waited for in the middle of a round, and begins no more")
    func ending() async throws {
        let group = try EventLoopGroup(loopCount: 1)
        group.start()
        defer { group.stop() }
        let works = BackgroundWorks(log: Log(level: .error, memory: LogMemory()))
        let count = Mutex(0)
        let gate = Mutex<CheckedContinuation<Void, Never>?>(nil)
        await withCheckedContinuation { begun in
            works.start("work failed", every: .milliseconds(1), on: group.loops[0]) {
                count.withLock { $0 += 1 }
                await withCheckedContinuation { continuation in
                    gate.withLock { $0 = continuation }
                    begun.resume()
                }
                return true
            }
        }
        // Not over: a deadline ends the wait.
        await works.finish(until: .now + .milliseconds(60), on: group.loops[0])
        let begun = MonotonicTime.now
        gate.withLock { $0.take() }?.resume()
        await works.finish(until: .now + .seconds(30), on: group.loops[0])
        #expect((MonotonicTime.now - begun).nanoseconds < TimeAmount.seconds(20).nanoseconds)
        #expect(count.withLock { $0 } == 1)
    }
}
