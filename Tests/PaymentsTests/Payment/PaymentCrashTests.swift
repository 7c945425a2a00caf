import HTTPServer
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Payments

/// The process dies after each step; another one, which knows nothing but the database, ends what was begun.
@Suite("A crash", .timeLimit(.minutes(5)))
struct PaymentCrashTests {
    enum Point: CaseIterable {
        /// The claim is committed, the company was never asked.
        case afterClaim
        /// It was asked and has not done it.
        case askedInVain
        /// It has done it, and nobody heard.
        case askedAndTaken
        /// It said no, and nobody heard.
        case askedAndDeclined
        /// It was heard, and the commit that says so never happened.
        case beforeCommit
        /// All is done, but the answer to the buyer.
        case afterCommit
    }

    @Test("anywhere while paying ends paid or unpaid, never between", arguments: Point.allCases)
    func whilePaying(point: Point) async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        let key = "key-\(payment.orderID)"
        let attempt = GatewayAttempt(
            orderID: payment.orderID, providerKey: key, total: payment.total, idempotencyKey: payment.confirmKey)
        _ = try await rig.payments.claim(payment.id, of: PaymentRig.member, providerKey: key, amount: 100_000)
        switch point {
        case .afterClaim: rig.gateway.put(payment, .open)
        case .askedInVain: rig.gateway.confirms(.diesBefore)
        case .askedAndTaken: rig.gateway.confirms(.diesAfter)
        case .askedAndDeclined: rig.gateway.confirms(.declines)
        case .beforeCommit, .afterCommit: break
        }
        let outcome: GatewayOutcome? = point == .afterClaim ? nil : await rig.gateway.confirm(attempt)
        if let outcome, point == .beforeCommit {
            rig.orders.dies.withLock { _ = $0.insert("confirm") }
            await #expect(throws: TestOrders.Died.self) {
                _ = try await rig.payments.settle(payment.id, PaymentFinding(outcome, of: payment))
            }
            #expect(try rig.sql("SELECT count(*) FROM ledger_journal") == "0")
        }
        if let outcome, point == .afterCommit {
            _ = try await rig.payments.settle(payment.id, PaymentFinding(outcome, of: payment))
        }
        try rig.age(60)
        try await rig.workAll()
        let after = try await rig.row(payment)
        #expect(after.state == (point == .askedAndDeclined ? .failed : .completed))
        try await rig.checkBooks()
        #expect(try rig.sql("SELECT count(*) FROM test_order WHERE frozen") == "0")
        // The buyer asks again by the same key, and hears what became of it.
        #expect(try await rig.confirm(payment).state == after.state)
    }

    @Test("before the company knew of anything is believed to be that when enough time has gone by, not sooner")
    func absent() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        _ = try await rig.payments.claim(payment.id, of: PaymentRig.member, providerKey: "k", amount: nil)
        let rest = PaymentLimits().absenceTime.milliseconds / 1000
        // What a busy machine takes counts too.
        try rig.age(Int(rest) / 4)
        try await rig.workAll()
        #expect(try await rig.row(payment).state.phase == .inFlight)
        try rig.age(Int(rest))
        try await rig.workAll()
        #expect(try await rig.row(payment).failureCode == "absent")
        #expect(try rig.sql("SELECT frozen FROM test_order") == "f")
    }

    @Test("and a company that is silent leave a payment unknown, with its seats kept and an alarm, until it speaks")
    func silence() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostAfter)
        #expect(try await rig.confirm(payment).state == PaymentState(.waiting, .unknown))
        rig.gateway.change { $0.isSilent = true }
        try rig.age(700)
        try await rig.workAll(rounds: 5)
        #expect(try await rig.row(payment).state.phase == .unknown)
        #expect(try await rig.payments.checkInvariants() == ["nothing-unknown-for-long"])
        let alarm = #"podo_payments_invariant_violations{invariant="nothing-unknown-for-long"}"#
        #expect(rig.metric(alarm) == 1)
        #expect(try rig.sql("SELECT frozen FROM test_order") == "t")
        rig.gateway.change { $0.isSilent = false }
        try await rig.workAll()
        #expect(try await rig.row(payment).state == .completed)
        try await rig.checkBooks()
        #expect(rig.metric(alarm) == 0)
    }

    @Test("of one row's work keeps no other from being done")
    func isolation() async throws {
        let rig = try PaymentRig()
        var payments: [PaymentRow] = []
        for _ in 0..<3 {
            let payment = try await rig.begun()
            rig.gateway.confirms(.lostAfter)
            payments.append(try await rig.confirm(payment))
        }
        try rig.makeDue()
        rig.orders.dies.withLock { _ = $0.insert("confirm") }
        _ = try await rig.reconciler.work()
        #expect(try rig.sql("SELECT count(*) FROM payment WHERE status = 'COMPLETED'") == "2")
        #expect(rig.metric(#"podo_payments_work_failures_total{work="look"}"#) == 1)
        try await rig.workAll()
        #expect(try rig.sql("SELECT count(*) FROM payment WHERE status = 'COMPLETED'") == "3")
        try await rig.checkBooks()
    }

    @Test("is looked at after 1, 2, 4 seconds and so on, up to a minute")
    func backoff() {
        let limits = PaymentLimits()
        #expect((1...8).map { PaymentLimits.backoff($0, most: limits.lookTimeMax) } == [1, 2, 4, 8, 16, 32, 60, 60])
        #expect(PaymentLimits.backoff(.max, most: limits.lookTimeMax) == 60)
    }

    @Test("of a buyer's browser loses nothing that he has authorised")
    func authorized() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        try rig.sql("UPDATE payment SET provider_key = 'key-\(payment.orderID)'")
        rig.gateway.put(payment, .authorized)
        try await rig.workAll()
        #expect(try await rig.row(payment).state == .completed)
        try await rig.checkBooks()
    }

    @Test("that is away for a while takes none of the tries to take the money")
    func silentForAWhile() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostBefore)
        _ = try await rig.confirm(payment)
        rig.gateway.change { $0.isSilent = true }
        try await rig.workAll(rounds: rig.payments.limits.confirmCountMax + 3)
        #expect(rig.gateway.confirmCount == 1)
        rig.gateway.change { $0.isSilent = false }
        try await rig.workAll(rounds: 1)
        #expect(try await rig.row(payment).state == .completed)
        try await rig.checkBooks()
    }

    @Test("that leaves a payment open at the company for good is given up, and its seats are free")
    func openForGood() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostBefore, .lostBefore, .lostBefore, .lostBefore, .lostBefore, .lostBefore, .lostBefore)
        _ = try await rig.confirm(payment)
        try await rig.workAll(rounds: 8)
        #expect(try await rig.row(payment).state.phase == .unknown)
        #expect(rig.gateway.confirmCount == 1 + rig.payments.limits.confirmCountMax)
        try rig.age(4000)
        try await rig.workAll()
        #expect(try await rig.row(payment).failureCode == "abandoned")
        #expect(try rig.sql("SELECT frozen FROM test_order") == "f")
    }

    enum RefundPoint: CaseIterable {
        case beforeCommit, afterPromise, askedInVain, askedAndDone, answeredBeforeCommit, pending
    }

    @Test("anywhere while giving back gives back once", arguments: RefundPoint.allCases)
    func whileRefunding(point: RefundPoint) async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        if point == .beforeCommit { rig.orders.dies.withLock { _ = $0.insert("cancel") } }
        func ask() async throws -> RefundRow {
            try await rig.payments.refund(payment.id, seats: nil, reason: "x", by: .member(PaymentRig.member))
        }
        if point == .beforeCommit {
            await #expect(throws: TestOrders.Died.self) { _ = try await ask() }
            #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "2")
            #expect(try await rig.row(payment).refundPending == 0)
        }
        let refund = try await ask()
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
        switch point {
        case .askedInVain: rig.gateway.refunds(.lostBefore)
        case .askedAndDone: rig.gateway.refunds(.lostAfter)
        case .pending: rig.gateway.refunds(.pending)
        case .beforeCommit, .afterPromise: break
        case .answeredBeforeCommit:
            // Whoever asked had taken the row, and died with the answer.
            try rig.sql("UPDATE refund SET status = 'PROCESSING', attempts = 1")
            _ = await rig.gateway.refund(
                GatewayRefund(
                    payment: payment.key, amount: refund.amount, balanceBefore: refund.amount, reason: "x",
                    refundID: refund.id, idempotencyKey: refund.idempotencyKey))
        }
        try await rig.workAll()
        if point == .pending {
            #expect(try await rig.payments.refund(refund.id)?.status == .processing)
            rig.gateway.change { state in
                for index in state.entries[payment.orderID]?.cancels.indices ?? 0..<0 {
                    state.entries[payment.orderID]?.cancels[index].status = .done
                }
            }
            try await rig.workAll()
        }
        #expect(try await rig.payments.refund(refund.id)?.status == .succeeded)
        #expect(try await rig.row(payment).state.status == .canceled)
        #expect(rig.gateway.change { $0.refundKeys } == [refund.idempotencyKey])
        #expect(try await ask().id == refund.id)
        try await rig.checkBooks()
    }
}
