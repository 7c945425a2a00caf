import Foundation
import Observability
import Primitives
import Testing

@testable import Postgres

/// The server itself is lost under load: F-01, F-03.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ServerLossTests {
    /// - Parameter lossCount: How often the server is lost, at random moments.
    private func lose(by signal: Int32, lossCount: Int) async throws -> LedgerRecord {
        let directory = try TemporaryDirectory()
        let log = Log(level: .info, memory: LogMemory())
        let cluster = try PostgresCluster.start(ClusterOptions(dataDirectory: directory.path), log: log)
        defer { cluster.stop(.immediate) }
        let live = try LiveDatabase(loopCount: 2, url: cluster.url)
        try await live.onLoop { try await LedgerLoad.prepare($0) }
        let record = LedgerRecord()
        let loser = Thread {
            var random = SystemRandomNumberGenerator()
            for _ in 0..<lossCount {
                while cluster.status.phase != .running { usleep(5000) }
                // Each loss by itself: before work has come back from one, the next proves nothing.
                record.waitForCommit()
                usleep(UInt32.random(in: 0...600_000, using: &random))
                if let victim = cluster.status.processID { kill(victim, signal) }
                while cluster.status.phase == .running { usleep(1000) }
            }
            while cluster.status.phase != .running { usleep(5000) }
            // And a while with nothing lost, in which work has to come back.
            usleep(3_000_000)
            record.finish()
        }
        loser.start()
        try await record.load(live)
        try await record.expectIntegrity(live)
        #expect(cluster.status.startCount == lossCount + 1)
        return record
    }

    @Test("F-01: a postmaster killed at random moments loses nothing that was acknowledged, and work comes back")
    func killed() async throws {
        try await self.lose(by: SIGKILL, lossCount: 6).expectPromise("SIGKILL")
    }

    @Test("F-03: a server that restarts under load interrupts commits for less than ten seconds")
    func restarted() async throws {
        try await self.lose(by: SIGINT, lossCount: 4).expectPromise("a fast restart")
    }
}
