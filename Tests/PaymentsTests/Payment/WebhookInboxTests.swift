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

    @Test("that nobody signed counts only when it names a payment by the number that nobody can guess")
    func unsigned() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        #expect(await Self.receive(rig, "order-guessed e1 none") == nil)
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "0")
        #expect(await Self.receive(rig, "\(payment.orderID) e2 none") == nil)
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "1")
    }

    @Test("that nobody signed fills no table: past some of one payment none is stored, and it is looked at")
    func crowd() async throws {
        var limits = PaymentLimits()
        limits.webhookCountOfPaymentMax = 3
        let rig = try PaymentRig(limits: limits)
        let (payment, other) = (try await rig.begun(), try await rig.begun())
        for number in 0..<9 { #expect(await Self.receive(rig, "\(payment.orderID) e\(number) none") == nil) }
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "3")
        #expect(rig.metric(#"podo_payments_webhooks_total{outcome="crowded"}"#) == 6)
        #expect(await Self.receive(rig, "\(other.orderID) f1 none") == nil)
        #expect(await Self.receive(rig, "\(payment.orderID) s1 signed") == nil)
        #expect(try rig.sql("SELECT count(*) FROM webhook_inbox") == "5")
        try rig.sql("UPDATE webhook_inbox SET processed_at = now()")
        rig.gateway.put(payment, .paid)
        #expect(await Self.receive(rig, "\(payment.orderID) e10 none") == nil)
        _ = try await rig.reconciler.work()
        #expect(try await rig.row(payment).state == .completed)
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
}
