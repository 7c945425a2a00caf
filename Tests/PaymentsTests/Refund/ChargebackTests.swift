import Commerce
import HTTPServer
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Payments

@Suite("A charge-back", .timeLimit(.minutes(5)))
struct ChargebackTests {
    @Test("takes money and tickets, and money that comes back is the seller's; what a person does then needs no seats")
    func wonByUs() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        rig.gateway.refundElsewhere(payment, 100_000, isDispute: true)
        try await rig.reconciler.look(at: payment.id)
        #expect(try await rig.row(payment).isDisputed)
        #expect(try rig.sql("SELECT string_agg(cause || ' ' || status, ' ') FROM refund") == "CHARGEBACK SUCCEEDED")
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
        try await rig.checkBooks()
        rig.gateway.reinstate(payment)
        for _ in 0..<2 { try await rig.reconciler.look(at: payment.id) }
        let after = try await rig.row(payment)
        #expect(after.state == .completed && after.refunded == 0 && after.refundPending == 0 && !after.isDisputed)
        #expect(try rig.sql("SELECT string_agg(cause || ' ' || status, ' ') FROM refund") == "CHARGEBACK REVERSED")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="dispute-won"}"#) == 1)
        #expect(try await Ledger.balance(of: .sellerPayable(PaymentRig.seller), .krw, in: rig.database) == -100_000)
        #expect(try await rig.payments.checkInvariants().isEmpty)
        // There are no seats any more, and the house is generous.
        let all = try await rig.payments.refund(
            payment.id, amount: 100_000, reason: "", by: PaymentRig.manager, key: try PaymentRig.key("all"))
        try await rig.workAll()
        #expect(try await rig.payments.refund(all.id)?.status == .succeeded)
        try await rig.checkBooks()
    }

    @Test("of the whole after a part has gone back voids every ticket, and what was not there is the house's loss")
    func beyond() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        _ = try await rig.payments.refund(
            payment.id, seats: [payment.reservationID * 100], reason: "", by: .member(PaymentRig.member))
        try await rig.workAll()
        rig.gateway.refundElsewhere(payment, 100_000, isDispute: true)
        for _ in 0..<2 { try await rig.reconciler.look(at: payment.id) }
        let taken = try await rig.row(payment)
        #expect(taken.state.status == .canceled && taken.refunded == 100_000 && taken.isDisputed)
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
        #expect(
            try rig.sql("SELECT string_agg(cause || ' ' || amount || ' ' || excess, ', ' ORDER BY id) FROM refund")
                == "MEMBER 60000 0, CHARGEBACK 40000 60000")
        #expect(try await Ledger.balance(of: .disputeLoss, .krw, in: rig.database) == 60_000)
        #expect(try await Ledger.balance(of: .gatewayReceivable, .krw, in: rig.database) == -60_000)
        #expect(try await Ledger.balance(of: .sellerPayable(PaymentRig.seller), .krw, in: rig.database) == 0)
        #expect(try await rig.payments.checkInvariants().isEmpty)
        #expect(rig.metric(#"podo_payments_incidents_total{kind="dispute-loss"}"#) == 1)
        // The company's list says the same.
        let now = WallClock.now
        rig.gateway.change { state in
            state.transactions = ([100_000, -60_000, -100_000] as [Int64]).enumerated().map { index, amount in
                GatewayTransaction(
                    key: "t\(index)", providerKey: "key-\(payment.orderID)", orderID: payment.orderID,
                    amount: Money(amount), fee: nil, at: now)
            }
        }
        let report = try await BookComparison(payments: rig.payments).compare(
            "scripted", from: WallClock(unixMilliseconds: now.unixMilliseconds - 3_600_000),
            to: WallClock(unixMilliseconds: now.unixMilliseconds + 3_600_000))
        #expect(report.isComplete && report.amountCount == 0 && report.oursOnlyCount == 0)
        rig.gateway.reinstate(payment)
        try await rig.reconciler.look(at: payment.id)
        let back = try await rig.row(payment)
        #expect(back.state.status == .partCanceled && back.refunded == 60_000)
        #expect(try await Ledger.balance(of: .disputeLoss, .krw, in: rig.database) == 0)
        #expect(try await rig.payments.checkInvariants().isEmpty)
    }

    @Test("of which the bank gives a part back when it is lost is no more than what it keeps")
    func partlyLost() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        rig.gateway.refundElsewhere(payment, 100_000, isDispute: true)
        try await rig.reconciler.look(at: payment.id)
        rig.gateway.change { state in
            state.entries[payment.orderID]?.cancels[0].amount = Money(70_000)
            state.entries[payment.orderID]?.isDisputed = false
            state.entries[payment.orderID]?.status = .partlyRefunded
        }
        for _ in 0..<2 { try await rig.reconciler.look(at: payment.id) }
        let after = try await rig.row(payment)
        #expect(after.state.status == .partCanceled && after.refunded == 70_000 && after.refundPending == 0)
        #expect(
            try rig.sql("SELECT string_agg(status || ' ' || amount, ', ' ORDER BY id) FROM refund")
                == "REVERSED 100000, SUCCEEDED 70000")
        #expect(try await Ledger.balance(of: .sellerPayable(PaymentRig.seller), .krw, in: rig.database) == -30_000)
        #expect(try await rig.payments.checkInvariants().isEmpty)
    }

    @Test("is not what a part is that somebody gives back by hand after one")
    func partAfterDispute() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        rig.gateway.change { $0.entries[payment.orderID]?.isDisputed = true }
        try await rig.reconciler.look(at: payment.id)
        #expect(try await rig.row(payment).isDisputed)
        rig.gateway.refundElsewhere(payment, 40_000)
        rig.gateway.change { $0.entries[payment.orderID]?.isDisputed = true }
        try await rig.reconciler.look(at: payment.id)
        #expect(try rig.sql("SELECT string_agg(cause, ' ') FROM refund") == "EXTERNAL")
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "1")
        try await rig.checkBooks()
    }

    @Test("at Stripe moves the money when the bank takes it, and when it gives it back", arguments: [true, false])
    func stripe(isWon: Bool) async throws {
        let companies = try GatewayRig()
        let rig = try PaymentRig(companies: companies, company: "stripe")
        let reservation = try rig.reservation()
        let begun = try await rig.payments.begin(reservation, by: PaymentRig.member)
        _ = try await companies.press("approve", try #require(begun.checkout?.url))
        let key = try #require(begun.checkout?.providerKey)
        let payment = try await rig.payments.confirm(
            begun.payment.id, of: PaymentRig.member, providerKey: key, amount: 100_000)
        try #require(payment.state == .completed)
        companies.company.withBank { bank, now in bank.openDispute(key, at: now) }
        #expect(companies.book(payment.orderID)?.kept == 0)
        try await Self.hear(rig, companies)
        let disputed = try await rig.row(payment)
        #expect(disputed.state.status == .canceled && disputed.isDisputed)
        #expect(try rig.sql("SELECT cause FROM refund") == "CHARGEBACK")
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
        companies.company.withBank { bank, now in bank.closeDispute(key, isWon: isWon, at: now) }
        try await Self.hear(rig, companies)
        let closed = try await rig.row(payment)
        #expect(closed.state.status == (isWon ? .completed : .canceled) && !closed.isDisputed)
        #expect(companies.book(payment.orderID)?.kept == closed.captured - closed.refunded)
        #expect(try await rig.payments.checkInvariants().isEmpty)
        // The company's list has what the bank did.
        let outcome = await companies.stripe.transactions(
            from: WallClock(unixMilliseconds: companies.now.unixMilliseconds - 86_400_000),
            to: WallClock(unixMilliseconds: companies.now.unixMilliseconds + 1000), after: nil)
        guard case .page(let page) = outcome else { throw GatewayRig.NotReady(outcome: "\(outcome)") }
        #expect(page.items.map(\.amount.amount) == [100_000, -100_000] + (isWon ? [100_000] : []))
        #expect(page.unreadableCount == 0)
    }

    @Test("is refused by Stripe as a refund while it is open, and then is the refund that was promised")
    func refundWhileOpen() async throws {
        let companies = try GatewayRig()
        let rig = try PaymentRig(companies: companies, company: "stripe")
        let begun = try await rig.payments.begin(try rig.reservation(), by: PaymentRig.member)
        _ = try await companies.press("approve", try #require(begun.checkout?.url))
        let key = try #require(begun.checkout?.providerKey)
        let payment = try await rig.payments.confirm(
            begun.payment.id, of: PaymentRig.member, providerKey: key, amount: 100_000)
        companies.company.withBank { bank, now in bank.openDispute(key, at: now) }
        let refund = try await rig.payments.refund(
            payment.id, seats: nil, reason: "", by: .member(PaymentRig.member))
        let failed = try await rig.refunds.work(on: refund.id)
        #expect(failed.status == .failed && failed.failureCode == "charge_disputed")
        try await rig.workAll()
        let after = try await rig.row(payment)
        #expect(after.refunded == 100_000 && after.refundPending == 0)
        #expect(try await rig.payments.checkInvariants().isEmpty)
    }

    private static func hear(_ rig: PaymentRig, _ companies: GatewayRig) async throws {
        await companies.company.deliver()
        let received = companies.received.withLock { received in
            defer { received = [] }
            return received
        }
        #expect(!received.isEmpty)
        for one in received {
            try await rig.webhooks.receive("stripe", one.fields, one.body, at: companies.now)
        }
        _ = try await rig.webhooks.work()
    }
}
