import TestSupport
import Testing

@testable import Reactor

/// Run these in release mode too: the compiler's known mistakes in resuming on the right executor show there only.
@Suite("Executor")
struct EventLoopExecutorTests {
    private struct Refused: Error {}

    /// An actor that lives on a loop.
    private actor Counter {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { self.loop.asUnownedSerialExecutor() }
        private var count = 0

        init(loop: EventLoop) { self.loop = loop }

        func add() throws -> Bool {
            self.count += 1
            if self.count % 2 == 0 { throw Refused() }
            return self.loop.isOnLoop
        }
    }

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

    @Test("A task comes back to its loop from an actor of another loop, also when that throws")
    func hop() async throws {
        try await self.withLoops { loops in
            let counter = Counter(loop: loops[1])
            let places = await Task(executorPreference: loops[0]) {
                var places: [Bool] = []
                for _ in 0..<100 {
                    do { places.append(try await counter.add()) } catch { places.append(true) }
                    places.append(loops[0].isOnLoop)
                }
                return places
            }.value
            #expect(places == Array(repeating: true, count: 200))
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

    @Test("Code outside of any task may enter an actor of the loop it runs on")
    func assumption() async throws {
        try await self.withLoops { loops in
            let log = TestLog<Bool>()
            let counter = Counter(loop: loops[0])
            loops[0].execute { counter.assumeIsolated { log.add((try? $0.add()) == true) } }
            #expect(log.wait { $0 == [true] })
        }
    }
}
