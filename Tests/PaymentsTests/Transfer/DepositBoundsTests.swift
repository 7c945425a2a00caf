import Commerce
import HTTPServer
import Observability
import Postgres
import Primitives
import Testing

@testable import Payments

@Suite("A deposit that is awaited", .timeLimit(.minutes(5)))
struct DepositBoundsTests {
    private static func hours(_ hours: Double) -> WallClock {
        WallClock(unixMilliseconds: WallClock.now.unixMilliseconds + Int64(hours * 3_600_000))
    }

    @Test("keeps no seats when nobody asked for it, and the company is told until it waits for it no longer")
    func notAskedFor() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.deposit)
        rig.gateway.change { $0.abandonment = .unknown(GatewayDoubt(.timedOut)) }
        let refused = try await rig.confirm(payment)
        #expect(refused.state == .failed && refused.failureCode == "deposit-not-asked-for")
        #expect(try rig.sql("SELECT frozen FROM test_order") == "f")
        try await rig.workAll(rounds: 2)
        #expect(rig.gateway.change { $0.abandonCount } == 3)
        rig.gateway.change { $0.abandonment = .expiresByItself }
        try await rig.workAll(rounds: 1)
        #expect(rig.gateway.change { $0.entries[payment.orderID]?.status } == .failed)
        #expect(try rig.sql("SELECT next_look_at IS NULL FROM payment") == "t")
        #expect(try await rig.payments.begin(payment.reservationID, by: PaymentRig.member).payment.id != payment.id)
    }

    @Test("is found out when its answer was lost, too")
    func lostAnswer() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun()
        rig.gateway.confirms(.lostBefore, .deposit)
        _ = try await rig.confirm(payment)
        try await rig.workAll()
        #expect(try await rig.row(payment).failureCode == "deposit-not-asked-for")
        #expect(rig.gateway.change { $0.entries[payment.orderID]?.status } == .failed)
        let other = try await rig.begun()
        rig.gateway.confirms(.lostBefore)
        _ = try await rig.confirm(other)
        rig.gateway.put(other, .awaitingDeposit)
        try await rig.workAll()
        #expect(try await rig.row(other).failureCode == "deposit-not-asked-for")
        #expect(rig.gateway.change { $0.entries[other.orderID]?.status } == .failed)
    }

    @Test(
        "is waited for no longer than a day, nor than the sale, nor without an end",
        arguments: [(23, nil, true), (25, nil, false), (nil, nil, false), (6, 5, false), (4, 5, true)]
            as [(Double?, Double?, Bool)])
    func bounds(due: Double?, sale: Double?, isWaitedFor: Bool) async throws {
        let rig = try PaymentRig()
        let payment = try await rig.begun(method: .virtualAccount)
        if let sale { try rig.sql("UPDATE test_order SET sells_until = now() + interval '\(sale) hours'") }
        rig.gateway.change { $0.depositDue = due.map(Self.hours) }
        rig.gateway.confirms(.deposit)
        let after = try await rig.confirm(payment)
        if isWaitedFor {
            #expect(after.state.phase == .awaitingDeposit)
        } else {
            #expect(after.state == .failed && after.failureCode == "deposit-too-late")
            #expect(rig.gateway.change { $0.entries[payment.orderID]?.status } == .failed)
        }
        #expect(try rig.sql("SELECT frozen FROM test_order") == (isWaitedFor ? "t" : "f"))
        // What is waited for already is not judged again.
        rig.gateway.change { $0.depositDue = Self.hours(100) }
        try await rig.workAll(rounds: 1)
        #expect(try await rig.row(payment).state == after.state)
    }

    @Test("is awaited no longer for what was called off, and the company is told at once")
    func calledOff() async throws {
        let rig = try PaymentRig()
        rig.gateway.confirms(.deposit, .deposit)
        let payment = try await rig.confirm(try await rig.begun(method: .virtualAccount))
        let other = try await rig.confirm(try await rig.begun(method: .virtualAccount))
        try rig.sql("UPDATE test_order SET called_off = true WHERE id = \(payment.reservationID)")
        #expect(try await rig.reconciler.work() == false)
        #expect(try await rig.row(payment).state.phase == .awaitingDeposit)
        try await rig.database.transaction("test") { try await rig.payments.lookAtTransfers(of: 2, in: $0) }
        #expect(try rig.sql("SELECT count(*) FROM payment WHERE next_look_at <= now()") == "0")
        try await rig.database.transaction("test") { try await rig.payments.lookAtTransfers(of: 1, in: $0) }
        _ = try await rig.reconciler.work()
        let after = try await rig.row(payment)
        #expect(after.state == .failed && after.failureCode == "called-off")
        #expect(rig.gateway.change { $0.entries[payment.orderID]?.status } == .failed)
        #expect(try await rig.row(other).state.phase == .awaitingDeposit)
        // One that begins to be awaited just then is none either.
        let late = try await rig.begun(method: .virtualAccount)
        try rig.sql("UPDATE test_order SET called_off = true WHERE id = \(late.reservationID)")
        rig.gateway.confirms(.deposit)
        #expect(try await rig.confirm(late).failureCode == "called-off")
        #expect(rig.gateway.change { $0.entries[late.orderID]?.status } == .failed)
    }

    @Test("is waited for so long as Toss's own script is told, which is told nothing of cards")
    func script() async throws {
        let rig = try GatewayRig()
        let settings = TossSettings(secretKey: Secret("test_sk"), clientKey: "test_ck", base: rig.origin)
        let toss = try #require(TossGateway(settings, client: rig.client))
        var order = GatewayRig.order()
        #expect(await toss.checkout(for: order) == .ready(GatewayCheckout(clientKey: "test_ck")))
        // Its script may run in our page; without a key there is none.
        #expect(toss.pagePolicy == TossSettings.pagePolicy)
        let keyless = TossSettings(secretKey: Secret("test_sk"), base: rig.origin)
        #expect(try #require(TossGateway(keyless, client: rig.client)).pagePolicy == nil)
        (order.method, order.depositHours) = (.virtualAccount, 5)
        let checkout = GatewayCheckout(clientKey: "test_ck", depositHours: 5)
        #expect(await toss.checkout(for: order) == .ready(checkout))
        var writer = JSONWriter()
        PaymentAnswer(payment: .waiting, checkout: checkout).encode(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self).contains(#""depositHours":5"#))
    }

    @Test("is asked for as long as the sale goes on, and not at all in its last hour")
    func asked() async throws {
        let rig = try PaymentRig()
        let reservation = try rig.reservation()
        for (sale, hours) in [(48, 24), (5, 4), (1.4, 1)] as [(Double, Int)] {
            try rig.sql("UPDATE test_order SET sells_until = now() + interval '\(sale) hours'")
            #expect(
                try await rig.payments.depositHours(reservation, of: PaymentRig.member, .virtualAccount) == hours)
        }
        try rig.sql("UPDATE test_order SET sells_until = now() + interval '1 hour'")
        let code = await PaymentFlowTests.code {
            _ = try await rig.payments.begin(reservation, by: PaymentRig.member, method: .virtualAccount)
        }
        #expect(code == "payment-declined")
        #expect(try rig.sql("SELECT count(*) FROM payment") == "0")
        #expect(try await rig.payments.begin(reservation, by: PaymentRig.member).payment.state == .created)
    }

    @Test("is ended for its buyer though nothing more can be written down when the company is told")
    func endedInTrouble() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        rig.gateway.confirms(.deposit)
        let payment = try await rig.confirm(try await rig.begun(method: .virtualAccount))
        rig.gateway.change { state in
            state.abandonment = .unknown(GatewayDoubt(.timedOut))
            state.beforeAbandonment = { _ = try? rig.sql("ALTER TABLE payment RENAME TO gone") }
        }
        let path = "/api/v1/payment/\(payment.id)/cancel"
        let canceled = try await client.send(.post, path)
        #expect(canceled.status == 200 && canceled.json["failureCode"] as? String == "canceled", "\(canceled.text)")
        rig.gateway.change { ($0.beforeAbandonment, $0.abandonment) = (nil, .expiresByItself) }
        try rig.sql("ALTER TABLE gone RENAME TO payment")
        try await rig.workAll(rounds: 1)
        #expect(rig.gateway.change { $0.abandonCount } == 2)
        #expect(try rig.sql("SELECT next_look_at IS NULL FROM payment") == "t")
    }

    @Test("is ended by its buyer, and by a manager at once, and by nobody else")
    func ended() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        rig.gateway.confirms(.deposit, .deposit)
        let one = try await rig.confirm(try await rig.begun(method: .virtualAccount))
        let two = try await rig.confirm(try await rig.begun(method: .virtualAccount))
        // They have waited for longer than any hold lasts.
        try rig.sql(
            """
            UPDATE test_order SET created_at = now() - interval '20 minutes', held_until = now() - interval '15 minutes'
            """)
        let path = "/api/v1/payment/\(one.id)/cancel"
        #expect(try await client.send(.post, path, as: 102).status == 404)
        let canceled = try await client.send(.post, path)
        #expect(canceled.status == 200 && canceled.json["failureCode"] as? String == "canceled", "\(canceled.text)")
        #expect(try await client.send(.post, path).code == "invalid-state")
        #expect(rig.gateway.change { $0.entries[one.orderID]?.status } == .failed)
        let given = try await client.send(
            .post, "/api/v1/admin/payments/\(two.id)/give-up", json: ["note": "by phone"], as: 301)
        #expect(given.status == 200 && given.json["failureCode"] as? String == "given-up", "\(given.text)")
        #expect(rig.gateway.change { $0.entries[two.orderID]?.status } == .failed)
        #expect(try rig.sql("SELECT count(*) FROM test_order WHERE NOT frozen AND held_until > now()") == "2")
        try await rig.checkBooks()
    }
}
