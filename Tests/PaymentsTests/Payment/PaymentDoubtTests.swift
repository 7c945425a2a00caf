import Commerce
import HTTPServer
import Observability
import Postgres
import Primitives
import Testing

@testable import Payments

@Suite("A payment that cannot be known", .timeLimit(.minutes(5)))
struct PaymentDoubtTests {
    // MARK: Keys that buyers bring

    @Test("because its key is another order's ends by its own number, and the other order gets its key")
    func foreignKey() async throws {
        let rig = try PaymentRig()
        let (one, two) = (try await rig.begun(), try await rig.begun())
        rig.gateway.put(two, .open)
        // The buyer brings the key of his other payment.
        let unknown = try await rig.payments.confirm(
            one.id, of: PaymentRig.member, providerKey: "key-\(two.orderID)", amount: 100_000)
        #expect(unknown.state.phase == .unknown)
        try rig.age(130)
        try await rig.workAll()
        let ended = try await rig.row(one)
        #expect(ended.state == .failed && ended.failureCode == "absent" && ended.providerKey == nil)
        #expect(try rig.sql("SELECT frozen FROM test_order WHERE id = \(one.reservationID)") == "f")
        #expect(try await rig.confirm(two).state == .completed)
        try await rig.checkBooks()
    }

    @Test("because of a foreign key is paid when its own order is")
    func foreignKeyPaid() async throws {
        let rig = try PaymentRig()
        let (one, two) = (try await rig.begun(), try await rig.begun())
        rig.gateway.put(two, .open)
        rig.gateway.put(one, .paid)
        _ = try await rig.payments.confirm(
            one.id, of: PaymentRig.member, providerKey: "key-\(two.orderID)", amount: 100_000)
        try await rig.workAll()
        let paid = try await rig.row(one)
        #expect(paid.state == .completed && paid.providerKey == "key-\(one.orderID)")
        try await rig.checkBooks()
    }

    @Test("is not begun with another key than the company told at checkout")
    func toldKey() async throws {
        let rig = try PaymentRig()
        rig.gateway.change { $0.tellsKeyAtCheckout = true }
        let payment = try await rig.begun()
        func confirm(_ key: String) async -> String? {
            await PaymentFlowTests.code {
                _ = try await rig.payments.confirm(
                    payment.id, of: PaymentRig.member, providerKey: key, amount: 100_000)
            }
        }
        #expect(await confirm("key-of-another") == "invalid-state")
        try rig.sql("UPDATE payment SET provider_key = NULL")
        #expect(await confirm("key-of-another") == "invalid-state")
        #expect(rig.gateway.confirmCount == 0)
        #expect(try await rig.row(payment).state == .created)
        #expect(try rig.sql("SELECT frozen FROM test_order") == "f")
        _ = try await rig.payments.begin(payment.reservationID, by: PaymentRig.member)
        #expect(await confirm("key-\(payment.orderID)") == nil)
        try await rig.checkBooks()
    }

    // MARK: A person's word

