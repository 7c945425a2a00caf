import HTTPServer
import Synchronization
import Testing

@testable import Commerce

@Suite("Questions that are asked together", .timeLimit(.minutes(1)))
struct BatcherTests {
    /// Holds every round until it is let go.
    private final class Gate: Sendable {
        private let state = Mutex<(rounds: [[Int]], held: [CheckedContinuation<Void, Never>])>(([], []))

        var rounds: [[Int]] { self.state.withLock { $0.rounds } }

        func hold(_ items: [Int]) async {
            await withCheckedContinuation { continuation in
                self.state.withLock { state in
                    state.rounds.append(items)
                    state.held.append(continuation)
                }
            }
        }

        func letGo() {
            let held = self.state.withLock { state in
                defer { state.held = [] }
                return state.held
            }
            for continuation in held { continuation.resume() }
        }

        /// Lets other tasks run until so many rounds have begun.
        func reach(_ count: Int) async {
            while self.rounds.count < count { await Task.yield() }
        }
    }

    private struct Odd: Error, Equatable { let item: Int }

    private static func expect(_ batcher: Batcher<Int, Int>, _ item: Int) async throws {
        let answer = try await batcher.answer(to: item)
        #expect(answer == item * 10)
    }

    private static func batcher(_ gate: Gate, countMax: Int = 100, gatheringCountMax: Int = 100)
        -> Batcher<Int, Int>
    {
        Batcher(countMax: countMax, gatheringCountMax: gatheringCountMax) { items in
            await gate.hold(items)
            return items.map { $0 % 2 == 0 ? .success($0 * 10) : .failure(Odd(item: $0)) }
        }
    }

    @Test("the first is asked at once; those who come meanwhile gather, and each gets its own answer")
    func gathers() async throws {
        let gate = Gate()
        let batcher = Self.batcher(gate, countMax: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.expect(batcher, 0) }
            await gate.reach(1)
            for item in 1...9 {
                group.addTask {
                    do {
                        let answer = try await batcher.answer(to: item)
                        #expect(answer == item * 10 && item % 2 == 0)
                    } catch let odd as Odd {
                        #expect(odd.item == item && item % 2 == 1)
                    }
                }
            }
            while batcher.gatheringCount < 9 { await Task.yield() }
            for round in 2...4 {
                gate.letGo()
                await gate.reach(round)
            }
            gate.letGo()
            try await group.waitForAll()
        }
        #expect(gate.rounds.map(\.count) == [1, 4, 4, 1])
        #expect(gate.rounds.joined().sorted() == Array(0...9))
        #expect(batcher.gatheringCount == 0)
    }

    @Test("one too many is refused, and the next one is asked again")
    func full() async throws {
        let gate = Gate()
        let batcher = Self.batcher(gate, gatheringCountMax: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for item in [2, 4, 6] {
                group.addTask { try await Self.expect(batcher, item) }
                await gate.reach(1)
            }
            while batcher.gatheringCount < 2 { await Task.yield() }
            await #expect(throws: BatcherFull.self) { try await batcher.answer(to: 8) }
            gate.letGo()
            await gate.reach(2)
            gate.letGo()
            try await group.waitForAll()
            group.addTask { try await Self.expect(batcher, 10) }
            await gate.reach(3)
            gate.letGo()
            try await group.waitForAll()
        }
        #expect(gate.rounds.last == [10])
    }
}
