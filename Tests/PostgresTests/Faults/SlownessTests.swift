import Primitives
import TestSupport
import Testing

@testable import Postgres

/// F-04 and F-05: a server that is slow, and one that is silent.
@Suite("A database that does not answer", .timeLimit(.minutes(5))) struct SlownessTests {
    private static let one = PostgresStatement("one", "SELECT 1", effect: .reads)
    private static let sleep = PostgresStatement("sleep", "SELECT pg_sleep($1)", effect: .reads)
    private static let sleepWriting = PostgresStatement("sleep_writing", "SELECT pg_sleep($1)")
    private static let sleepShort = PostgresStatement(
        "sleep_short", "SELECT pg_sleep($1)", effect: .reads, timeout: .milliseconds(50))
    private static let create = PostgresStatement("create", "CREATE TABLE seat (id int)")
    private static let lock = PostgresStatement("lock", "LOCK TABLE seat")
    private static let insert = PostgresStatement("insert", "INSERT INTO seat VALUES (1)")
    private static let count = PostgresStatement("count", "SELECT count(*) FROM seat", effect: .reads)

    private static var limits: PostgresLimits {
        var limits = PostgresLimits()
        limits.interactive.statementTime = .milliseconds(300)
        limits.interactive.acquireTime = .milliseconds(300)
        limits.interactive.waiterCountMax = 50
        limits.answerGraceTime = .milliseconds(400)
        return limits
    }

    @Test("ends a statement by its time, and the connection goes on")
    func statementTime() async throws {
        let live = try LiveDatabase(limits: Self.limits)
        #expect(try await live.database.run(Self.one).single(Int.self) == 1)
        // On the loop: other tests may hold the threads of the default executor for long.
        try await live.onLoop { database in
            for statement in [Self.sleep, Self.sleepShort] {
                let begin = MonotonicTime.now
                #expect(await failureCode { _ = try await database.run(statement, 10.0) } == .timedOut)
                #expect((MonotonicTime.now - begin).milliseconds < 3000)
            }
        }
        // The time of one statement is not that of the next.
        #expect(await failureCode { _ = try await live.database.run(Self.sleep, 0.15) } == nil)
        #expect(live.metric(#"podo_postgres_connects_total{purpose="interactive"}"#) == 1)
        try await live.database.transaction("times") { transaction in
            _ = try await transaction.run(Self.sleepShort, 0.01)
            _ = try await transaction.run(Self.sleep, 0.15)
        }
    }

    @Test("soon enough costs those behind it nothing: their time begins when it is done")
    func followers() async throws {
        var limits = Self.limits
        limits.interactive.connectionCountMax = 1
        limits.interactive.statementTime = .milliseconds(1500)
        limits.answerGraceTime = .milliseconds(200)
        let live = try LiveDatabase(limits: limits)
        #expect(try await live.database.run(Self.one).single(Int.self) == 1)
        let codes = TestLog<PostgresError.Code?>()
        let begin = MonotonicTime.now
        try await live.onLoop { database in
            await withTaskGroup { group in
                for _ in 0..<2 {
                    group.addTask { codes.add(await failureCode { _ = try await database.run(Self.sleep, 1.0) }) }
                }
            }
        }
        #expect(codes.entries == [nil, nil])
        #expect(MonotonicTime.now - begin > .milliseconds(1900), "they did not share a connection")
        #expect(live.metric(#"podo_postgres_connects_total{purpose="interactive"}"#) == 1)
        #expect(live.metric("podo_postgres_retries_total") == 0)
    }

    @Test("one after the other are not waited for without end by those behind them")
    func slowLine() async throws {
        var limits = Self.limits
        limits.interactive.connectionCountMax = 1
        limits.interactive.acquireTime = .seconds(10)
        let live = try LiveDatabase(limits: limits)
        #expect(try await live.database.run(Self.one).single(Int.self) == 1)
        let times = TestLog<Int64>()
        try await within(.seconds(20), "the end of ten slow statements", on: live) {
            try await live.onLoop { database in
                await withTaskGroup { group in
                    for _ in 0..<10 {
                        group.addTask {
                            let begin = MonotonicTime.now
                            _ = await failureCode { _ = try await database.run(Self.sleepWriting, 0.25) }
                            times.add((MonotonicTime.now - begin).milliseconds)
                        }
                    }
                }
            }
        }
        // 700 ms for each alone, and as much again for those before it; ten in a line would take 2500.
        #expect(try #require(times.entries.max()) < 2300)
    }

    @Test("behind a lock refuses at once who cannot wait, answers the rest in time, and goes on after it")
    func pileUp() async throws {
        let url = try TestCluster.shared.database()
        let live = try LiveDatabase(limits: Self.limits, url: url)
        // However slow this machine is, the lock is held.
        var patient = PostgresLimits()
        patient.idleInTransactionTime = .seconds(120)
        let locker = try LiveDatabase(limits: patient, url: url)
        _ = try await live.database.run(Self.create)
        let codes = TestLog<(PostgresError.Code?, Int64)>()
        try await locker.database.transaction("lock") { transaction in
            _ = try await transaction.run(Self.lock)
            try await live.onLoop { database in
                await withTaskGroup { group in
                    for _ in 0..<200 {
                        group.addTask {
                            let begin = MonotonicTime.now
                            let code = await failureCode { _ = try await database.run(Self.insert) }
                            codes.add((code, (MonotonicTime.now - begin).milliseconds))
                        }
                    }
                }
            }
        }
        #expect(codes.entries.count == 200)
        let overloaded = codes.entries.filter { $0.0 == .overloaded }
        #expect(overloaded.count >= 70)
        #expect(codes.entries.allSatisfy { $0.0 != nil })
        // Wait for a connection, time of the statement, grace; and some for a busy machine.
        #expect(codes.entries.allSatisfy { $0.1 < 3000 })
        #expect(await failureCode { _ = try await live.database.run(Self.insert) } == nil)
        // None of those that were told to have failed for sure has happened.
        let unknownCount = codes.entries.count { $0.0 == .commitUnknown }
        #expect(try await live.database.run(Self.count).single(Int.self) <= 1 + unknownCount)
    }

    @Test("or whose network is slow still answers everybody", arguments: [20])
    func delay(milliseconds: Int32) async throws {
        let faulty = try FaultyDatabase()
        #expect(try await faulty.live.database.run(Self.one).single(Int.self) == 1)
        faulty.proxy.set(.delay(milliseconds: milliseconds))
        await withTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    #expect(await failureCode { _ = try await faulty.live.database.run(Self.one) } == nil)
                }
            }
        }
    }

    @Test("because its network swallows everything is given up within five seconds, and found again")
    func blackHole() async throws {
        let faulty = try FaultyDatabase()
        #expect(try await faulty.live.database.run(Self.one).single(Int.self) == 1)
        faulty.proxy.set(.blackHole)
        let begin = MonotonicTime.now
        try await within(.seconds(30), "a statement that nobody answers is given up by Podo itself", on: faulty.live) {
            try await faulty.live.onLoop { database in
                let code = await failureCode { _ = try await database.run(Self.one) }
                #expect(code == .timedOut)
                #expect((MonotonicTime.now - begin).milliseconds < 5000)
                // Attempts to connect are swallowed as well.
                let second = MonotonicTime.now
                let refused = await failureCode { _ = try await database.run(Self.one) }
                #expect(refused == .unavailable || refused == .overloaded)
                #expect((MonotonicTime.now - second).milliseconds < 3000)
            }
        }
        faulty.proxy.set(.pass)
        var isBack = false
        while !isBack, (MonotonicTime.now - begin).milliseconds < 60_000 {
            isBack = await failureCode { _ = try await faulty.live.database.run(Self.one) } == nil
        }
        #expect(isBack)
    }

    @Test("because connections are cut is found again")
    func drop() async throws {
        let faulty = try FaultyDatabase()
        #expect(try await faulty.live.database.run(Self.one).single(Int.self) == 1)
        faulty.proxy.set(.drop)
        var code: PostgresError.Code?
        let begin = MonotonicTime.now
        while code == nil, (MonotonicTime.now - begin).milliseconds < 5000 {
            code = await failureCode { _ = try await faulty.live.database.run(Self.one) }
        }
        #expect(code == .unavailable)
        faulty.proxy.set(.pass)
        while code != nil, (MonotonicTime.now - begin).milliseconds < 60_000 {
            code = await failureCode { _ = try await faulty.live.database.run(Self.one) }
        }
        #expect(code == nil)
    }
}