    @Test("is given up by a person, not too soon; money that comes later is not lost")
    func givenUp() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostAfter)
        _ = try await rig.confirm(payment)
        rig.gateway.change { $0.isSilent = true }
        func code() async -> String? {
            await PaymentFlowTests.code {
                _ = try await rig.payments.giveUp(payment.id, note: "asked by phone", by: PaymentRig.manager)
            }
        }
        #expect(await code() == "invalid-state")
        try rig.age(700)
        #expect(await code() == nil)
        #expect(await code() == "invalid-state")
        #expect(try await rig.row(payment).failureCode == "given-up")
        #expect(try rig.sql("SELECT frozen FROM test_order") == "f")
        #expect(
            try rig.sql("SELECT actor || ' ' || (detail->>'note') FROM payment_event WHERE kind = 'given-up'")
                == "member:301 asked by phone")
        // It is read for as long as the company says nothing.
        try await rig.workAll()
        #expect(try rig.sql("SELECT next_look_at IS NOT NULL FROM payment") == "t")
        rig.gateway.change { $0.isSilent = false }
        try await rig.workAll()
        #expect(try await rig.row(payment).state == .completed)
        try await rig.checkBooks()
    }

    @Test("writes one line of history for one reason, however often it is looked at")
    func history() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostBefore)
        _ = try await rig.confirm(payment)
        rig.gateway.change { $0.isSilent = true }
        for _ in 0..<4 { try await rig.workAll(rounds: 1) }
        #expect(try rig.sql("SELECT count(*) FROM payment_event WHERE kind = 'doubt'") == "1")
        _ = try await rig.payments.settle(payment.id, .doubtful(GatewayDoubt(.companyFailed, code: "500")))
        #expect(try rig.sql("SELECT count(*) FROM payment_event WHERE kind = 'doubt'") == "2")
    }

    // MARK: What was judged is what is ended

    @Test("is not ended by what was judged before the buyer came to pay")
    func staleJudgement() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        _ = try await rig.payments.claim(
            payment.id, of: PaymentRig.member, providerKey: "key-\(payment.orderID)", amount: nil)
        let ended = PaymentFinding.refused(PaymentProblems.ended("expired"))
        let after = try await rig.payments.settle(payment.id, ended, ifStill: .created)
        #expect(after.state.phase == .inFlight)
        #expect(try rig.sql("SELECT frozen FROM test_order") == "t")
        #expect(try await rig.payments.settle(payment.id, ended, ifStill: .inFlight).state == .failed)
    }

    @Test("by a buyer who pays while it is being closed is paid or closed, and the company lets go only what is closed")
    func closingAgainstPaying() async throws {
        let rig = try PaymentRig()
        rig.gateway.change { $0.abandonment = .gone }
        for _ in 0..<10 {
            let payment = try await rig.begun()
            rig.gateway.put(payment, .open)
            rig.gateway.change { $0.abandonCount = 0 }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try rig.sql("UPDATE test_order SET held_until = now() - interval '1 second'")
                    try await rig.reconciler.look(at: payment.id)
                }
                group.addTask {
                    // What a problem is for a buyer is none for the test.
                    do { _ = try await rig.confirm(payment) } catch { #expect(error is HTTPProblem) }
                }
                try await group.waitForAll()
            }
            try await rig.workAll(rounds: 1)
            let after = try await rig.row(payment)
            #expect(after.state == .completed || after.state == .failed)
            #expect((rig.gateway.change { $0.abandonCount } > 0) == (after.state == .failed))
        }
        try await rig.checkBooks()
    }

    // MARK: Letting go

    @Test("or wanted by nobody is let go at the company, whatever it takes to tell it")
    func authorizationsAreReleased() async throws {
        let rig = try PaymentRig()
        let expired = try await rig.begun()
        rig.gateway.put(expired, .authorized)
        try rig.sql("UPDATE test_order SET held_until = now() - interval '1 second'")
        rig.gateway.change { $0.abandonment = .unknown(GatewayDoubt(.timedOut)) }
        #expect(await PaymentFlowTests.code { _ = try await rig.confirm(expired) } == "hold-expired")
        for _ in 0..<3 {
            try await rig.workAll(rounds: 1)
            #expect(try rig.sql("SELECT next_look_at IS NOT NULL FROM payment") == "t")
        }
        let count = rig.gateway.change { state in
            state.abandonment = .gone
            return state.abandonCount
        }
        #expect(count >= 4)
        try await rig.workAll()
        #expect(try rig.sql("SELECT next_look_at IS NULL FROM payment") == "t")
        #expect(rig.gateway.change { $0.abandonCount } == count + 1)
    }

    @Test("that is superseded by another price is told of, and let go")
    func superseded() async throws {
        let rig = try PaymentRig()
        let first = try await rig.begun()
        rig.gateway.put(first, .authorized)
        rig.gateway.change { $0.abandonment = .gone }
        try rig.sql("UPDATE test_order SET total = 90000")
        _ = try await rig.payments.begin(first.reservationID, by: PaymentRig.member)
        #expect(
            try rig.sql("SELECT topic || ' ' || aggregate FROM outbox") == "payment.failed payment:\(first.id)")
        try await rig.workAll(rounds: 1)
        #expect(rig.gateway.change { $0.abandonCount } == 1)
        #expect(try rig.sql("SELECT next_look_at IS NULL FROM payment WHERE id = \(first.id)") == "t")
    }

    // MARK: Companies that are gone

    @Test("because its company is not configured any more is closed where nothing was asked, and else an operator's")
    func goneCompany() async throws {
        let rig = try PaymentRig()
        let (begun, asked) = (try await rig.begun(), try await rig.begun())
        rig.gateway.confirms(.lostAfter)
        _ = try await rig.confirm(asked)
        let paid = try await rig.paid()
        try rig.sql("UPDATE payment SET gateway = 'former'")
        try rig.sql("UPDATE payment SET next_look_at = now() + interval '1 hour' WHERE id = \(begun.id)")
        #expect(await PaymentFlowTests.code { _ = try await rig.confirm(begun) } == "payment-company-gone")
        let refund = await PaymentFlowTests.code {
            _ = try await rig.payments.refund(paid.id, seats: nil, reason: "", by: .member(PaymentRig.member))
        }
        #expect(refund == "payment-company-gone")
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "2")
        // Who must get it back all the same is promised it.
        let promise = try await rig.payments.refund(paid.id, seats: nil, reason: "", by: .concert)
        try rig.makeDue()
        while try await rig.reconciler.work() {}
        while try await rig.refunds.work() {}
        #expect(try await rig.row(begun).failureCode == "company-gone")
        #expect(try await rig.row(asked).state.phase == .unknown)
        #expect(
            try rig.sql("SELECT next_look_at > now() + interval '50 minutes' FROM payment WHERE id = \(asked.id)")
                == "t")
        #expect(
            try rig.sql("SELECT next_try_at > now() + interval '50 minutes' FROM refund WHERE id = \(promise.id)")
                == "t")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="unknown-gateway"}"#) == 2)
        try await rig.payments.tellOfGoneCompanies()
        #expect(rig.log.lines.contains { $0.contains("not configured") && $0.contains("former") })
    }

    @Test("at a company that is silent makes no other company's wait")
    func silentCompany() async throws {
        let companies = try GatewayRig()
        let rig = try PaymentRig(companies: companies)
        let silent = try await rig.begun()
        let other = try await rig.begun()
        try rig.sql("UPDATE payment SET gateway = 'toss' WHERE id = \(other.id)")
        try rig.makeDue()
        try rig.sql("UPDATE test_order SET held_until = now() - interval '1 second'")
        rig.gateway.change { $0.isSilent = true }
        _ = try await rig.reconciler.work(on: .one("toss"))
        #expect(try await rig.row(other).failureCode == "expired")
        #expect(try await rig.row(silent).state == .created)
        #expect(rig.gateway.change { $0.fetchCount } == 0)
    }
}
