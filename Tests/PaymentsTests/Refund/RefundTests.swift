import Commerce
import HTTPServer
import Postgres
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Payments

@Suite("Giving back", .timeLimit(.minutes(5)))
struct RefundTests {
    private static let me = RefundParty.member(PaymentRig.member)

    @Test("some seats, then the rest, by the rules of the day, is what was quoted")
    func partial() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([30_001, 70_000], startsInDays: 8)
        try rig.sql("UPDATE test_order SET confirmed_at = now() - interval '2 days'")
        let seat = payment.reservationID * 100
        let quote = try await rig.payments.quote(payment.id, seats: [seat], by: Self.me)
        #expect((quote.paid, quote.back, quote.fee, quote.feeBasisPoints) == (30_001, 27_001, 3000, 1000))
        let refund = try await rig.payments.refund(payment.id, seats: [seat], reason: "sick", by: Self.me)
        #expect(refund.amount == Money(27_001) && refund.fee == 3000 && refund.status == .requested)
        #expect(try await rig.row(payment).refundPending == 30_001)
        #expect(try await rig.refunds.work(on: refund.id).status == .succeeded)
        let part = try await rig.row(payment)
        #expect(part.state.status == .partCanceled && part.refunded == 27_001 && part.kept == 3000)
        let rest = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me)
        try await rig.workAll()
        let after = try await rig.row(payment)
        #expect(rest.amount == Money(63_000) && after.state.status == .canceled && after.kept == 10_000)
        #expect(try await Ledger.balance(of: .sellerPayable(PaymentRig.seller), .krw, in: rig.database) == -10_000)
        #expect(try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me).id == rest.id)
        try await rig.checkBooks()
    }

    @Test("is told of at once, when it is asked for and when it is done")
    func rings() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        func isRung() async -> Bool {
            let begun = MonotonicTime.now
            await rig.payments.news.wait(.seconds(60), on: rig.group.loops[0])
            return MonotonicTime.now - begun < .seconds(30)
        }
        let refund = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me)
        #expect(await isRung())
        _ = try await rig.refunds.work(on: refund.id)
        #expect(await isRung())
    }

    @Test(
        "goes by days where the show is, not where we are",
        arguments: [("Asia/Seoul", 1), ("Pacific/Kiritimati", 1), ("America/Los_Angeles", 0)])
    func zones(zone: String, shift: Int) async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        // The show begins at the first minute of the tenth day from today, there.
        try rig.sql(
            """
            UPDATE test_order SET timezone = '\(zone)', confirmed_at = now() - interval '3 days',
                starts_at = ((now() AT TIME ZONE '\(zone)')::date + 10)::timestamp AT TIME ZONE '\(zone)'
            """)
        let quote = try await rig.payments.quote(payment.id, seats: nil, by: Self.me)
        #expect(quote.daysBefore == 10 && quote.fee == 0)
        try rig.sql("UPDATE test_order SET starts_at = starts_at - interval '1 minute'")
        let later = try await rig.payments.quote(payment.id, seats: nil, by: Self.me)
        #expect(later.daysBefore == 9 && later.fee == 10_000)
    }

    @Test("of a show that was called off is whole, whatever its rules say, however late it is")
    func calledOff() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000], startsInDays: 2)
        try rig.sql("UPDATE test_order SET confirmed_at = now() - interval '2 days'")
        #expect(try await rig.payments.quote(payment.id, seats: nil, by: Self.me).fee == 30_000)
        try rig.sql("UPDATE test_order SET called_off = true")
        #expect(try await rig.payments.quote(payment.id, seats: nil, by: Self.me).fee == 0)
        try rig.sql("UPDATE test_order SET starts_at = now() - interval '1 minute'")
        let refund = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me)
        #expect(refund.amount == Money(100_000) && refund.fee == 0)
        try await rig.workAll()
        try await rig.checkBooks()
    }

    @Test("to who bought when the rules had just changed goes by the ones that are better for him")
    func changedRules() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000], startsInDays: 5)
        try rig.sql("UPDATE test_order SET confirmed_at = now() - interval '2 days'")
        for (rules, other, fee) in [(10_000, 0, 0), (500, 9000, 5000)] {
            func json(_ points: Int) -> String { #"[{"daysBefore": 0, "feeBasisPoints": \#(points)}]"# }
            try rig.sql("UPDATE test_order SET rules = '\(json(rules))', other_rules = '\(json(other))'")
            #expect(try await rig.payments.quote(payment.id, seats: nil, by: Self.me).fee == Int64(fee))
        }
    }

    @Test("is refused of what is none, of a show that has begun, to strangers, and of orphans")
    func refused() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        func code(_ seats: [Int64]?, _ party: RefundParty = Self.me) async -> String? {
            await PaymentFlowTests.code {
                _ = try await rig.payments.refund(payment.id, seats: seats, reason: "", by: party)
            }
        }
        #expect(await code([1]) == "invalid-seat")
        #expect(await code([]) == "invalid-seat")
        #expect(await code(nil, .member(102)) == "not-found")
        try rig.sql("UPDATE test_order SET starts_at = now() - interval '1 minute'")
        #expect(await code(nil) == "policy-window-closed")
        let waiting = try await rig.begun()
        #expect(
            await PaymentFlowTests.code {
                _ = try await rig.payments.refund(waiting.id, seats: nil, reason: "", by: Self.me)
            } == "invalid-state")
        // A manager gives everything back all the same.
        #expect(await code(nil, .manager(301)) == nil)
        try await rig.workAll()
        #expect(try await rig.row(payment).refunded == 100_000)
        try await rig.checkBooks()
    }

    @Test("by the buyer is not of a ticket that he gave away; a canceled concert and a manager void it all the same")
    func givenAway() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        let seat = payment.reservationID * 100
        try rig.sql("UPDATE test_seat SET given = true WHERE seat_id = \(seat)")
        func code(_ seats: [Int64]?) async -> String? {
            await PaymentFlowTests.code {
                _ = try await rig.payments.refund(payment.id, seats: seats, reason: "", by: Self.me)
            }
        }
        #expect(await code([seat]) == "refund-not-allowed")
        #expect(await code([seat, seat + 1]) == "refund-not-allowed")
        #expect(try await rig.payments.quote(payment.id, seats: nil, by: Self.me).seatIDs == [seat + 1])
        #expect(await code(nil) == nil)
        #expect(await code(nil) == "refund-not-allowed")
        try await rig.workAll()
        #expect(try await rig.row(payment).refunded == 40_000)
        let rest = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: .concert)
        #expect(rest.amount == Money(60_000))
        try await rig.workAll()
        try await rig.checkBooks()
    }

    @Test("is quoted without waiting for whoever has the payment, and to strangers as nothing")
    func quoteLocksNothing() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        try await rig.database.transaction("test") { transaction in
            _ = try await rig.payments.lock(payment.id, in: transaction)
            let other = await PaymentFlowTests.code {
                _ = try await rig.payments.quote(payment.id, seats: nil, by: .member(102))
            }
            #expect(other == "not-found")
            #expect(try await rig.payments.quote(payment.id, seats: nil, by: Self.me).back == 100_000)
        }
    }

    @Test("that a company has accepted may take a bank days, and what it has not may not take long")
    func waiting() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        rig.gateway.refunds(.pending)
        let refund = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me)
        #expect(try await rig.refunds.work(on: refund.id).status == .processing)
        // When a row was made does not change by itself.
        try rig.sql("ALTER TABLE refund DISABLE TRIGGER USER")
        try rig.sql("UPDATE refund SET created_at = now() - interval '3 days'")
        #expect(try await rig.payments.checkInvariants().isEmpty)
        try rig.sql("UPDATE refund SET created_at = now() - interval '15 days'")
        #expect(try await rig.payments.checkInvariants() == ["no-refund-waits-for-long"])
        try rig.sql("UPDATE refund SET created_at = now() - interval '1 hour', status = 'UNKNOWN'")
        #expect(try await rig.payments.checkInvariants() == ["no-refund-waits-for-long"])
    }

    @Test("by an organizer's own rules, and by the standard where they cannot be read")
    func ownRules() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid(startsInDays: 60)
        try rig.sql(
            """
            UPDATE test_order SET confirmed_at = now() - interval '9 days',
                rules = '[{"daysBefore":0,"feeBasisPoints":4000}]'
            """
        )
        #expect(try await rig.payments.quote(payment.id, seats: nil, by: Self.me).fee == 40_000)
        try rig.sql("UPDATE test_order SET rules = '{'")
        #expect(try await rig.payments.quote(payment.id, seats: nil, by: Self.me).fee == 0)
        #expect(rig.metric(#"podo_payments_incidents_total{kind="unreadable-rules"}"#) == 1)
    }

    @Test("all, somewhere else, comes into the books and voids the tickets; a bank that takes it back does the same")
    func elsewhere() async throws {
        let rig = try PaymentRig()
        let (one, two) = (try await rig.paid(), try await rig.paid())
        rig.gateway.refundElsewhere(one, 100_000)
        rig.gateway.refundElsewhere(two, 100_000, isDispute: true)
        for payment in [one, two, one] { try await rig.reconciler.look(at: payment.id) }
        #expect(try await rig.row(one).state.status == .canceled)
        #expect(try rig.sql("SELECT string_agg(cause, ' ' ORDER BY id) FROM refund") == "EXTERNAL CHARGEBACK")
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
        try await rig.checkBooks()
    }

    @Test("a part, somewhere else, voids the seat of that price; where it is not clear which, a person has to say")
    func partElsewhere() async throws {
        let rig = try PaymentRig()
        let (one, two) = (try await rig.paid([10_000, 20_000]), try await rig.paid([10_000, 10_000]))
        for payment in [one, two] {
            rig.gateway.refundElsewhere(payment, 10_000)
            try await rig.reconciler.look(at: payment.id)
        }
        #expect(
            try rig.sql("SELECT count(*) FROM test_seat WHERE order_id = \(one.reservationID) AND state = 'SOLD'")
                == "1")
        #expect(
            try rig.sql("SELECT count(*) FROM test_seat WHERE order_id = \(two.reservationID) AND state = 'SOLD'")
                == "2")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="refund-of-unknown-seats"}"#) == 1)
        // What is left is all that can be given back after that.
        let rest = try await rig.payments.refund(two.id, seats: nil, reason: "", by: .manager(301))
        #expect(rest.amount == Money(10_000))
        try await rig.workAll()
        #expect(try await rig.row(two).state.status == .canceled)
        try await rig.checkBooks()
    }

    @Test("a part, somewhere else, is for the seats that a person names, and no money moves by that")
    func namedSeats() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig, as: 301)
        let payment = try await rig.paid([50_000, 50_000])
        rig.gateway.refundElsewhere(payment, 50_000)
        try await rig.reconciler.look(at: payment.id)
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "2")
        let refund = try #require(try await rig.payments.refunds(of: payment.id).first)
        let path = "/api/v1/admin/refunds/\(refund.id)/seats"
        let seat = payment.reservationID * 100 + 1
        #expect(try await client.send(.post, path, json: ["seatIds": [7]]).code == "invalid-seat")
        #expect(try await client.send(.post, path, json: ["seatIds": [Int]()]).code == "invalid-request")
        #expect(try await client.send(.post, "/api/v1/admin/refunds/99/seats", json: ["seatIds": [7]]).status == 404)
        let named = try await client.send(.post, path, json: ["seatIds": [seat]])
        #expect(named.status == 200 && named.json["refundId"] as? Int == Int(refund.id), "\(named.text)")
        #expect(try rig.sql("SELECT seat_id FROM test_seat WHERE state = 'SOLD'") == "\(seat - 1)")
        #expect(named.json["seatIds"] as? [Int64] == [seat], "\(named.text)")
        #expect(try await client.send(.post, path, json: ["seatIds": [seat]]).code == "invalid-seat")
        // Whoever names another seat for the same money does not get it, whatever he says was kept.
        for isRestKept in [false, true] {
            let other = try await client.send(.post, path, json: ["seatIds": [seat - 1], "restKept": isRestKept])
            #expect(other.status == 422 && other.code == "refund-exceeds-balance", "\(other.text)")
        }
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "1")
        #expect(try await rig.row(payment).refunded == 50_000)
        // Who asks for that seat is told of it; the other one is a refund of its own.
        let told = try await rig.payments.refund(payment.id, seats: [seat], reason: "", by: Self.me)
        #expect(told.id == refund.id)
        let own = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me)
        try await rig.workAll()
        let other = try await client.send(
            .post, "/api/v1/admin/refunds/\(own.id)/seats", json: ["seatIds": [seat - 1]])
        #expect(other.code == "invalid-state")
        #expect(try await rig.row(payment).refunded == 100_000)
        try await rig.checkBooks()
    }

    @Test("somewhere else is for no seats that cost more, unless a fee was kept; what is left of it is for others")
    func boundedSeats() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig, as: 301)
        let payment = try await rig.paid([30_000, 20_000, 25_000, 25_000])
        let first = payment.reservationID * 100
        func name(_ refund: RefundRow, _ body: [String: Any]) async throws -> PaymentClient.Answer {
            try await client.send(.post, "/api/v1/admin/refunds/\(refund.id)/seats", json: body)
        }
        rig.gateway.refundElsewhere(payment, 50_000)
        try await rig.reconciler.look(at: payment.id)
        let two = try #require(try await rig.payments.refunds(of: payment.id).first)
        #expect(try await name(two, ["seatIds": [first, first + 2]]).code == "refund-exceeds-balance")
        for seat in [first, first + 1] { #expect(try await name(two, ["seatIds": [seat]]).status == 200) }
        rig.gateway.refundElsewhere(payment, 45_000)
        try await rig.reconciler.look(at: payment.id)
        let all = try await rig.payments.refunds(of: payment.id)
        let less = try #require(all.first { $0.id != two.id })
        #expect(try await name(less, ["seatIds": [first + 2, first + 3]]).code == "refund-exceeds-balance")
        #expect(try await name(less, ["seatIds": [first + 2, first + 3], "restKept": true]).status == 200)
        #expect(try rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
    }

    @Test("somewhere else what was being given back here is not counted twice")
    func sameElsewhere() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        rig.gateway.refunds(.lostAfter)
        let refund = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: Self.me)
        #expect(try await rig.refunds.work(on: refund.id).status == .unknown)
        // A webhook makes us read before the refund is looked at again.
        try await rig.reconciler.look(at: payment.id)
        #expect(try await rig.payments.refund(refund.id)?.status == .succeeded)
        try await rig.workAll()
        #expect(try rig.sql("SELECT count(*) FROM refund") == "1")
        try await rig.checkBooks()
    }

    @Test(
        "that was done and then was not is promised again, in the books and in settlements, until a person sees to it")
    func reversed() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid([60_000, 40_000])
        let seat = payment.reservationID * 100
        let refund = try await rig.payments.refund(payment.id, seats: [seat], reason: "", by: Self.me)
        try await rig.workAll()
        rig.gateway.change { $0.entries[payment.orderID]?.cancels[0].status = .failed }
        for _ in 0..<2 { try await rig.reconciler.look(at: payment.id) }
        let after = try await rig.row(payment)
        #expect(after.state == .completed && after.refunded == 0 && after.refundPending == 60_000)
        #expect(try rig.sql("SELECT string_agg(status, ' ' ORDER BY id) FROM refund") == "REVERSED FAILED")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="refund-reversed"}"#) == 1)
        try await rig.checkBooks()
        let again = try await rig.payments.refund(payment.id, seats: [seat], reason: "", by: Self.me)
        #expect(again.id != refund.id)
        _ = try await rig.payments.retry(again.id, by: 301)
        try await rig.workAll()
        try await rig.reconciler.look(at: payment.id)
        #expect(try await rig.row(payment).refunded == 60_000)
        try await rig.checkBooks()
        try rig.sql(
            """
            UPDATE payment SET captured_at = now() - interval '2 days';
            UPDATE refund SET completed_at = now() - interval '2 days',
                reversed_at = CASE WHEN reversed_at IS NOT NULL THEN now() - interval '2 days' END
            WHERE completed_at IS NOT NULL
            """)
        _ = try await rig.settlements.run(nil)
        #expect(try rig.sql("SELECT gross || ' ' || refunds FROM settlement") == "100000 60000")
        #expect(try rig.sql("SELECT count(*) FROM settlement_item") == "4")
        #expect(try await rig.payments.checkInvariants().isEmpty)
    }

    @Test("more than there is by the company's own books, somewhere else, is an incident and no row")
    func excess() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        for _ in 0..<2 { rig.gateway.refundElsewhere(payment, 60_000) }
        try await rig.reconciler.look(at: payment.id)
        #expect(try rig.sql("SELECT string_agg(amount::text, ' ') FROM refund") == "60000")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="refund-excess"}"#) == 1)
        #expect(try rig.sql("SELECT count(*) FROM payment_event WHERE kind = 'refund-excess'") == "1")
    }

    @Test("everything of a concert that is canceled goes on where it was cut off, and ends")
    func concertCanceled() async throws {
        var limits = PaymentLimits()
        limits.batchCountMax = 2
        let rig = try PaymentRig(limits: limits)
        var payments: [PaymentRow] = []
        for _ in 0..<5 { payments.append(try await rig.paid(concert: 7, startsInDays: 0)) }
        let other = try await rig.paid(concert: 8)
        let late = try await rig.begun()
        try rig.sql("UPDATE payment SET concert_id = 7 WHERE id = \(late.id)")
        rig.gateway.confirms(.lostAfter)
        _ = try await rig.confirm(late)
        _ = try await rig.payments.refund(
            payments[1].id, seats: [payments[1].reservationID * 100], reason: "", by: .manager(301))
        for _ in 0..<2 {
            try await rig.database.transaction("test") {
                try await rig.refunds.refundAll(7, reason: "canceled", in: $0)
            }
        }
        // One that cannot be given back now keeps no other from it, and its turn comes again.
        rig.orders.dies.withLock { _ = $0.insert("cancel") }
        _ = try await rig.refunds.work()
        #expect(rig.metric(#"podo_payments_work_failures_total{work="sweep"}"#) == 1)
        #expect(try rig.sql("SELECT after_payment_id > 0 AND refund_count = 1 FROM refund_sweep") == "t")
        let another = RefundWorker(payments: rig.payments)
        try rig.makeDue()
        while try await another.work() {}
        #expect(try rig.sql("SELECT finished_at IS NULL FROM refund_sweep") == "t")
        try await rig.workAll(rounds: 4)
        #expect(try rig.sql("SELECT finished_at IS NOT NULL FROM refund_sweep") == "t")
        for payment in payments + [late] {
            let row = try await rig.row(payment)
            #expect(row.state.status == .canceled && row.refunded == 100_000)
        }
        #expect(try await rig.row(other).state == .completed)
        try await rig.checkBooks()
    }
}
