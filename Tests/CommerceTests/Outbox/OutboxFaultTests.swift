import Observability
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Commerce

/// A step at which the server ends the relay's session, once.
enum DeathStep: String, CaseIterable {
    case readingOutbox = "BEFORE DELETE ON outbox FOR EACH ROW"
    case makingDelivery = "BEFORE INSERT ON outbox_delivery FOR EACH ROW"
    case noting = "BEFORE INSERT ON inbox FOR EACH ROW"
    case effect = "BEFORE INSERT ON effect FOR EACH ROW"
    case deliveryDone = "BEFORE DELETE ON outbox_delivery FOR EACH ROW"
    case committingDelivery = "AFTER INSERT ON outbox_delivery DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    case committingEffect = "AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
}

@Suite("The outbox loses nothing and does nothing twice")
struct OutboxFaultTests {
    private static func quick() -> OutboxLimits {
        var limits = OutboxLimits()
        limits.retryTime = .milliseconds(1)
        limits.retryTimeMax = .milliseconds(2)
        limits.attemptCountMax = 3
        return limits
    }

    @Test("when its session dies at any step", arguments: DeathStep.allCases)
    func death(_ step: DeathStep) async throws {
        let rig = try await OutboxRig()
        // A sequence goes on though the transaction is taken back: the third time is survived.
        let kind = step.rawValue.contains("DEFERRABLE") ? "CONSTRAINT TRIGGER" : "TRIGGER"
        try rig.rig.sql(
            """
            CREATE SEQUENCE deaths;
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('deaths') IN (2, 3) THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                RETURN coalesce(NEW, OLD);
            END $$;
            CREATE \(kind) die \(step.rawValue) EXECUTE FUNCTION die();
            """)
        try rig.add(1, 2, 3)
        try rig.add(4, 5, to: "ticket:2")
        try await rig.rig.wait {
            // A round may fail as a whole: the next one goes on.
            try? await rig.work()
            return try rig.count("effect") >= 5 && rig.count("outbox_delivery") == 0
        }
        #expect(try rig.told() == [1, 2, 3])
        #expect(try rig.told("ticket:2") == [4, 5])
        #expect(try rig.count("effect") == 5)
        #expect(try rig.count("outbox") == 0)
        #expect((Int(try rig.rig.sql("SELECT last_value FROM deaths")) ?? 0) > 3)
    }

    @Test("when an event is delivered a second time")
    func again() async throws {
        let rig = try await OutboxRig()
        try rig.add(1)
        let (relay, base) = (rig.relay, rig.rig)
        try await rig.read()
        try base.sql(
            """
            INSERT INTO outbox_delivery (consumer, event_id, topic, aggregate, payload, event_at)
            SELECT consumer, event_id, topic, aggregate, payload, event_at FROM outbox_delivery
            """)
        try await rig.settle()
        #expect(try rig.told() == [1])
        #expect(try rig.count("outbox_delivery") == 0)
        try base.sql("UPDATE inbox SET at = now() - interval '8 days'")
        try await base.onLoop { try await relay.sweep() }
        #expect(try rig.count("inbox") == 0)
    }

    @Test("a poison event is parked, holds back its aggregate alone, and is told in order when it is mended")
    func poison() async throws {
        let isMended = Mutex(false)
        struct Poison: Error {}
        let rig = try await OutboxRig(
            limits: Self.quick(),
            consumers: [
                OutboxRig.writer("writer") { event, _ in
                    if event.payload.contains(" 2}"), !isMended.withLock({ $0 }) { throw Poison() }
                }, OutboxRig.writer("other"),
            ])
        let (relay, base) = (rig.relay, rig.rig)
        try rig.add(1, 2, 3)
        try rig.add(4, 5, to: "ticket:2")
        try await base.wait {
            try await rig.work()
            return try base.sql("SELECT count(*) FROM outbox_delivery WHERE parked_at IS NOT NULL") == "1"
        }
        try rig.add(6)
        try rig.add(7, to: "ticket:2")
        try await rig.settle()
        #expect(try rig.told() == [1])
        #expect(try rig.told("ticket:2") == [4, 5, 7])
        #expect(try rig.told("ticket:1", "other") == [1, 2, 3, 6])
        let failures = #"podo_outbox_failures_total{consumer="writer"}"#
        #expect(base.metric(failures) == 3)
        #expect(base.logMemory.lines.filter { $0.contains("event not told") }.count == 2)
        #expect(base.logMemory.lines.filter { $0.contains("event parked") }.count == 1)
        try await base.onLoop { try await relay.measure() }
        #expect(base.metric(#"podo_outbox_parked{consumer="writer"}"#) == 1)
        #expect(base.metric(#"podo_outbox_waiting{consumer="writer"}"#) == 3)
        #expect(base.metric(#"podo_outbox_parked{consumer="other"}"#) == 0)
        #expect((base.metric(#"podo_outbox_lag_seconds{consumer="writer"}"#) ?? 0) > 0)

        isMended.withLock { $0 = true }
        #expect(try await base.onLoop { try await relay.unpark("writer") } == 1)
        try await rig.settle()
        #expect(try rig.told() == [1, 2, 3, 6])
        try await base.onLoop { try await relay.measure() }
        #expect(base.metric(#"podo_outbox_parked{consumer="writer"}"#) == 0)
    }

