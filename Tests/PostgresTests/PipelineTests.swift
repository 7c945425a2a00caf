import Glibc
import Primitives
import Reactor
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("Statements that share a connection", .timeLimit(.minutes(5))) struct PipelineTests {
    private static let create = PostgresStatement(
        "create", "CREATE TABLE seat (id int PRIMARY KEY, twin int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    private static let insert = PostgresStatement("insert", "INSERT INTO seat VALUES ($1, $2)")
    private static let count = PostgresStatement("count", "SELECT count(*) FROM seat", effect: .reads)
    private static let add = PostgresStatement("add", "SELECT $1 + 1", effect: .reads)
    private static let actor = PostgresStatement("actor", "SELECT current_setting('podo.actor', true)", effect: .reads)
    private static let star = PostgresStatement("star", "SELECT * FROM seat", effect: .reads)
    private static let widen = PostgresStatement("widen", "ALTER TABLE seat ADD COLUMN more int")
    private static let sleep = PostgresStatement("sleep", "SELECT pg_sleep($1)", effect: .reads)
    private static let text = PostgresStatement("text", "SELECT repeat($1, 2)", effect: .reads)

    private static func limits(connectionCountMax: Int) -> PostgresLimits {
        var limits = PostgresLimits()
        limits.interactive.connectionCountMax = connectionCountMax
        return limits
    }

    @Test("each get their own answer, and one that fails does no harm to its neighbours", arguments: [1, 2])
    func neighbours(connectionCount: Int) async throws {
        let live = try LiveDatabase(limits: Self.limits(connectionCountMax: connectionCount))
        try await live.onLoop { database in
            _ = try await database.run(Self.create)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let code = await failureCode {
                            _ = try await database.run(Self.insert, Int32(number / 2), Int32(number))
                        }
                        #expect(code == nil || code == .uniqueViolation(constraint: "seat_pkey"))
                        let sum = try await database.run(Self.add, number).single(Int.self)
                        #expect(sum == number + 1)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.run(Self.count).single(Int.self) == 250)
        }
        #expect(live.metric(#"podo_postgres_failures_total{class="unique-violation"}"#) == 250)
    }

    @Test("from several loops and from none all come back")
    func loops() async throws {
        let live = try LiveDatabase(loopCount: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let sum =
                        number % 3 < 2
                        ? try await live.onLoop(number % 3) { try await $0.run(Self.add, number).single(Int.self) }
                        : try await live.database.run(Self.add, number).single(Int.self)
                    #expect(sum == number + 1)
                }
            }
            try await group.waitForAll()
        }
        #expect(try #require(live.metric(#"podo_postgres_connections{purpose="interactive"}"#)) <= 4)
    }

    @Test("may fail where they commit")
    func deferredConstraint() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.create)
        _ = try await live.database.run(Self.insert, Int32(1), Int32(1))
        let alone = await failureCode { _ = try await live.database.run(Self.insert, Int32(2), Int32(1)) }
        #expect(alone == .uniqueViolation(constraint: "seat_twin_key"))
        let together = await failureCode {
            try await live.database.transaction("insert") { _ = try await $0.run(Self.insert, Int32(2), Int32(1)) }
        }
        #expect(together == .uniqueViolation(constraint: "seat_twin_key"))
        #expect(try await live.database.run(Self.count).single(Int.self) == 1)
        #expect(live.metric(#"podo_postgres_connects_total{purpose="interactive"}"#) == 1)
    }

    @Test("take parameters of several types, one after the other")
    func signatures() async throws {
        let live = try LiveDatabase()
        for _ in 0..<2 {
            #expect(try await live.database.run(Self.add, 1).single(Int.self) == 2)
            #expect(try await live.database.run(Self.add, Int32(1)).single(Int.self) == 2)
            #expect(try await live.database.run(Self.add, 1.5).single(Double.self) == 2.5)
        }
    }

    @Test("are prepared anew when the schema has changed under them")
    func changedSchema() async throws {
        let live = try LiveDatabase(limits: Self.limits(connectionCountMax: 1))
        _ = try await live.database.run(Self.create)
        #expect(try await live.database.run(Self.star).isEmpty)
        _ = try await live.database.run(Self.widen)
        #expect(try await live.database.run(Self.star).isEmpty)
    }

    @Test("say who acts within a transaction, and not after it")
    func actors() async throws {
        let live = try LiveDatabase(limits: Self.limits(connectionCountMax: 1))
        let inside = try await live.database.transaction("act", actor: "member:7") {
            try await $0.run(Self.actor).single(String?.self)
        }
        #expect(inside == "member:7")
        let after = try await live.database.run(Self.actor).single(String?.self)
        #expect(after == nil || after == "")
    }

    @Test("and whose answers libpq reads while the socket takes no more are told at once")
    func answersReadByFlush() async throws {
        let live = try LiveDatabase(limits: Self.limits(connectionCountMax: 1))
        _ = try await live.database.run(Self.add, 1)
        let begin = Mutex(MonotonicTime.now)
        let database = live.database
        let outcome = await withUnsafeContinuation { continuation in
            live.group.loops[0].execute {
                let pool = database.pool(.interactive)
                pool.submit(
                    PostgresRequest(.autocommit, Self.add, PostgresParameters([1]), continuation: continuation))
                pool.submit(PostgresRequest(.autocommit, Self.sleep, PostgresParameters([5.0])))
                // When the first answer lies in the socket the server sleeps, and does not read what comes next.
                var answer = pollfd(
                    fd: pool.connections[0]?.descriptor ?? -1, events: CShort(POLLIN), revents: 0)
                let hasCome = poll(&answer, 1, 5000) == 1
                begin.withLock { $0 = hasCome ? .now : MonotonicTime(nanoseconds: 0) }
                let text = String(repeating: "x", count: 3_000_000)
                pool.submit(PostgresRequest(.autocommit, Self.text, PostgresParameters([text])))
            }
        }
        guard case .done = outcome else {
            Issue.record("the statement failed")
            return
        }
        // Long before the server wakes up; how long a busy machine takes is not the question.
        #expect(MonotonicTime.now - begin.withLock { $0 } < .seconds(4))
    }

    @Test("larger than a socket takes at once go and come whole")
    func large() async throws {
        let live = try LiveDatabase()
        try await live.onLoop { database in
            await withTaskGroup { group in
                for size in [1_000_000, 3_000_000, 100] {
                    group.addTask {
                        let text = String(repeating: "x", count: size)
                        // No answer is a wrong answer, too.
                        let answer = try? await database.run(Self.text, text).single(String.self)
                        #expect(answer?.utf8.count == 2 * size)
                    }
                }
            }
        }
        let tooLarge = await failureCode {
            _ = try await live.database.run(Self.text, String(repeating: "x", count: 16 * 1024 * 1024 + 1))
        }
        #expect(tooLarge == .tooLarge)
    }

    @Test("are refused after the database was stopped")
    func stopped() async throws {
        let live = try LiveDatabase()
        #expect(try await live.database.run(Self.add, 1).single(Int.self) == 2)
        live.database.stop()
        #expect(await failureCode { _ = try await live.database.run(Self.add, 1) } == .unavailable)
    }
}
