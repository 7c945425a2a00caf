import Commerce
import HTTPServer
import Postgres
import Testing

@testable import Payments

@Suite("A refund that the company refuses", .timeLimit(.minutes(5)))
struct RefusedRefundTests {
    private static let me = RefundParty.member(PaymentRig.member)

    /// One that was refused, of everything.
    private static func refused(_ rig: PaymentRig, _ payment: PaymentRow) async throws -> RefundRow {
        rig.gateway.refunds(.declines)
        let refund = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me)
        let failed = try await rig.refunds.work(on: refund.id)
        try #require(failed.status == .failed)
        return failed
    }

    @Test("leaves the tickets void and the money promised, and is tried again by another key, as another refund")
    func retried() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        let refund = try await Self.refused(rig, payment)
        #expect(try await rig.row(payment).refundPending == 100_000)
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="refund-failed"}"#) == 1)
        try await rig.workAll()
        #expect(rig.gateway.refundCount == 1)
        let next = try await rig.payments.retry(refund.id, by: PaymentRig.manager)
        #expect(next.id != refund.id && next.status == .requested && next.amount == refund.amount)
        #expect(try await rig.row(payment).refundPending == 100_000)
        #expect(try await rig.payments.refund(refund.id)?.status == .superseded)
        try await rig.workAll()
        #expect(try await rig.payments.refund(next.id)?.status == .succeeded)
        #expect(rig.gateway.change { $0.refundKeys.count } == 2)
        for id in [refund.id, next.id] {
            #expect(await PaymentFlowTests.code { _ = try await rig.payments.retry(id, by: 301) } == "invalid-state")
        }
        #expect(await PaymentFlowTests.code { _ = try await rig.payments.retry(99, by: 301) } == "not-found")
        // Who asks for his seats again is told of the one that was done.
        #expect(try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me).id == next.id)
        #expect(
            try rig.sql("SELECT actor || ' ' || (detail->>'code') FROM payment_event WHERE kind = 'refund-retry'")
                == "member:301 NOT_CANCELABLE")
        try await rig.checkBooks()
    }

    @Test("and of which an answer comes after it was replaced does not give anything back twice")
    func lateAnswer() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        let refund = try await Self.refused(rig, payment)
        _ = try await rig.payments.retry(refund.id, by: PaymentRig.manager)
        // The company has done the first, after all, as somebody hears who asked long ago.
        rig.gateway.refundElsewhere(payment, 100_000)
        let cancel = GatewayCancel(key: "elsewhere-1", amount: Money(100_000), status: .done, at: nil, reason: nil)
        try await rig.refunds.settle(refund, payment, .refunded(cancel, nil))
        try await rig.workAll()
        #expect(try await rig.row(payment).refunded == 100_000)
        #expect(try await rig.row(payment).refundPending == 0)
        #expect(try rig.sql("SELECT count(*) FROM refund WHERE status = 'SUCCEEDED'") == "1")
        try await rig.checkBooks()
    }

    @Test("is settled by a person who paid the buyer from the house's bank, and is in the books as that")
    func settledOutside() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        let refund = try await Self.refused(rig, payment)
        let settled = try await rig.payments.settleOutside(refund.id, note: "계좌 이체 11/30", by: PaymentRig.manager)
        #expect(settled.status == .succeeded && settled.settledNote == "계좌 이체 11/30")
        let after = try await rig.row(payment)
        #expect(after.state.status == .canceled && after.refunded == 100_000 && after.refundPending == 0)
        for (account, balance) in [
            (.sellerPayable(PaymentRig.seller), 0), (.bank, -100_000), (.gatewayReceivable, 100_000),
        ] as [(LedgerAccount, Int64)] {
            #expect(try await Ledger.balance(of: account, .krw, in: rig.database) == balance, "\(account)")
        }
        #expect(try await rig.payments.checkInvariants().isEmpty)
        #expect(rig.metric(#"podo_payments_refunds_total{outcome="outside"}"#) == 1)
        let again = await PaymentFlowTests.code {
            _ = try await rig.payments.settleOutside(refund.id, note: "x", by: PaymentRig.manager)
        }
        #expect(again == "invalid-state")
        try await rig.workAll()
        #expect(rig.gateway.refundCount == 1)
    }

    @Test("of an orphan is settled against what the buyer is owed")
    func orphanOutside() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        try rig.sql("UPDATE test_seat SET state = 'LOST'")
        rig.gateway.refunds(.declines)
        _ = try await rig.confirm(payment)
        try await rig.workAll()
        let refund = try #require(try await rig.payments.refunds(of: payment.id).first)
        try #require(refund.status == .failed)
        _ = try await rig.payments.settleOutside(refund.id, note: "transfer", by: PaymentRig.manager)
        #expect(try await Ledger.balance(of: .customerOwed, .krw, in: rig.database) == 0)
        #expect(try await Ledger.balance(of: .bank, .krw, in: rig.database) == -100_000)
        #expect(try await rig.payments.checkInvariants().isEmpty)
    }

    @Test("or does not answer for makes us read the payment, until all that it did is explained")
    func doubtIsRead() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        // Somebody gives everything back by hand, and our refund of a part is lost.
        rig.gateway.refunds(.lostBefore, .lostBefore)
        let seat = payment.reservationID * 100
        let refund = try await rig.payments.refund(payment.id, seats: [seat], reason: "", by: Self.me)
        #expect(try await rig.refunds.work(on: refund.id).status == .unknown)
        #expect(try rig.sql("SELECT next_look_at IS NOT NULL FROM payment") == "t")
        rig.gateway.change { $0.isSilent = true }
        try await rig.workAll(rounds: 1)
        #expect(try rig.sql("SELECT next_look_at IS NOT NULL FROM payment") == "t")
        rig.gateway.change { $0.isSilent = false }
        try await rig.workAll(rounds: 1)
        // It is under way still, so the payment is looked at again.
        rig.gateway.refundElsewhere(payment, 40_000)
        try await rig.workAll()
        #expect(try await rig.row(payment).refunded == 100_000)
        #expect(try rig.sql("SELECT next_look_at IS NULL FROM payment") == "t")
        try await rig.checkBooks()
    }

    @Test("does not fill the history of the payment, however often it is asked for")
    func history() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        rig.gateway.refunds(.lostBefore, .lostBefore, .lostBefore, .lostBefore, .lostBefore, .lostBefore)
        _ = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me)
        for _ in 0..<4 { try await rig.workAll(rounds: 1) }
        #expect(try rig.sql("SELECT count(*) FROM payment_event WHERE kind = 'refund-doubt'") == "1")
        try await rig.workAll(rounds: 4)
        try await rig.checkBooks()
    }

    // MARK: Money without seats

    @Test("is not the same as an amount that a manager gives back without seats, whose tickets stay")
    func amount() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        func code(_ amount: Int64) async -> String? {
            await PaymentFlowTests.code {
                _ = try await rig.payments.refund(
                    payment.id, amount: amount, reason: "goodwill", by: 301, key: try PaymentRig.key("\(amount)"))
            }
        }
        #expect(await code(100_001) == "refund-exceeds-balance")
        // All of it with the tickets kept would be a gift: seats are given back for that.
        #expect(await code(100_000) == "refund-not-allowed")
        #expect(await code(5000) == nil)
        try await rig.workAll()
        let after = try await rig.row(payment)
        #expect(after.state.status == .partCanceled && after.refunded == 5000)
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "2")
        try await rig.checkBooks()
    }
}
