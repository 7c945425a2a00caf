import Postgres
import Testing

@testable import Commerce

@Suite("The outbox keeps the order in which things happened")
struct OutboxOrderTests {
    @Test("to every consumer of a topic, once, and what nobody takes goes")
    func consumers() async throws {
        let all: Set<OutboxTopic> = [.ticketIssued, .ticketRevoked]
        let rig = try await OutboxRig(consumers: [
            OutboxRig.writer("both", topics: all), OutboxRig.writer("revoked", topics: [.ticketRevoked]),
        ])
        try rig.add(1)
        try rig.add(2, topic: .ticketRevoked)
        try rig.add(3, topic: .concertCreated)
        try await rig.settle()
        #expect(try rig.told("ticket:1", "both") == [1, 2])
        #expect(try rig.told("ticket:1", "revoked") == [2])
        try await rig.settle()
        #expect(try rig.count("effect") == 3)
        #expect(try rig.count("outbox") == 0)
        #expect(try rig.count("outbox_delivery") == 0)
        #expect(rig.rig.metric(#"podo_outbox_told_total{consumer="both"}"#) == 2)
    }

    @Test("what was added in a transaction is told if it commits, with its time and in the words it was added")
    func added() async throws {
        let rig = try await OutboxRig()
        try await rig.rig.onLoop {
            try await rig.rig.database.transaction("test") { transaction in
                try await Outbox.add(.ticketIssued, of: "ticket:9", payload: #"{"n":9,"s":"석"}"#, in: transaction)
            }
            struct Changed: Error {}
            try? await rig.rig.database.transaction("test") { transaction in
                try await Outbox.add(.ticketIssued, of: "ticket:9", payload: #"{"n":10}"#, in: transaction)
                throw Changed()
            }
        }
        try await rig.settle()
        #expect(try rig.told("ticket:9") == [9])
        #expect(try rig.rig.sql("SELECT payload->>'s' FROM effect") == "석")
    }

    @Test("a lower number that commits later is not passed over")
    func late() async throws {
        let rig = try await OutboxRig()
        let first = try await OpenTransaction(
            rig.rig,
            first: { transaction in
                try await Outbox.add(.ticketIssued, of: "ticket:1", payload: #"{"n":1}"#, in: transaction)
            })
        try rig.add(2)
        try rig.add(3, to: "ticket:2")
        try await rig.work()
        #expect(try rig.count("effect") == 0)
        try await first.commit()
        try await rig.settle()
        #expect(try rig.told() == [1, 2])
        #expect(try rig.told("ticket:2") == [3])
    }

    @Test("an event waits for an earlier one of its aggregate, though its own transaction began before")
    func crossed() async throws {
        let rig = try await OutboxRig()
        // Between the two is a transaction that has nothing to do with them, and stays open.
        let oldest = try await OpenTransaction(
            rig.rig,
            last: { transaction in
                try await Outbox.add(.ticketIssued, of: "ticket:1", payload: #"{"n":2}"#, in: transaction)
            })
        let between = try await OpenTransaction(rig.rig)
        try rig.add(1)
        try await oldest.commit()
        try await rig.work()
        #expect(try rig.count("effect") == 0)
        try await between.commit()
        try await rig.settle()
        #expect(try rig.told() == [1, 2])
    }

    @Test("what waits for a transaction is not read again before that has ended")
    func longWrite() async throws {
        let rig = try await OutboxRig()
        let relay = rig.relay
        func spread() async throws -> OutboxRelay.Progress { try await rig.rig.onLoop { try await relay.spread() } }
        func readCount() -> Double {
            rig.rig.metric(#"podo_postgres_statement_seconds_count{statement="outbox_spread"}"#) ?? 0
        }
        let long = try await OpenTransaction(rig.rig)
        try rig.add(1, 2, 3)
        try rig.add(4)
        let before = readCount()
        for _ in 0..<100 { #expect(try await spread() == .heldBack) }
        // Transactions of other tests, for which all of it has to wait too, end meanwhile, and then it is looked at.
        #expect(readCount() - before < 50)
        try await long.commit()
        try await rig.settle()
        #expect(try rig.told() == [1, 2, 3, 4])
    }

    @Test("many events come in small batches, in order")
    func batches() async throws {
        var limits = OutboxLimits()
        limits.spreadCountMax = 7
        limits.batchCountMax = 3
        let rig = try await OutboxRig(limits: limits)
        try rig.rig.sql(
            """
            INSERT INTO outbox (topic, aggregate, payload)
            SELECT 'ticket.issued', 'ticket:' || n % 2, jsonb_build_object('n', n) FROM generate_series(1, 40) AS n
            """)
        try await rig.settle()
        #expect(try rig.told("ticket:0") == Array(stride(from: 2, through: 40, by: 2)))
        #expect(try rig.told("ticket:1") == Array(stride(from: 1, through: 39, by: 2)))
    }

    @Test("what is next is found without reading what waits behind it, however much that is")
    func backlog() async throws {
        let rig = try await OutboxRig()
        try rig.rig.sql(
            """
            INSERT INTO outbox_delivery (consumer, event_id, topic, aggregate, payload, event_at, next_try_at)
            SELECT 'writer', gen_random_uuid(), 'ticket.issued', 'ticket:' || n % 500, '{}', now(),
                CASE WHEN n = 1 THEN now() + interval '1 hour' END
            FROM generate_series(1, 5000) AS n
            """)
        let reads = PostgresStatement(
            "test_reads", "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'outbox_delivery'")
        let (aggregates, readCount) = try await rig.rig.onLoop {
            try await rig.rig.database.transaction("test") { transaction in
                let rows = try await transaction.run(OutboxStatements.take, "writer", 600, ["ticket.issued"])
                let aggregates = try rows.map { try $0.get(3, as: String.self) }
                return (aggregates, try await transaction.run(reads).single(Int64.self))
            }
        }
        // Of 601 the first waits, and what is behind it of its aggregate.
        #expect(aggregates.count == 600 && !aggregates.contains("ticket:1") && aggregates.first == "ticket:2")
        #expect((602...700).contains(readCount))
    }

    @Test("two processes tell each event once, and in order, while others make more")
    func twoRelays() async throws {
        var limits = OutboxLimits()
        limits.spreadCountMax = 20
        limits.batchCountMax = 5
        let one = try await OutboxRig(limits: limits)
        let other = try await OutboxRig(beside: one, limits: limits)
        let add = PostgresStatement(
            "test_add",
            """
            INSERT INTO outbox (topic, aggregate, payload)
            SELECT 'ticket.issued', 'ticket:' || $1::bigint, jsonb_build_object('n', $2::bigint)
            """)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for aggregate in 0..<4 {
                group.addTask {
                    for number in 0..<50 {
                        _ = try await one.rig.database.run(add, aggregate, number)
                    }
                }
            }
            for rig in [one, other] {
                group.addTask {
                    try await rig.rig.wait {
                        try await rig.work()
                        return try rig.count("effect") >= 200
                    }
                }
            }
            try await group.waitForAll()
        }
        for aggregate in 0..<4 { #expect(try one.told("ticket:\(aggregate)") == Array(0..<50)) }
        #expect(try one.count("effect") == 200)
        let shares = [one, other].compactMap { $0.rig.metric(#"podo_outbox_told_total{consumer="writer"}"#) }
        #expect(shares.reduce(0, +) == 200)
    }

    @Test("while one process tells a consumer another does not wait for it, and tells the others")
    func elsewhere() async throws {
        let gate = Gate()
        let slow = OutboxRig.writer("slow") { _, _ in await gate.pass() }
        let one = try await OutboxRig(consumers: [slow, OutboxRig.writer("quick")])
        let other = try await OutboxRig(beside: one, consumers: [slow, OutboxRig.writer("quick")])
        try one.add(1)
        try await one.read()
        let (relay, busy) = (other.relay, one.relay)
        let telling = Task { try await one.rig.onLoop { try await busy.tell(slow, countMax: 5) } }
        try await one.rig.wait { gate.waiterCount == 1 }
        #expect(try await other.rig.onLoop { try await relay.tell(slow, countMax: 5) } == .elsewhere)
        #expect(try await other.rig.onLoop { try await relay.tell(relay.consumers[1], countMax: 5) } == .idle)
        #expect(try one.told("ticket:1", "quick") == [1])
        gate.open()
        #expect(try await telling.value == .idle)
        #expect(try one.told("ticket:1", "slow") == [1])
    }
}
