import Commerce
import HTTPServer
import Postgres
import Testing

@testable import Payments

@Suite("Paying", .timeLimit(.minutes(5)))
struct PaymentFlowTests {
    static func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let problem as HTTPProblem {
            return problem.code.description
        } catch {
            return "\(error)"
        }
    }

    @Test("takes the money once, sells the seats, and has it in the books, in one commit")
    func pays() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([30_000, 70_000])
        #expect(payment.total == Money(100_000))
        #expect(payment.ticketIDs.count == 2)
        #expect(payment.captured == 100_000)
        try await rig.checkBooks()
        #expect(try await Ledger.balance(of: .sellerPayable(PaymentRig.seller), .krw, in: rig.database) == -100_000)
        #expect(try await Ledger.balance(of: .gatewayReceivable, .krw, in: rig.database) == 100_000)
        #expect(
            try rig.sql("SELECT topic || ' ' || aggregate FROM outbox ORDER BY id")
                == "payment.completed payment:\(payment.id)")
        #expect(
            try rig.sql("SELECT string_agg(detail->>'phase', ' ' ORDER BY id) FROM payment_event")
                == "CREATED IN_FLIGHT SETTLED")
        #expect(rig.metric(#"podo_payments_total{outcome="completed"}"#) == 1)
    }

    @Test("asked again gives the same answer and takes nothing more")
    func isIdempotent() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        let again = try await rig.confirm(payment)
        #expect(again.state == payment.state && again.ticketIDs == payment.ticketIDs)
        #expect(rig.gateway.confirmCount == 1)
        let other = await Self.code {
            _ = try await rig.payments.confirm(
                payment.id, of: PaymentRig.member, providerKey: "another", amount: 100_000)
        }
        #expect(other == "invalid-state")
        let begun = await Self.code {
            _ = try await rig.payments.begin(payment.reservationID, by: PaymentRig.member)
        }
        #expect(begun == "already-paid")
    }

    @Test("goes on with what was begun, and with a new attempt when the price is another")
    func beginsOnce() async throws {
        let rig = try PaymentRig()
        let reservation = try rig.reservation()
        let first = try await rig.payments.begin(reservation, by: PaymentRig.member)
        let second = try await rig.payments.begin(reservation, by: PaymentRig.member)
        #expect(first.payment.id == second.payment.id)
        #expect(first.checkout?.url == "https://pay.test/\(first.payment.orderID)")
        try rig.sql("UPDATE test_order SET total = 90000")
        let third = try await rig.payments.begin(reservation, by: PaymentRig.member)
        #expect(third.payment.id != first.payment.id && third.payment.total == Money(90_000))
        #expect(try await rig.row(first.payment).failureCode == "superseded")
        #expect(await Self.code { _ = try await rig.payments.begin(reservation, by: 102) } == "not-found")
    }

    @Test("many who begin at once have one payment")
    func beginRace() async throws {
        let rig = try PaymentRig()
        let reservation = try rig.reservation()
        let ids = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<12 {
                group.addTask { try await rig.payments.begin(reservation, by: PaymentRig.member).payment.id }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }

    @Test("refuses another amount, another member and another payment's key before the company is asked")
    func refusesTampering() async throws {
        let rig = try PaymentRig()
        let (one, two) = (try await rig.begun(), try await rig.begun([10_000]))
        func confirm(_ payment: PaymentRow, _ member: Int64, _ key: String, _ amount: Int64) async -> String? {
            await Self.code {
                _ = try await rig.payments.confirm(payment.id, of: member, providerKey: key, amount: amount)
            }
        }
        #expect(await confirm(one, PaymentRig.member, "k1", 1) == "amount-mismatch")
        #expect(await confirm(one, 102, "k1", 100_000) == "not-found")
        #expect(await confirm(two, PaymentRig.member, "k1", 10_000) == nil)
        let count = rig.gateway.confirmCount
        #expect(await confirm(one, PaymentRig.member, "k1", 100_000) == "invalid-state")
        #expect(rig.gateway.confirmCount == count)
        #expect(try await rig.row(one).state == .created)
    }

    @Test("charges nobody for seats that are lost")
    func holdExpired() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        try rig.sql("UPDATE test_order SET held_until = now() - interval '1 second'")
        #expect(await Self.code { _ = try await rig.confirm(payment) } == "hold-expired")
        #expect(rig.gateway.confirmCount == 0)
        #expect(try await rig.row(payment).failureCode == "hold-expired")
        #expect(
            await Self.code { _ = try await rig.payments.begin(payment.reservationID, by: PaymentRig.member) }
                == "hold-expired")
    }

    @Test("that was declined leaves the seats held for another card, by a new payment")
    func declined() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        try rig.sql("UPDATE test_order SET held_until = now() + interval '2 seconds'")
        rig.gateway.confirms(.declines)
        let failed = try await rig.confirm(payment)
        #expect(failed.state == .failed && failed.failureCode == "REJECT_CARD")
        #expect(
            try rig.sql("SELECT NOT frozen AND held_until > now() + interval '50 seconds' FROM test_order") == "t")
        let again = try await rig.payments.begin(payment.reservationID, by: PaymentRig.member)
        #expect(again.payment.id != payment.id)
        #expect(try await rig.confirm(again.payment).state == .completed)
        try await rig.checkBooks()
    }

    @Test("of nothing asks nobody")
    func free() async throws {
        let rig = try PaymentRig()
        let reservation = try rig.reservation([0, 0])
        let begun = try await rig.payments.begin(reservation, by: PaymentRig.member)
        #expect(begun.payment.state == .completed && begun.payment.ticketIDs.count == 2 && begun.checkout == nil)
        let seat = reservation * 100
        _ = try await rig.payments.refund(begun.payment.id, seats: [seat], reason: "", by: .member(PaymentRig.member))
        #expect(try await rig.row(begun.payment).state == .completed)
        let rest = try await rig.payments.refund(
            begun.payment.id, seats: nil, reason: "", by: .member(PaymentRig.member))
        #expect(rest.status == .succeeded)
        #expect(try await rig.row(begun.payment).state.status == .canceled)
        #expect(rig.gateway.refundCount == 0)
        try await rig.checkBooks()
    }

    @Test("of another sum than was asked for is never paid: it is an incident, and goes back")
    func mispaid() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.takes(100))
        let after = try await rig.confirm(payment)
        #expect(after.state == PaymentState(.failed, isOrphan: true) && after.captured == 100)
        #expect(rig.metric(#"podo_payments_incidents_total{kind="mispaid"}"#) == 1)
        try await rig.workAll()
        #expect(try await rig.row(payment).refunded == 100)
        #expect(try rig.sql("SELECT NOT frozen AND status = 'PENDING' FROM test_order") == "t")
        try await rig.checkBooks()
    }

    @Test("whose seats were lost goes back whole by itself")
    func orphan() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        try rig.sql("UPDATE test_seat SET state = 'LOST'")
        let orphan = try await rig.confirm(payment)
        #expect(orphan.state == PaymentState(.completed, isOrphan: true) && orphan.refundPending == 100_000)
        try await rig.workAll()
        #expect(try await rig.row(payment).state == PaymentState(.canceled, isOrphan: true))
        #expect(try await Ledger.balance(of: .customerOwed, .krw, in: rig.database) == 0)
        #expect(try await Ledger.balance(of: .sellerPayable(PaymentRig.seller), .krw, in: rig.database) == 0)
        #expect(
            try rig.sql("SELECT string_agg(topic, ' ' ORDER BY id) FROM outbox")
                == "payment.orphaned refund.requested refund.completed")
        try await rig.checkBooks()
    }

    @Test("by transfer waits for the deposit with the seats kept, and ends when it comes or is given up")
    func deposit() async throws {
        let rig = try PaymentRig()
        let one = try await rig.begun(method: .virtualAccount)
        let two = try await rig.begun(method: .virtualAccount)
        rig.gateway.confirms(.deposit, .deposit)
        #expect(try await rig.confirm(one).state == PaymentState(.waiting, .awaitingDeposit))
        let deposit = try #require(try await rig.confirm(two).deposit)
        #expect(deposit.hasSuffix(#"Z", "bankCode": "20", "accountNumber": "123"}"#), "\(deposit)")
        try await rig.workAll()
        #expect(try rig.sql("SELECT count(*) FROM test_order WHERE frozen") == "2")
        rig.gateway.put(one, .paid)
        rig.gateway.put(two, .failed)
        try await rig.workAll()
        #expect(try await rig.row(one).state == .completed)
        #expect(try await rig.row(two).state == .failed)
        #expect(try rig.sql("SELECT count(*) FROM test_order WHERE frozen") == "0")
        try await rig.checkBooks()
    }

    @Test("that was given up and turns out to be paid gets its seats if they are free, and goes back if they are not")
    func late() async throws {
        let rig = try PaymentRig()
        let (one, two) = (try await rig.begun(), try await rig.begun())
        for payment in [one, two] {
            try rig.sql("UPDATE test_order SET status = 'EXPIRED' WHERE id = \(payment.reservationID)")
        }
        try await rig.workAll()
        #expect(try await rig.row(one).failureCode == "expired")
        try rig.sql("UPDATE test_seat SET state = 'LOST' WHERE order_id = \(two.reservationID)")
        for payment in [one, two] {
            rig.gateway.put(payment, .paid)
            try await rig.reconciler.look(at: payment.id)
        }
        #expect(try await rig.row(one).state == .completed)
        #expect(try await rig.row(two).state.isOrphan)
        #expect(rig.metric(#"podo_payments_total{outcome="late"}"#) == 1)
        try await rig.workAll()
        try await rig.checkBooks()
    }

    @Test("of one reservation twice leaves one, and the other goes back")
    func duplicate() async throws {
        let rig = try PaymentRig()
        let first = try await rig.begun()
        try rig.sql("UPDATE test_order SET total = 100001")
        let second = try await rig.payments.begin(first.reservationID, by: PaymentRig.member).payment
        #expect(try await rig.confirm(second).state == .completed)
        rig.gateway.put(first, .paid)
        try await rig.reconciler.look(at: first.id)
        #expect(try await rig.row(first).state.isOrphan)
        try await rig.workAll()
        try await rig.checkBooks()
        #expect(try await rig.row(second).state == .completed)
    }
}
