import Primitives
import TestSupport
import Testing

@testable import Postgres

/// F-02 of the faults that Podo promises to bear.
@Suite("Backends that are terminated", .timeLimit(.minutes(5))) struct TerminationTests {
    private static let sleep = PostgresStatement("sleep", "SELECT pg_sleep(0.04)", effect: .reads)
    private static let terminate = PostgresStatement(
        "terminate",
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND application_name = 'podo interactive' ORDER BY random() LIMIT 1
        """, effect: .reads)

    @Test("at random cost single operations at most: none is lost, doubled or halved, and the pool goes on")
    func random() async throws {
        let url = try TestCluster.shared.database()
        let live = try LiveDatabase(loopCount: 2, url: url)
        let killer = try LiveDatabase(url: url)
        try await LedgerLoad.prepare(live.database)
        let killing = Task {
            var count = 0
            while !Task.isCancelled {
                count += try await killer.database.run(Self.terminate).count
                _ = try await killer.database.run(Self.sleep)
            }
            return count
        }
        let results = await LedgerLoad.run(live.database, callerCount: 8, operationCount: 100)
        killing.cancel()
        let killCount = try await killing.value
        #expect(killCount > 5)
        try await LedgerLoad.expectIntegrity(results, live.database)
        // Retries bear nearly all of it.
        #expect(results.count { $0 == .acknowledged } > results.count * 9 / 10)
        #expect(!results.contains(.unknown))
        let after = await LedgerLoad.perform(100_000, on: live.database)
        #expect(after == .acknowledged)
        #expect(try #require(live.metric("podo_postgres_retries_total")) > 0)
    }

    @Test("in the middle of a transaction have it begun again, or fail it when it may not be")
    func transaction() async throws {
        let url = try TestCluster.shared.database()
        var limits = PostgresLimits()
        limits.interactive.connectionCountMax = 1
        let live = try LiveDatabase(limits: limits, url: url)
        let killer = try LiveDatabase(limits: limits, url: url)
        try await LedgerLoad.prepare(live.database)
        let note = PostgresStatement("note", "INSERT INTO journal VALUES ($1, 1)")
        for retries in [true, false] {
            let runs = TestLog<Int>()
            let connects = #"podo_postgres_connects_total{purpose="interactive"}"#
            let before = try #require(live.metric(connects))
            let code = await failureCode {
                try await live.database.transaction("note", retriesConflicts: retries) { transaction in
                    _ = try await transaction.run(note, retries ? 1 : 2)
                    runs.add(1)
                    if runs.entries.count == 1 { _ = try await killer.database.run(Self.terminate) }
                    _ = try await transaction.run(note, retries ? 3 : 4)
                }
            }
            #expect(code == (retries ? nil : .unavailable))
            // A busy machine may lose more than the session that was ended; without a loss nothing is run again.
            let lostCount = try #require(live.metric(connects)) - before
            let repeatCount = runs.entries.count - 1
            #expect(retries ? repeatCount >= 1 && Double(repeatCount) <= lostCount : repeatCount == 0)
        }
        let count = PostgresStatement("count", "SELECT count(*) FROM journal", effect: .reads)
        #expect(try await live.database.run(count).single(Int.self) == 2)
    }
}
