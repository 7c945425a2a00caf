import TestSupport
import Testing

@testable import Reactor

/// Run these in release mode too: the compiler's known mistakes in resuming on the right executor show there only.
@Suite("Executor")
struct EventLoopExecutorTests {
    private struct Refused: Error {}

    private func withLoops(_ body: ([EventLoop]) async throws -> Void) async throws {
        let group = try EventLoopGroup(loopCount: 2)
        group.start()
        defer { group.stop() }
        try await body(group.loops)
    }

    private func refuse() async throws { throw Refused() }

    @Test("A task that prefers a loop runs on its thread, also after something threw, and so do its children")
    func preference() async throws {
        try await self.withLoops { loops in
            for loop in loops {
                let places = await Task(executorPreference: loop) {
                    var places = [loop.isOnLoop]
                    await Task.yield()
                    places.append(loop.isOnLoop)
                    do { try await self.refuse() } catch { places.append(loop.isOnLoop) }
                    await withTaskGroup(of: Bool.self) { children in
                        for _ in 0..<3 { children.addTask { loop.isOnLoop } }
                        for await place in children { places.append(place) }
                    }
                    places.append(loop.isOnLoop)
                    return places
                }.value
                #expect(places == Array(repeating: true, count: 7))
            }
        }
    }

    @inline(never) private func nothing() async {}

    /// Lives on the threads that the runtime has for everybody.
    private actor Counter {
        private var count = 0

        func add() throws -> Int {
            self.count += 1
            if self.count % 2 == 0 { throw Refused() }
            return self.count
        }
    }

    @Test("A task comes back to its loop from an actor that lives elsewhere, also when that throws")
    func hop() async throws {
        try await self.withLoops { loops in
            let counter = Counter()
            let places = await Task(executorPreference: loops[0]) {
                var places: [Bool] = []
                for _ in 0..<100 {
                    do { _ = try await counter.add() } catch { places.append(error is Refused) }
                    places.append(loops[0].isOnLoop)
                }
                return places
            }.value
            #expect(places == Array(repeating: true, count: 150))
        }
    }

    @Test("What a task awaits and need not wait for runs at once, before other tasks of its loop")
    func inline() async throws {
        try await self.withLoops { loops in
            let log = TestLog<String>()
            let loop = loops[0]
            let other = await Task(executorPreference: loop) {
                let other = Task(executorPreference: loop) { log.add("the other") }
                await self.nothing()
                log.add("the first")
                return other
            }.value
            await other.value
            #expect(log.entries == ["the first", "the other"])
        }
    }

    @Test("A continuation resumed by another thread comes back to the loop")
    func continuation() async throws {
        try await self.withLoops { loops in
            let pool = BlockingPool(name: "test", threadCount: 1, waitingCountMax: 4)
            defer { pool.stop() }
            let loop = loops[0]
            let places = await Task(executorPreference: loop) {
                var places: [Bool] = []
                for round in 0..<100 {
                    do {
                        let wasOnLoop = try await pool.run {
                            if round % 2 == 1 { throw Refused() }
                            return loop.isOnLoop
                        }
                        places.append(!wasOnLoop)
                    } catch {
                        places.append(error is Refused)
                    }
                    places.append(loop.isOnLoop)
                }
                return places
            }.value
            #expect(places == Array(repeating: true, count: 200))
        }
    }
}
