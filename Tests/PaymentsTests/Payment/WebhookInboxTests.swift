import HTTPServer
import Postgres
import Primitives
import Testing

@testable import Payments

@Suite("A webhook", .timeLimit(.minutes(5)))
struct WebhookInboxTests {
    private static func receive(_ rig: PaymentRig, _ body: String) async -> String? {
        await PaymentFlowTests.code {
            try await rig.webhooks.receive("scripted", HTTPFields(), Array(body.utf8), at: .now)
        }
    }

    @Test("is stored once, and makes us read what the company's books say, not what it says")
    func hint() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostAfter)
        _ = try await rig.confirm(payment)
        for _ in 0..<5 { #expect(await Self.receive(rig, "\(payment.orderID) e1 signed") == nil) }
        #expect(try rig.sql("SELECT count(*), bool_and(is_signed) FROM webhook_inbox") == "1|t")
        #expect(try await rig.webhooks.work() == false)
        #expect(try await rig.row(payment).state == .completed)
        #expect(try rig.sql("SELECT outcome FROM webhook_inbox") == "read")
        #expect(rig.metric(#"podo_payments_webhooks_total{outcome="twin"}"#) == 4)
        try await rig.checkBooks()
    }

    @Test("that says of a payment what we know is done with; of one that is being asked for it is followed later")
    func known() async throws {
        let rig = try PaymentRig()
        let paid = try await rig.paid()
        #expect(await Self.receive(rig, "\(paid.orderID) e1 paid") == nil)
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "0")
        let asked = try await rig.begun()
        _ = try await rig.payments.claim(
            asked.id, of: PaymentRig.member, providerKey: "key-\(asked.orderID)", amount: nil)
        #expect(await Self.receive(rig, "\(asked.orderID) e2 paid") == nil)
        #expect(try rig.sql("SELECT next_try_at > now() + interval '1 second' FROM webhook_inbox") == "t")
        // The answer has come meanwhile: nothing is read.
        rig.gateway.put(asked, .paid)
        _ = try await rig.payments.settle(asked.id, reading: await rig.gateway.fetch(asked.key))
        try rig.makeDue()
        rig.gateway.change { $0.isSilent = true }
        #expect(try await rig.webhooks.work() == false)
        #expect(try rig.sql("SELECT outcome, attempts FROM webhook_inbox") == "known|0")
        #expect(rig.metric(#"podo_payments_webhooks_total{outcome="known"}"#) == 2)
        // Of one whose answer was lost it is not believed, but read.
        rig.gateway.change { $0.isSilent = false }
        let lost = try await rig.begun()
        rig.gateway.confirms(.lostBefore)
        _ = try await rig.confirm(lost)
        rig.gateway.put(lost, .failed)
        #expect(await Self.receive(rig, "\(lost.orderID) e3 paid") == nil)
        _ = try await rig.webhooks.work()
        #expect(try rig.sql("SELECT outcome FROM webhook_inbox WHERE event_key = 'e3'") == "read")
        #expect(try await rig.row(lost).state == .failed)
        try await rig.checkBooks()
    }

    @Test("that nobody signed counts only when it names a payment by the number that nobody can guess")
    func unsigned() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        #expect(await Self.receive(rig, "order-guessed e1 none") == nil)
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "0")
        #expect(await Self.receive(rig, "\(payment.orderID) e2 none") == nil)
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "1")
    }

    @Test("that nobody signed waits once for each payment, leaves nothing behind, and makes us read at intervals only")
    func flood() async throws {
        var limits = PaymentLimits()
        // Longer than a busy machine takes for all of this.
        limits.hintTime = .seconds(3600)
        let rig = try PaymentRig(limits: limits)
        let payment = try await rig.begun()
        for number in 0..<20 { #expect(await Self.receive(rig, "\(payment.orderID) e\(number) none") == nil) }
        #expect(try rig.sql("SELECT count(*), sum(octet_length(body)) FROM webhook_inbox") == "1|0")
        #expect(rig.metric(#"podo_payments_webhooks_total{outcome="stored"}"#) == 1)
        _ = try await rig.webhooks.work()
        #expect(rig.gateway.change { $0.fetchCount } == 1)
        for number in 0..<20 { #expect(await Self.receive(rig, "\(payment.orderID) f\(number) none") == nil) }
        for _ in 0..<5 { _ = try await rig.webhooks.work() }
        #expect(rig.gateway.change { $0.fetchCount } == 1)
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox WHERE processed_at IS NULL") == "1")
        try rig.makeDue()
        _ = try await rig.webhooks.work()
        #expect(rig.gateway.change { $0.fetchCount } == 2)
        let large = String(repeating: "x", count: 64 * 1024)
        #expect(await Self.receive(rig, "\(payment.orderID) \(large) none") == "too-large")
        #expect(await Self.receive(rig, "\(payment.orderID) \(large) signed") == nil)
    }

    @Test("that comes while another of the same payment is being followed is followed after it")
    func another() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        #expect(await Self.receive(rig, "\(payment.orderID) e1 none") == nil)
        let taken = try await rig.database.run(
            PaymentStatements.takeWebhooks, 1, 45 as Int64, ["scripted"], true)
        let at = try #require(taken.first).get(5, as: PostgresTimestamp.self)
        #expect(await Self.receive(rig, "\(payment.orderID) e2 none") == nil)
        _ = try await rig.database.run(
            PaymentStatements.webhookDone, "scripted", "unsigned-\(payment.id)", "read", at, 10 as Int64)
        #expect(try rig.sql("SELECT processed_at IS NULL FROM webhook_inbox") == "t")
        try await rig.workAll(rounds: 1)
        #expect(try rig.sql("SELECT outcome FROM webhook_inbox") == "read")
    }

    @Test("that names a refund alone is of the payment that the refund is of", arguments: ["signed", "none"])
    func refundAlone(proof: String) async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        rig.gateway.refunds(.pending)
        let refund = try await rig.payments.refund(
            payment.id, seats: nil, reason: "", by: .member(PaymentRig.member))
        #expect(try await rig.refunds.work(on: refund.id).status == .processing)
        let key = try #require(try await rig.payments.refund(refund.id)?.providerKey)
        #expect(await Self.receive(rig, "refund:nobody e1 \(proof)") == nil)
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "0")
        rig.gateway.change { $0.entries[payment.orderID]?.cancels[0].status = .done }
        #expect(await Self.receive(rig, "refund:\(key) e2 \(proof)") == nil)
        _ = try await rig.webhooks.work()
        #expect(try await rig.payments.refund(refund.id)?.status == .succeeded)
        try await rig.checkBooks()
    }

    @Test("that is forged or no webhook is refused, and one of no interest is taken")
    func refused() async throws {
        let rig = try PaymentRig()
        #expect(await Self.receive(rig, "a b forged") == "invalid-webhook")
        #expect(await Self.receive(rig, "{") == "invalid-webhook")
        #expect(await Self.receive(rig, "a b other") == nil)
        let large = [UInt8](repeating: 32, count: 256 * 1024 + 1)
        #expect(
            await PaymentFlowTests.code {
                try await rig.webhooks.receive("scripted", HTTPFields(), large, at: .now)
            } == "too-large")
        #expect(
            await PaymentFlowTests.code {
                try await rig.webhooks.receive("nobody", HTTPFields(), [], at: .now)
            } == "not-found")
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "0")
    }

    @Test("whose company is silent is followed later, and one about nobody is done")
    func later() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostAfter)
        _ = try await rig.confirm(payment)
        _ = await Self.receive(rig, "\(payment.orderID) e1 signed")
        _ = await Self.receive(rig, "unknown-order e2 signed")
        rig.gateway.change { $0.isSilent = true }
        _ = try await rig.webhooks.work()
        #expect(
            try rig.sql("SELECT string_agg(coalesce(outcome, '-'), ' ' ORDER BY event_key) FROM webhook_inbox")
                == "- nobody")
        try rig.sql(
            """
            INSERT INTO webhook_inbox SELECT gateway, 'e3', event_type, order_id, provider_key, is_signed, body
            FROM webhook_inbox WHERE event_key = 'e1'
            """
        )
        try rig.sql("UPDATE webhook_inbox SET attempts = 20 WHERE event_key = 'e3'")
        _ = try await rig.webhooks.work()
        #expect(try rig.sql("SELECT outcome FROM webhook_inbox WHERE event_key = 'e3'") == "gave-up")
        try rig.sql("DELETE FROM webhook_inbox WHERE event_key = 'e3'")
        rig.gateway.change { $0.isSilent = false }
        try rig.makeDue()
        _ = try await rig.webhooks.work()
        #expect(try await rig.row(payment).state == .completed)
        try rig.sql("UPDATE webhook_inbox SET received_at = now() - interval '31 days' WHERE event_key = 'e2'")
        #expect(try await rig.webhooks.sweep() == false)
        #expect(try rig.sql("SELECT string_agg(event_key, ' ') FROM webhook_inbox") == "e1")
    }

    @Test("of a settled payment, whose company was silent until it was given up, is read all the same")
    func givenUpOfSettled() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        rig.gateway.refundElsewhere(payment, 100_000, isDispute: true)
        #expect(await Self.receive(rig, "\(payment.orderID) e1 signed") == nil)
        rig.gateway.change { $0.isSilent = true }
        try rig.sql("UPDATE webhook_inbox SET attempts = 20")
        _ = try await rig.webhooks.work()
        #expect(try rig.sql("SELECT outcome FROM webhook_inbox") == "gave-up")
        // The first look finds the company silent still.
        _ = try await rig.reconciler.work()
        rig.gateway.change { $0.isSilent = false }
        try await rig.workAll(rounds: 1)
        #expect(try await rig.row(payment).state.status == .canceled)
        #expect(try rig.sql("SELECT cause FROM refund") == "CHARGEBACK")
        try await rig.checkBooks()
    }
}
