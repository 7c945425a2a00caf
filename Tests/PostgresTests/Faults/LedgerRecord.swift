import Glibc
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Postgres

/// What callers of a `LedgerLoad` have met, operation by operation, and how long nothing was acknowledged.
final class LedgerRecord: Sendable {
    private struct State {
        var results: [LedgerLoad.Result] = []
        var lastAcknowledgedAt = MonotonicTime.now
        var longestGap = TimeAmount.seconds(0)
        var isOver = false
    }

    private let state = Mutex(State())

    /// No operation begins any more.
    func finish() { self.state.withLock { $0.isOver = true } }

    /// Waits until something was acknowledged from now on; the longest gap tells when that takes too long.
    func waitForCommit() {
        let begin = MonotonicTime.now
        while self.state.withLock({ $0.lastAcknowledgedAt <= begin }), MonotonicTime.now - begin < .seconds(20) {
            usleep(5000)
        }
    }

    private func begin() -> Int? {
        self.state.withLock { state in
            guard !state.isOver else { return nil }
            state.results.append(.unknown)
            return state.results.count - 1
        }
    }

    private func end(_ operation: Int, _ result: LedgerLoad.Result) {
        self.state.withLock { state in
            state.results[operation] = result
            guard result == .acknowledged else { return }
            let now = MonotonicTime.now
            state.longestGap = max(state.longestGap, now - state.lastAcknowledgedAt)
            state.lastAcknowledgedAt = now
        }
    }

    /// Six callers on two loops, until `finish`.
    func load(_ live: LiveDatabase) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<6 {
                group.addTask {
                    try await live.onLoop(caller % 2) { database in
                        while let operation = self.begin() {
                            let result = await LedgerLoad.perform(operation, on: database)
                            self.end(operation, result)
                            // Whoever is refused at once does not ask a thousand times.
                            if result != .acknowledged { await Self.rest(on: live.group.loops[0]) }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func rest(on loop: EventLoop) async {
        await withCheckedContinuation { continuation in
            loop.execute {
                _ = loop.schedule(at: loop.now + .milliseconds(20)) { continuation.resume() }
            }
        }
    }

    func expectIntegrity(_ live: LiveDatabase) async throws {
        let results = self.state.withLock { $0.results }
        try await live.onLoop { try await LedgerLoad.expectIntegrity(results, $0) }
    }

    /// - Parameter isNoticed: Whether some callers must have met the loss; retries may bear all of a short one.
    func expectPromise(_ what: String, isNoticed: Bool = true) {
        let state = self.state.withLock { $0 }
        let acknowledged = state.results.count { $0 == .acknowledged }
        #expect(acknowledged > 100, "\(what): too little happened to prove anything")
        #expect(!isNoticed || state.results.contains { $0 != .acknowledged }, "\(what): nobody noticed")
        #expect(state.longestGap < .seconds(10), "\(what): no commit for \(state.longestGap.seconds) s")
        #expect(MonotonicTime.now - state.lastAcknowledgedAt < .seconds(5), "\(what): work did not come back")
    }
}
