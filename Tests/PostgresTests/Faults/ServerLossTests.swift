import Foundation
import Observability
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Postgres

/// The server itself is lost under load: F-01, F-03.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ServerLossTests {
    /// What callers have met, operation by operation, and when the last commit was acknowledged.
    private final class Record: Sendable {
        struct State {
            var results: [LedgerLoad.Result] = []
            var lastAcknowledgedAt = MonotonicTime.now
            var longestGap = TimeAmount.seconds(0)
            var isOver = false
        }

        let state = Mutex(State())

        func begin() -> Int? {
            self.state.withLock { state in
                guard !state.isOver else { return nil }
                state.results.append(.unknown)
                return state.results.count - 1
            }
        }

        func end(_ operation: Int, _ result: LedgerLoad.Result) {
            self.state.withLock { state in
                state.results[operation] = result
                guard result == .acknowledged else { return }
                let now = MonotonicTime.now
                state.longestGap = max(state.longestGap, now - state.lastAcknowledgedAt)
                state.lastAcknowledgedAt = now
            }
        }
    }

    /// - Parameter lossCount: How often the server is lost, at random moments.
    private func lose(by signal: Int32, lossCount: Int) async throws -> Record {
        let directory = try TemporaryDirectory()
        let log = Log(level: .info, memory: LogMemory())
        let cluster = try PostgresCluster.start(ClusterOptions(dataDirectory: directory.path), log: log)
        defer { cluster.stop(.immediate) }
        let live = try LiveDatabase(loopCount: 2, url: cluster.url)
        try await live.onLoop { try await LedgerLoad.prepare($0) }
        let record = Record()
        let loser = Thread {
            var random = SystemRandomNumberGenerator()
            for _ in 0..<lossCount {
                while cluster.status.phase != .running { usleep(5000) }
                usleep(UInt32.random(in: 100_000...700_000, using: &random))
                if let victim = cluster.status.processID { kill(victim, signal) }
                while cluster.status.phase == .running { usleep(1000) }
            }
            while cluster.status.phase != .running { usleep(5000) }
            // And a while with nothing lost, in which work has to come back.
            usleep(3_000_000)
            record.state.withLock { $0.isOver = true }
        }
        loser.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<6 {
                group.addTask {
                    try await live.onLoop(caller % 2) { database in
                        while let operation = record.begin() {
                            let result = await LedgerLoad.perform(operation, on: database)
                            record.end(operation, result)
                            // Whoever is refused at once does not ask a thousand times.
                            if result != .acknowledged { await Self.rest(on: live.group.loops[0]) }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let results = record.state.withLock { $0.results }
        try await live.onLoop { try await LedgerLoad.expectIntegrity(results, $0) }
        #expect(cluster.status.startCount == lossCount + 1)
        return record
    }

    private static func rest(on loop: EventLoop) async {
        await withCheckedContinuation { continuation in
            loop.execute {
                _ = loop.schedule(at: loop.now + .milliseconds(20)) { continuation.resume() }
            }
        }
    }

    private func expectPromise(_ record: Record, _ what: String) {
        let state = record.state.withLock { $0 }
        let acknowledged = state.results.count { $0 == .acknowledged }
        #expect(acknowledged > 100, "\(what): too little happened to prove anything")
        #expect(state.results.contains { $0 != .acknowledged }, "\(what): nobody noticed")
        #expect(state.longestGap < .seconds(10), "\(what): no commit for \(state.longestGap.seconds) s")
        #expect(MonotonicTime.now - state.lastAcknowledgedAt < .seconds(5), "\(what): work did not come back")
    }

    @Test("F-01: a postmaster killed at random moments loses nothing that was acknowledged, and work comes back")
    func killed() async throws {
        self.expectPromise(try await self.lose(by: SIGKILL, lossCount: 6), "SIGKILL")
    }

    @Test("F-03: a server that restarts under load interrupts commits for less than ten seconds")
    func restarted() async throws {
        self.expectPromise(try await self.lose(by: SIGINT, lossCount: 4), "a fast restart")
    }
}
