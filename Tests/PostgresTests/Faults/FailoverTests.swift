import Foundation
import Observability
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Postgres

/// F-03 with a second server: a standby takes the place of a primary that is lost.
@Suite("Several servers", .serialized, .timeLimit(.minutes(5))) struct FailoverTests {
    private static let create = PostgresStatement("create", "CREATE TABLE seat (id int)")
    private static let insert = PostgresStatement("insert", "INSERT INTO seat VALUES ($1)")
    private static let one = PostgresStatement("one", "SELECT 1", effect: .reads)
    private static let number = PostgresStatement(
        "number", "SELECT pg_current_xact_id()::text::bigint", effect: .reads)

    private static let useNumbers =
        "DO $$ BEGIN FOR i IN 1..1000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"

    @Test("A standby that is promoted under load interrupts commits for less than ten seconds, and loses none")
    func promoted() async throws {
        // Nothing is acknowledged that the standby does not have.
        let primary = TestCluster(settings: ["synchronous_standby_names=*"])
        let standby = TestCluster(standbyOf: primary)
        let places = try [primary, standby].map { try $0.socketDirectory() }
        let live = try LiveDatabase(
            loopCount: 2, url: "postgresql:///postgres?host=\(places[0]),\(places[1])&user=podo")
        try await live.onLoop { try await LedgerLoad.prepare($0) }
        let record = LedgerRecord()
        let loser = Thread {
            usleep(1_000_000)
            do {
                try primary.perform(.kill)
                usleep(300_000)
                try standby.perform(.promote)
            } catch {
                Issue.record(error)
            }
            usleep(6_000_000)
            record.finish()
        }
        loser.start()
        try await record.load(live)
        record.expectPromise("a promoted standby", isNoticed: false)
        try await record.expectIntegrity(live)
    }

    @Test("A standby is no server; promoted it is one, and not believed about a commit of another one's")
    func otherHistory() async throws {
        let primary = TestCluster()
        let proxy = try FaultProxy(upstreamPath: try primary.socketDirectory() + "/.s.PGSQL.5432")
        defer { proxy.stop() }
        let other = TestCluster(standbyOf: primary)
        let alone = try LiveDatabase(url: try other.url())
        #expect(await failureCode { _ = try await alone.database.run(Self.one) } == .unavailable)
        #expect(alone.log.lines.contains { $0.contains("database connection failed") && $0.contains("read-only") })
        try other.perform(.promote)
        try await within(.seconds(30), "a promoted standby is taken", on: alone) {
            while await failureCode({ _ = try await alone.database.run(Self.one) }) != nil {}
        }
        // The numbers of transactions go on there as well, and mean others.
        try other.query(Self.useNumbers)
        let live = try LiveDatabase(
            url: "host=127.0.0.1,\(try other.socketDirectory()) port=\(proxy.port),5432 dbname=postgres user=podo "
                + "sslmode=disable")
        _ = try await live.database.run(Self.create)
        let numbers = TestLog<Int>()
        let code = await self.lose(.swallowRequest("transaction_commit"), proxy, live, numbers: numbers)
        #expect(proxy.swallowedCount == 1 && numbers.entries.count == 1)
        let status = try other.query("SELECT pg_xact_status('\(numbers.entries[0])'::xid8)")
        #expect(status == "committed", "the trap is not set")
        #expect(code == .commitUnknown)
        #expect(try primary.query("SELECT count(*) FROM seat") == "0")
    }

    /// Runs a transaction through `proxy`, which does `mode` to its COMMIT and then cuts everybody off.
    private func lose(
        _ mode: FaultProxy.Mode, _ proxy: FaultProxy, _ live: LiveDatabase,
        numbers: TestLog<Int> = TestLog()
    ) async -> PostgresError.Code? {
        await failureCode {
            try await live.database.transaction("insert") { transaction in
                _ = try await transaction.run(Self.insert, Int32(1))
                numbers.add(try await transaction.run(Self.number).single(Int.self))
                proxy.set(mode, then: .drop)
            }
        }
    }

    @Test("A commit whose answer is lost in a crash is not told by whoever has its number after it")
    func crash() async throws {
        // Nothing is written that no commit asks for: a number that was given out is forgotten in a crash.
        let cluster = TestCluster(settings: ["wal_writer_delay=10s"])
        let proxy = try FaultProxy(upstreamPath: try cluster.socketDirectory() + "/.s.PGSQL.5432")
        defer { proxy.stop() }
        var limits = PostgresLimits()
        limits.resolveTime = .seconds(60)
        let live = try LiveDatabase(
            limits: limits, url: "postgresql://podo@127.0.0.1:\(proxy.port)/postgres?sslmode=disable")
        _ = try await live.database.run(Self.create)
        for isCommitted in [false, true] {
            let numbers = TestLog<Int>()
            let mode =
                isCommitted
                ? FaultProxy.Mode.swallowAnswer(to: "transaction_commit", endsClient: true)
                : .swallowRequest("transaction_commit")
            let codes = TestLog<PostgresError.Code?>()
            Task(executorPreference: live.group.loops[0]) {
                codes.add(await self.lose(mode, proxy, live, numbers: numbers))
            }
            while proxy.swallowedCount == (isCommitted ? 1 : 0) { await live.rest(.milliseconds(2)) }
            // For the answer, which reaches the proxy alone.
            if isCommitted { await live.rest(.milliseconds(100)) }
            try cluster.perform(.kill)
            try cluster.perform(.start)
            try cluster.query(Self.useNumbers)
            let status = try cluster.query("SELECT pg_xact_status('\(try #require(numbers.entries.first))'::xid8)")
            #expect(status == "committed", "the trap is not set")
            proxy.set(.pass)
            #expect(await codes.waits { !$0.isEmpty })
            #expect(codes.entries == [.commitUnknown])
            #expect(try cluster.query("SELECT count(*) FROM seat") == (isCommitted ? "1" : "0"))
        }
    }

    @Test("A first host that is silent costs its own time, and the next one is taken")
    func silentHost() async throws {
        let cluster = TestCluster.shared
        let proxy = try FaultProxy(upstreamPath: try cluster.socketDirectory() + "/.s.PGSQL.5432")
        defer { proxy.stop() }
        proxy.set(.blackHole)
        var limits = PostgresLimits()
        limits.connectTime = .milliseconds(300)
        limits.interactive.acquireTime = .seconds(5)
        let url = "host=127.0.0.1,\(try cluster.socketDirectory()) port=\(proxy.port),5432 dbname=postgres user=podo"
        let live = try LiveDatabase(limits: limits, url: url)
        #expect(try await live.database.run(Self.one).single(Int.self) == 1)
        let begin = MonotonicTime.now
        let connection = try AdministrationConnection(url: url, timeMax: .seconds(2))
        #expect(try connection.run("SELECT 1") == [["1"]])
        #expect(MonotonicTime.now - begin < .seconds(2))
    }

    @Test("A session counts when something was answered over it, and not when it was let in")
    func silentSession() async throws {
        let proxy = try FaultProxy(upstreamPath: try TestCluster.shared.socketDirectory() + "/.s.PGSQL.5432")
        defer { proxy.stop() }
        proxy.set(.swallowRequest("pg_control_system"), then: .swallowRequest("pg_control_system"))
        var limits = PostgresLimits()
        limits.connectTime = .milliseconds(500)
        let live = try LiveDatabase(
            limits: limits, url: "postgresql://podo@127.0.0.1:\(proxy.port)/postgres?sslmode=disable")
        #expect(await failureCode { _ = try await live.database.run(Self.one) } == .unavailable)
        let circuit = #"podo_postgres_circuit_open{purpose="interactive"}"#
        try await within(.seconds(30), "failures without any answer are counted together", on: live) {
            while live.metric(circuit) != 1 { await live.rest(.milliseconds(5)) }
        }
        #expect(live.metric(#"podo_postgres_connects_total{purpose="interactive"}"#) == 0)
    }
}
