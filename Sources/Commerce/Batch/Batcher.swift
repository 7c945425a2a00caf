internal import Synchronization

/// Answers many questions with one statement: while one is under way the next ones gather, and all of them are asked
/// together. With little to do nobody waits; with much, the database is asked seldom and much.
///
/// The first caller asks for all who have gathered, and hands over to one of those who came meanwhile. More than
/// `gatheringCountMax` are refused.
package final class Batcher<Item: Sendable, Answer: Sendable>: Sendable {
    private enum Turn: Sendable {
        case answered(Result<Answer, any Error>)
        case asks
        case refused
    }

    private struct Waiter: Sendable {
        let item: Item
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var waiting: [Waiter] = []
        var isAsking = false
    }

    private let countMax: Int
    private let gatheringCountMax: Int
    private let ask: @Sendable ([Item]) async -> [Result<Answer, any Error>]
    private let state = Mutex(State())

    /// `ask` returns an answer for each item, in their order.
    package init(
        countMax: Int, gatheringCountMax: Int,
        _ ask: @escaping @Sendable ([Item]) async -> [Result<Answer, any Error>]
    ) {
        self.countMax = countMax
        self.gatheringCountMax = gatheringCountMax
        self.ask = ask
    }

    /// Those who wait for the next round.
    package var gatheringCount: Int { self.state.withLock { $0.waiting.count } }

    package func answer(to item: Item) async throws -> Answer {
        switch await self.turn(item) {
        case .answered(let result): return try result.get()
        case .refused: throw BatcherFull()
        case .asks: return try await self.askForAll(item)
        }
    }

    private func turn(_ item: Item) async -> Turn {
        await withCheckedContinuation { continuation in
            let turn: Turn? = self.state.withLock { state in
                guard state.isAsking else {
                    state.isAsking = true
                    return .asks
                }
                guard state.waiting.count < self.gatheringCountMax else { return .refused }
                state.waiting.append(Waiter(item: item, continuation: continuation))
                return nil
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }

    private func askForAll(_ own: Item) async throws -> Answer {
        let others = self.state.withLock { state in
            let others = Array(state.waiting.prefix(self.countMax - 1))
            state.waiting.removeFirst(others.count)
            return others
        }
        let answers = await self.ask([own] + others.map(\.item))
        precondition(answers.count == others.count + 1, "each question has an answer")
        let next = self.state.withLock { state in
            state.isAsking = !state.waiting.isEmpty
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.continuation.resume(returning: .asks)
        for (waiter, answer) in zip(others, answers.dropFirst()) {
            waiter.continuation.resume(returning: .answered(answer))
        }
        return try answers[0].get()
    }
}

/// Too many wait.
package struct BatcherFull: Error {}
