import Synchronization
import Testing

@testable import Ticketing

@Suite("Shared answers")
struct SharedReadsTests {
    /// Questions that are answered when the test says so.
    final class Source: Sendable {
        let asked = Mutex<[CheckedContinuation<Int, any Error>]>([])

        func ask() async throws -> Int {
            try await withCheckedThrowingContinuation { continuation in
                self.asked.withLock { $0.append(continuation) }
            }
        }

        /// The question of this number, once it is asked.
        func question(_ number: Int) async -> CheckedContinuation<Int, any Error> {
            while true {
                if let found = self.asked.withLock({ $0.indices.contains(number) ? $0[number] : nil }) { return found }
                await Task.yield()
            }
        }
    }

    private static func value(_ outcome: SharedReads<Int, Int>.Outcome) -> Int? {
        switch outcome {
        case .asked(let value), .shared(let value): value
        case .shed: nil
        }
    }

    @Test("whoever comes while a question is under way gets the answer to the next one, with all others who came")
    func sharing() async throws {
        let reads = SharedReads<Int, Int>(waitingCountMax: 100)
        let source = Source()
        let first = Task { try await reads.read(1) { try await source.ask() } }
        let question = await source.question(0)
        let others = (0..<20).map { _ in Task { try await reads.read(1) { try await source.ask() } } }
        while reads.waitingCount(1) < 20 { await Task.yield() }
        question.resume(returning: 1)
        #expect(Self.value(try await first.value) == 1)
        await source.question(1).resume(returning: 2)
        for other in others { #expect(Self.value(try await other.value) == 2) }
        #expect(source.asked.withLock { $0.count } == 2)
        #expect(reads.waitingCount(1) == 0)
    }

    struct Broken: Error {}

    @Test("an error is the error of all whom the question was for, and of no others")
    func failure() async throws {
        let reads = SharedReads<Int, Int>(waitingCountMax: 100)
        let source = Source()
        let first = Task { try await reads.read(1) { try await source.ask() } }
        let question = await source.question(0)
        let second = Task { try await reads.read(1) { try await source.ask() } }
        while reads.waitingCount(1) < 1 { await Task.yield() }
        question.resume(throwing: Broken())
        await #expect(throws: Broken.self) { _ = try await first.value }
        await source.question(1).resume(returning: 5)
        #expect(Self.value(try await second.value) == 5)
    }

    @Test("things are asked for beside each other, and more than so many do not wait")
    func bounds() async throws {
        let reads = SharedReads<Int, Int>(waitingCountMax: 1)
        let source = Source()
        let first = Task { try await reads.read(1) { try await source.ask() } }
        let question = await source.question(0)
        let other = Task { try await reads.read(2) { try await source.ask() } }
        await source.question(1).resume(returning: 7)
        #expect(Self.value(try await other.value) == 7)
        let second = Task { try await reads.read(1) { try await source.ask() } }
        while reads.waitingCount(1) < 1 { await Task.yield() }
        let third = try await reads.read(1) { try await source.ask() }
        #expect(Self.value(third) == nil)
        question.resume(returning: 1)
        await source.question(2).resume(returning: 2)
        #expect(Self.value(try await second.value) == 2)
        #expect(Self.value(try await first.value) == 1)
    }
}
