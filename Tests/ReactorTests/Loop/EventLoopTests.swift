import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("Event loop")
struct EventLoopTests {
    @Test("Ten thousand calls from four threads all run, in order for each thread")
    func calls() throws {
        let group = try EventLoopGroup(loopCount: 1)
        let loop = group.loops[0]
        group.start()
        defer { group.stop() }
        let log = TestLog<(thread: Int, number: Int)>()
        for thread in 0..<4 {
            Thread.start {
                for number in 0..<2500 { loop.execute { log.add((thread, number)) } }
            }
        }
        #expect(log.wait { $0.count == 10_000 })
        for thread in 0..<4 {
            #expect(log.entries.filter { $0.thread == thread }.map(\.number) == Array(0..<2500))
        }
    }

    @Test("Timers fire in order of time, on the loop, and a cancelled one does not")
    func timers() throws {
        let group = try EventLoopGroup(loopCount: 1)
        let loop = group.loops[0]
        group.start()
        defer { group.stop() }
        let log = TestLog<String>()
        loop.execute {
            let cancelled = loop.schedule(at: loop.now + .milliseconds(2)) { log.add("cancelled") }
            _ = loop.schedule(at: loop.now + .milliseconds(12)) { log.add("later \(loop.isOnLoop)") }
            _ = loop.schedule(at: loop.now + .milliseconds(4)) { log.add("sooner \(loop.isOnLoop)") }
            _ = loop.schedule(at: loop.now) { log.add("now \(loop.isOnLoop)") }
            loop.cancel(cancelled)
        }
        #expect(log.wait { $0.count == 3 })
        #expect(log.entries == ["now true", "sooner true", "later true"])
    }

    @Test("A call that calls again, without end, keeps no timer waiting")
    func fairness() throws {
        let group = try EventLoopGroup(loopCount: 1)
        let loop = group.loops[0]
        group.start()
        defer { group.stop() }
        let log = TestLog<String>()
        @Sendable func again() { if log.entries.isEmpty { loop.execute(again) } }
        loop.execute {
            _ = loop.schedule(at: loop.now + .milliseconds(3)) { log.add("fired") }
            again()
        }
        #expect(log.wait { $0 == ["fired"] })
    }
}
