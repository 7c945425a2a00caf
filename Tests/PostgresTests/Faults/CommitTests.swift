import Primitives
import TestSupport
import Testing

@testable import Postgres

/// F-06: COMMIT is sent, and its answer is lost.
@Suite("A commit whose answer is lost", .timeLimit(.minutes(5))) struct CommitTests {
    private static let create = PostgresStatement("create", "CREATE TABLE seat (id int PRIMARY KEY)")
    private static let insert = PostgresStatement("insert", "INSERT INTO seat VALUES ($1)")
    private static let count = PostgresStatement("count", "SELECT count(*) FROM seat", effect: .reads)

    private static var limits: PostgresLimits {
        var limits = PostgresLimits()
        limits.interactive.statementTime = .milliseconds(500)
        limits.answerGraceTime = .milliseconds(500)
        limits.resolveTime = .seconds(5)
        // The server itself ends no session that only thinks while a test runs: Podo has to.
        limits.idleInTransactionTime = .seconds(60)
        return limits
    }

    /// Inserts a row while the proxy does `mode` to its COMMIT; how often the body ran, and what the caller was told.
    private func insert(
        _ mode: FaultProxy.Mode, _ faulty: FaultyDatabase, retries: Bool = true
    ) async throws -> (runCount: Int, code: PostgresError.Code?) {
        _ = try await faulty.direct.database.run(Self.create)
        let runs = TestLog<Int>()
        let code = await failureCode {
            try await faulty.live.database.transaction("insert", retriesConflicts: retries) { transaction in
                runs.add(1)
                _ = try await transaction.run(Self.insert, Int32(1))
                if runs.entries.count == 1 { faulty.proxy.set(mode) }
            }
        }
        #expect(faulty.proxy.swallowedCount == 1)
        return (runs.entries.count, code)
    }

    private func rowCount(_ faulty: FaultyDatabase) async throws -> Int {
        try await faulty.direct.database.run(Self.count).single(Int.self)
    }

    @Test("after the server has committed is found to have happened", arguments: [true, false])
    func committed(endsClient: Bool) async throws {
        let faulty = try FaultyDatabase(limits: Self.limits)
        let (runCount, code) = try await self.insert(
            .swallowAnswer(to: "transaction_commit", endsClient: endsClient), faulty)
        #expect(code == nil)
        #expect(runCount == 1)
        #expect(try await self.rowCount(faulty) == 1)
        #expect(faulty.live.metric(#"podo_postgres_resolved_commits_total{outcome="committed"}"#) == 1)
    }

    @Test("because the server never got it is found not to have happened, and done again where that is allowed")
    func lost() async throws {
        for retries in [true, false] {
            let faulty = try FaultyDatabase(limits: Self.limits)
            let (runCount, code) = try await self.insert(
                .swallowRequest("transaction_commit"), faulty, retries: retries)
            #expect(code == (retries ? nil : .unavailable))
            #expect(runCount == (retries ? 2 : 1))
            #expect(try await self.rowCount(faulty) == (retries ? 1 : 0))
            #expect(faulty.live.metric(#"podo_postgres_resolved_commits_total{outcome="aborted"}"#) == 1)
        }
    }

    @Test("with the server out of reach is told to be unknown, neither done again nor called a failure")
    func unknown() async throws {
        var limits = Self.limits
        limits.resolveTime = .milliseconds(300)
        let faulty = try FaultyDatabase(limits: limits)
        _ = try await faulty.direct.database.run(Self.create)
        let runs = TestLog<Int>()
        let code = await failureCode {
            try await faulty.live.database.transaction("insert") { transaction in
                runs.add(1)
                _ = try await transaction.run(Self.insert, Int32(1))
                faulty.proxy.set(.swallowAnswer(to: "transaction_commit", endsClient: true), then: .drop)
            }
        }
        #expect(code == .commitUnknown)
        #expect(runs.entries.count == 1)
        #expect(try await self.rowCount(faulty) == 1)
        #expect(faulty.live.metric(#"podo_postgres_resolved_commits_total{outcome="unknown"}"#) == 1)
    }

    @Test("of a statement that commits by itself is told to be unknown, and a read is asked again")
    func autocommit() async throws {
        let faulty = try FaultyDatabase(limits: Self.limits)
        _ = try await faulty.direct.database.run(Self.create)
        _ = try await faulty.live.database.run(Self.count)
        faulty.proxy.set(.swallowAnswer(to: "INSERT INTO seat", endsClient: true))
        let code = await failureCode { _ = try await faulty.live.database.run(Self.insert, Int32(1)) }
        #expect(code == .commitUnknown)
        #expect(try await self.rowCount(faulty) == 1)
        // Whatever is named by the statement prepared above.
        faulty.proxy.set(.swallowAnswer(to: "count.", endsClient: true))
        #expect(try await faulty.live.database.run(Self.count).single(Int.self) == 1)
        #expect(faulty.proxy.swallowedCount == 2)
    }
}
