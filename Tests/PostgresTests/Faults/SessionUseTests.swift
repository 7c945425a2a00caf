import Glibc
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Postgres

/// Sessions that cannot be given to the next caller as they are, and callers that cannot be left with what they met.
@Suite("A session that is of no more use", .timeLimit(.minutes(5))) struct SessionUseTests {
    private static let create = PostgresStatement("create", "CREATE TABLE seat (id int)")
    private static let insert = PostgresStatement("insert", "INSERT INTO seat VALUES ($1)")
    private static let count = PostgresStatement("count", "SELECT count(*) FROM seat", effect: .reads)
    private static let star = PostgresStatement("star", "SELECT * FROM seat", effect: .reads)
    private static let widen = PostgresStatement("widen", "ALTER TABLE seat ADD COLUMN more int")
    private static let one = PostgresStatement("one", "SELECT 1", effect: .reads)
    private static let begin = PostgresStatement("begin", "BEGIN")
    private static let forget = PostgresStatement("forget", "DEALLOCATE ALL")
    private static let readOnly = PostgresStatement("read_only", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    private static let connects = #"podo_postgres_connects_total{purpose="interactive"}"#

    private static var limits: PostgresLimits {
        var limits = PostgresLimits()
        limits.interactive.connectionCountMax = 1
        limits.interactive.acquireTime = .seconds(30)
        return limits
    }

    @Test("because a transaction was left open in it is closed, and what was done in it does not count")
    func leftOpen() async throws {
        let live = try LiveDatabase(limits: Self.limits)
        _ = try await live.database.run(Self.create)
        #expect(await failureCode { _ = try await live.database.run(Self.begin) } == .protocolViolation)
        _ = try await live.database.run(Self.insert, Int32(1))
        #expect(try #require(live.metric(Self.connects)) >= 2)
        #expect(try TestCluster.shared.query("SELECT count(*) FROM seat", at: live.url) == "1")
    }

    @Test("because its COMMIT is forgotten is closed, and the transaction done again")
    func forgottenCommit() async throws {
        let live = try LiveDatabase(limits: Self.limits)
        _ = try await live.database.run(Self.create)
        try await live.database.transaction("first") { _ = try await $0.run(Self.insert, Int32(1)) }
        let runs = TestLog<Int>()
        try await live.database.transaction("second") { transaction in
            runs.add(1)
            _ = try await transaction.run(Self.insert, Int32(2))
            if runs.entries.count == 1 { _ = try await transaction.run(Self.forget) }
        }
        #expect(runs.entries.count >= 2)
        #expect(try await live.database.run(Self.count).single(Int.self) == 2)
        #expect(try #require(live.metric(Self.connects)) >= 2)
    }

    @Test("for writes is left for another one")
    func readOnly() async throws {
        let live = try LiveDatabase(limits: Self.limits)
        _ = try await live.database.run(Self.create)
        _ = try await live.database.run(Self.readOnly)
        try await live.database.transaction("insert") { _ = try await $0.run(Self.insert, Int32(1)) }
        #expect(try #require(live.metric(Self.connects)) >= 2)
        // Who asks for a transaction that only reads is told what is wrong with a write in it, and once.
        let options = PostgresTransactionOptions(isReadOnly: true)
        let code = await failureCode {
            try await live.database.transaction("insert", options: options) {
                _ = try await $0.run(Self.insert, Int32(2))
            }
        }
        #expect(code == .other(sqlState: "25006"))
    }

    @Test("as far as its prepared statements go prepares them anew, and nobody notices")
    func forgotten() async throws {
        let live = try LiveDatabase(limits: Self.limits)
        _ = try await live.database.run(Self.create)
        _ = try await live.database.run(Self.insert, Int32(1))
        #expect(try await live.database.run(Self.star).count == 1)
        _ = try await live.database.run(Self.widen)
        #expect(try await live.database.run(Self.star).count == 1)
        _ = try await live.database.run(Self.forget)
        #expect(try await live.database.run(Self.star).count == 1)
        let runs = TestLog<Int>()
        try await live.database.transaction("read") { transaction in
            runs.add(1)
            if runs.entries.count == 1 { _ = try await transaction.run(Self.forget) }
            _ = try await transaction.run(Self.star)
        }
        #expect(runs.entries.count >= 2)
    }

    @Test("A first statement that still waits when its transaction ends is not run after it")
    func lateFirst() async throws {
        let live = try LiveDatabase(limits: Self.limits)
        struct Refusal: Error {}
        _ = try await live.database.run(Self.create)
        let late = TestLog<PostgresError.Code?>()
        try await live.database.transaction("holder") { holder in
            _ = try await holder.run(Self.insert, Int32(1))
            await #expect(throws: Refusal.self) {
                try await live.database.transaction("hasty") { hasty in
                    Task(executorPreference: live.group.loops[0]) {
                        late.add(await failureCode { _ = try await hasty.run(Self.insert, Int32(2)) })
                    }
                    let waits = #"podo_postgres_waiting{purpose="interactive"}"#
                    while live.metric(waits) != 1 { await live.rest(.milliseconds(2)) }
                    throw Refusal()
                }
            }
            #expect(await late.waits { $0 == [.protocolViolation] })
        }
        #expect(try await live.database.run(Self.count).single(Int.self) == 1)
        #expect(live.metric(#"podo_postgres_connections_in_use{purpose="interactive"}"#) == 0)
    }

    @Test("What the pool itself asks takes as long as it takes, not as long as the machine runs")
    func ownTimes() async throws {
        var limits = Self.limits
        limits.interactive.pingTime = .milliseconds(50)
        let live = try LiveDatabase(limits: limits)
        struct Refusal: Error {}
        await #expect(throws: Refusal.self) {
            try await live.database.transaction("refused") { transaction in
                _ = try await transaction.run(Self.one)
                throw Refusal()
            }
        }
        for name in ["transaction_rollback", "connection_ping"] {
            let line = #"podo_postgres_statement_seconds_sum{statement="\#(name)"}"#
            let count = #"podo_postgres_statement_seconds_count{statement="\#(name)"}"#
            try await within(.seconds(10), name, on: live) {
                while live.metric(count) ?? 0 < 1 { await live.rest(.milliseconds(5)) }
            }
            // The clock of the machine began long before this test.
            #expect(try #require(live.metric(line)) < 10)
        }
    }

    @Test("A result larger than may be is refused, and what it was part of does not happen")
    func largeResult() async throws {
        var limits = Self.limits
        limits.resultByteCountMax = 100_000
        let live = try LiveDatabase(limits: limits)
        _ = try await live.database.run(Self.create)
        let large = PostgresStatement("large", "SELECT repeat('x', 200000)", effect: .reads)
        #expect(await failureCode { _ = try await live.database.run(large) } == .resultTooLarge)
        let code = await failureCode {
            try await live.database.transaction("large") { transaction in
                _ = try await transaction.run(Self.insert, Int32(1))
                _ = try await transaction.run(large)
            }
        }
        #expect(code == .resultTooLarge)
        #expect(try await live.database.run(Self.count).single(Int.self) == 0)
    }
}