    @Test("a parked event is tried again after its hour, and parked again if it fails")
    func parkedAgain() async throws {
        struct Poison: Error {}
        let rig = try await OutboxRig(
            limits: Self.quick(), consumers: [OutboxRig.writer("writer") { _, _ in throw Poison() }])
        try rig.add(1)
        func attempts() throws -> String {
            try rig.rig.sql("SELECT attempts FROM outbox_delivery WHERE parked_at IS NOT NULL")
        }
        try await rig.rig.wait {
            try await rig.work()
            return try attempts() == "3"
        }
        try await rig.settle()
        #expect(try attempts() == "3")
        try rig.rig.sql("UPDATE outbox_delivery SET next_try_at = next_try_at - interval '1 hour'")
        try await rig.settle()
        #expect(try attempts() == "4")
        #expect(try rig.rig.sql("SELECT next_try_at > now() + interval '59 minutes' FROM outbox_delivery") == "t")
    }

    @Test("a consumer that swallows an error of the database is found out, and the right event is parked")
    func swallowed() async throws {
        let wrong = PostgresStatement("test_wrong", "SELECT 1 / 0")
        let rig = try await OutboxRig(
            limits: Self.quick(),
            consumers: [
                OutboxConsumer("writer", topics: [.ticketIssued]) { event, transaction in
                    if event.payload.contains(" 2}") {
                        _ = try? await transaction.run(wrong)
                        return
                    }
                    _ = try await transaction.run(OutboxRig.keep, "writer", event.aggregate, event.payload)
                }
            ])
        try rig.add(1)
        try rig.add(2, to: "ticket:2")
        try await rig.rig.wait {
            try await rig.work()
            return try rig.rig.sql("SELECT aggregate FROM outbox_delivery WHERE parked_at IS NOT NULL") == "ticket:2"
        }
        #expect(try rig.told() == [1])
        #expect(try rig.count("outbox_delivery") == 1)
    }

    @Test("trouble of the database is no failure of an event")
    func trouble() async throws {
        let rig = try await OutboxRig(
            limits: Self.quick(),
            consumers: [OutboxRig.writer("writer") { _, _ in throw PostgresError(.diskFull) }])
        try rig.add(1)
        try await rig.read()
        for _ in 0..<5 {
            await #expect(throws: PostgresError.self) { try await rig.work() }
        }
        #expect(try rig.rig.sql("SELECT attempts FROM outbox_delivery") == "0")
    }

    @Test("events of a topic that only a newer Podo knows wait for it, and nothing else but what is behind them")
    func newer() async throws {
        let rig = try await OutboxRig(limits: Self.quick())
        try rig.rig.sql("UPDATE outbox_consumer SET topics = topics || '{seat.painted}'")
        try rig.add(1)
        try rig.rig.sql("INSERT INTO outbox (topic, aggregate) VALUES ('seat.painted', 'ticket:1')")
        try rig.add(2)
        try rig.add(3, to: "ticket:2")
        try await rig.settle()
        #expect(try rig.told() == [1])
        #expect(try rig.told("ticket:2") == [3])
        #expect(try rig.rig.sql("SELECT string_agg(attempts::text, ' ') FROM outbox_delivery") == "0 0")
        // The newer one has told it.
        try rig.rig.sql("DELETE FROM outbox_delivery WHERE topic = 'seat.painted'")
        try await rig.work()
        #expect(try rig.told() == [1, 2])
    }

    @Test("nothing is kept for a consumer that has been gone for long")
    func gone() async throws {
        let rig = try await OutboxRig()
        try rig.rig.sql(
            """
            INSERT INTO outbox_consumer VALUES ('old', '{ticket.issued}', now() - interval '25 hours'),
                ('young', '{ticket.issued}', now() - interval '23 hours')
            """)
        try rig.add(1)
        try await rig.settle()
        #expect(try rig.rig.sql("SELECT string_agg(consumer, ',') FROM outbox_delivery") == "young")
    }
}
