import Primitives
import TestSupport
import Testing

@testable import Postgres

/// F-09 and F-10: transactions in each other's way, and more connections than the server has.
@Suite("Conflicts and crowds", .timeLimit(.minutes(5))) struct ConflictTests {
    private static let create = PostgresStatement("create", "CREATE TABLE seat (id int PRIMARY KEY, holder int)")
    private static let fill = PostgresStatement("fill", "INSERT INTO seat VALUES (1, 0), (2, 0)")
    private static let hold = PostgresStatement("hold", "UPDATE seat SET holder = holder + 1 WHERE id = $1")
    private static let sum = PostgresStatement("sum", "SELECT sum(holder) FROM seat", effect: .reads)
    private static let free = PostgresStatement("free", "SELECT id FROM seat FOR UPDATE SKIP LOCKED")
    private static let createFailure = PostgresStatement(
        "create_failure",
        """
        CREATE FUNCTION fail() RETURNS int LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'serialization_failure'; END $$
        """)
    private static let fail = PostgresStatement("fail", "SELECT fail()")
    private static let one = PostgresStatement("one", "SELECT 1", effect: .reads)

    @Test("Two transactions that lock in opposite order are both done in the end")
    func deadlock() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.create)
        _ = try await live.database.run(Self.fill)
        let holders = TestLog<Int32>()
        await withTaskGroup { group in
            for (first, second) in [(Int32(1), Int32(2)), (2, 1)] {
                group.addTask {
                    let code = await failureCode {
                        try await live.database.transaction("hold") { transaction in
                            _ = try await transaction.run(Self.hold, first)
                            holders.add(first)
                            // The first time each waits until both have what the other wants next.
                            await holders.waits { $0.contains(1) && $0.contains(2) }
                            _ = try await transaction.run(Self.hold, second)
                        }
                    }
                    #expect(code == nil)
                }
            }
        }
        #expect(try await live.database.run(Self.sum).single(Int.self) == 4)
        #expect(holders.entries.count >= 3)
        #expect(try #require(live.metric("podo_postgres_retries_total")) >= 1)
        #expect(try #require(live.metric(#"podo_postgres_failures_total{class="conflict"}"#)) >= 1)
    }

    @Test("Whoever hears that a transaction was given up finds free what it had locked")
    func rollBack() async throws {
        struct Refusal: Error {}
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.create)
        _ = try await live.database.run(Self.fill)
        for _ in 0..<200 {
            await #expect(throws: Refusal.self) {
                try await live.database.transaction("refused") { transaction in
                    _ = try await transaction.run(Self.hold, Int32(1))
                    throw Refusal()
                }
            }
            let rows = try await live.database.run(Self.free)
            #expect(rows.count == 2)
        }
    }

    @Test("Serializable transactions that cannot be put in an order are done again")
    func serialization() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.create)
        _ = try await live.database.run(Self.fill)
        let runs = TestLog<Int>()
        let options = PostgresTransactionOptions(isolation: .repeatableRead)
        try await live.database.transaction("outer", options: options) { transaction in
            runs.add(1)
            _ = try await transaction.run(Self.sum)
            if runs.entries.count == 1 { _ = try await live.database.run(Self.hold, Int32(1)) }
            _ = try await transaction.run(Self.hold, Int32(1))
        }
        #expect(runs.entries.count == 2)
        #expect(try await live.database.run(Self.sum).single(Int.self) == 2)
    }

    @Test("A conflict that stays is given up after three times, or the first where that is asked")
    func endlessConflict() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.createFailure)
        for retries in [true, false] {
            let runs = TestLog<Int>()
            let code = await failureCode {
                try await live.database.transaction("fail", retriesConflicts: retries) { transaction in
                    runs.add(1)
                    _ = try await transaction.run(Self.fail)
                }
            }
            #expect(code == .conflict)
            #expect(runs.entries.count == (retries ? 3 : 1))
        }
    }

    @Test("With fewer connections than it may have the pool goes on, and who gets none is refused soon")
    func tooManyConnections() async throws {
        let cluster = TestCluster(settings: ["max_connections=10"])
        var limits = PostgresLimits()
        limits.interactive.connectionCountMax = 14
        limits.interactive.connectionCountMin = 14
        var crowd: LiveDatabase? = try LiveDatabase(limits: limits, url: cluster.url())
        let failures = #"podo_postgres_connect_failures_total{purpose="interactive"}"#
        while try #require(crowd?.metric(failures)) < 3 {
            #expect(try await crowd?.database.run(Self.one).single(Int.self) == 1)
        }
        #expect(crowd?.metric(#"podo_postgres_circuit_open{purpose="interactive"}"#) == 0)

        let late = try LiveDatabase(url: cluster.url())
        let begin = MonotonicTime.now
        try await late.onLoop { database in
            let code = await failureCode { _ = try await database.run(Self.one) }
            #expect(code == .unavailable)
            #expect((MonotonicTime.now - begin).milliseconds < 4000)
        }
        crowd?.database.stop()
        crowd = nil
        var isServed = false
        while !isServed, (MonotonicTime.now - begin).milliseconds < 30_000 {
            isServed = await failureCode { _ = try await late.database.run(Self.one) } == nil
        }
        #expect(isServed)
    }
}
