import Glibc
import Primitives
import Synchronization
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

    @Test("Tasks that yield without end keep no timer, no descriptor, no call and not the loop's end waiting")
    func fairnessOfJobs() throws {
        let group = try EventLoopGroup(loopCount: 1)
        let loop = group.loops[0]
        let log = TestLog<String>()
        Thread.start {
            loop.run()
            log.add("ended")
        }
        let tasks = (0..<100).map { _ in
            Task(executorPreference: loop) { while !Task.isCancelled { await Task.yield() } }
        }
        defer { for task in tasks { task.cancel() } }
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let reader = Reader(descriptor: ends[0], log: log)
        loop.execute {
            do { try loop.register(reader.descriptor, .readable, reader) } catch { log.add("\(error)") }
            _ = loop.schedule(at: loop.now + .milliseconds(3)) { log.add("timer") }
        }
        #expect(write(ends[1], "x", 1) == 1)
        loop.execute { log.add("call") }
        #expect(log.wait { Set($0) == ["timer", "readable", "call"] })
        loop.stop()
        #expect(log.wait { $0.contains("ended") })
        close(ends[1])
    }

    private final class Reader: EventSource, @unchecked Sendable {
        // SAFETY: nothing of it changes.
        let descriptor: CInt
        private let log: TestLog<String>

        init(descriptor: CInt, log: TestLog<String>) {
            self.descriptor = descriptor
            self.log = log
        }

        deinit { close(self.descriptor) }

        func ready(_ events: ReadyEvents) {
            var byte: UInt8 = 0
            if read(self.descriptor, &byte, 1) == 1 { self.log.add("readable") }
        }
    }

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    @Test("What thousands of tasks have to do is spread over turns, a few tasks get on in one")
    func jobsOfATurn() throws {
        func turns(taskCount: Int) throws -> Int {
            let group = try EventLoopGroup(loopCount: 1)
            let loop = group.loops[0]
            group.start()
            defer { group.stop() }
            let log = TestLog<Int>()
            let turnCount = Counter()
            // A call that is handed over again is run once in each turn.
            @Sendable func count() {
                guard log.entries.isEmpty else { return }
                turnCount.value.add(1, ordering: .relaxed)
                loop.execute(count)
            }
            let done = TestLog<Int>()
            loop.execute {
                count()
                for _ in 0..<taskCount {
                    Task(executorPreference: loop) {
                        for _ in 0..<8 { await Task.yield() }
                        done.add(turnCount.value.load(ordering: .relaxed))
                    }
                }
            }
            #expect(done.wait { $0.count == taskCount })
            log.add(0)
            return done.entries.max() ?? 0
        }
        let (few, many) = (try turns(taskCount: 3), try turns(taskCount: 1000))
        #expect(few < 10 && many > 3 * few, "\(few) turns for few tasks, \(many) for many")
    }
}
