internal import Synchronization

/// Lets those who want to know the same thing share an answer, without telling anybody old news.
///
/// One of them asks. Whoever comes meanwhile may not have that answer, which can be older than his question; they wait,
/// and when it is there one of them asks for all of them. So at most one question about a thing is under way, however
/// many want to know, and each answer is of a time after the question.
final class SharedReads<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    enum Outcome: Sendable {
        case asked(Value)
        case shared(Value)
        /// `waitingCountMax` wait already.
        case shed
    }

    private enum Turn: Sendable {
        case ask
        case done(Result<Value, any Error>)
        case shed
    }

    private struct Line {
        /// Who gets the answer that is under way, but for the one who asks.
        var served: [UnsafeContinuation<Turn, Never>] = []
        var waiting: [UnsafeContinuation<Turn, Never>] = []
    }

    private let waitingCountMax: Int
    private let lines = Mutex<[Key: Line]>([:])

    init(waitingCountMax: Int) { self.waitingCountMax = waitingCountMax }

    /// `ask` is what the one whose turn it is does; an error of it is the error of all whom it was for.
    func read(_ key: Key, _ ask: () async throws -> Value) async throws -> Outcome {
        switch await self.turn(key) {
        case .shed: return .shed
        case .done(let result): return .shared(try result.get())
        case .ask:
            let result: Result<Value, any Error>
            do { result = .success(try await ask()) } catch { result = .failure(error) }
            self.finish(key, result)
            return .asked(try result.get())
        }
    }

    /// Of one thing: who waits for the next question.
    func waitingCount(_ key: Key) -> Int { self.lines.withLock { $0[key]?.waiting.count ?? 0 } }

    private func turn(_ key: Key) async -> Turn {
        await withUnsafeContinuation { continuation in
            let turn: Turn? = self.lines.withLock { lines in
                guard let line = lines[key] else {
                    lines[key] = Line()
                    return .ask
                }
                guard line.waiting.count < self.waitingCountMax else { return .shed }
                lines[key, default: Line()].waiting.append(continuation)
                return nil
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }

    private func finish(_ key: Key, _ result: Result<Value, any Error>) {
        let (served, next) = self.lines.withLock { lines in
            let line = lines.removeValue(forKey: key) ?? Line()
            guard let next = line.waiting.first else { return (line.served, nil as UnsafeContinuation<Turn, Never>?) }
            lines[key] = Line(served: Array(line.waiting.dropFirst()))
            return (line.served, next)
        }
        for reader in served { reader.resume(returning: .done(result)) }
        next?.resume(returning: .ask)
    }
}
