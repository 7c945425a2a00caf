import HTTPServer
import Observability
import Postgres
import Testing

@testable import Payments

@Suite("The routes of payments", .timeLimit(.minutes(5)))
struct PaymentRouteTests {
    @Test("begin, confirm, show and list a payment", arguments: ["/payment", "/api/v1/payment"])
    func pay(path: String) async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        let reservation = try rig.reservation()
        let begun = try await client.send(.post, path, json: ["reservationId": reservation])
        #expect(begun.status == 201 && begun.json["status"] as? String == "WAITING", "\(begun.text)")
        let id = try #require(begun.json["paymentId"] as? Int)
        let order = try #require(begun.json["orderId"] as? String)
        #expect(begun.amount("amount") == 100_000)
        #expect(begun.json["checkoutUrl"] as? String == "https://pay.test/\(order)")
        let confirm = "/api/v1/payment/\(id)/confirm"
        let wrong = try await client.send(.post, confirm, json: ["paymentKey": "k", "amount": 5])
        #expect(wrong.status == 422 && wrong.code == "amount-mismatch")
        rig.gateway.confirms(.lostAfter)
        let unknown = try await client.send(.post, confirm, json: ["paymentKey": "k", "amount": 100_000])
        #expect(unknown.status == 202 && unknown.json["phase"] as? String == "UNKNOWN")
        #expect(unknown.fields[.retryAfter] == "2")
        try await rig.workAll()
        let paid = try await client.send(.post, confirm, json: ["paymentKey": "k", "amount": 100_000])
        #expect(paid.status == 200 && paid.json["status"] as? String == "COMPLETED")
        #expect((paid.json["ticketIds"] as? [Int])?.count == 2)
        let shown = try await client.send(.get, "/api/v1/payment/\(id)")
        #expect(shown.status == 200 && shown.json["memberId"] == nil && shown.fields[.cacheControl] == "no-store")
        #expect(shown.json["isOrphan"] as? Bool == false)
        #expect(try await client.send(.get, "/api/v1/payment/\(id)", as: 102).status == 404)
        #expect(try await client.send(.get, "/api/v1/payment/\(id)", as: 301).json["memberId"] as? Int == 101)
        let again = try await client.send(.post, path, json: ["reservationId": reservation])
        #expect(again.status == 409 && again.code == "already-paid")
        try await rig.checkBooks()
    }

    @Test("tell how one can pay, which is what the company takes")
    func methods() async throws {
        let rig = try PaymentRig()
        let answer = try await PaymentClient(rig).send(.get, "/api/v1/payment/methods")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["methods"] as? [String] == ["CARD", "VIRTUAL_ACCOUNT"])
        let stripe = try GatewayRig().stripe
        let registry = MetricsRegistry(loopCount: 1)
        #expect(stripe.methods == [.card] && MeteredGateway(stripe, registry: registry).methods == [.card])
        var order = GatewayRig.order()
        order.method = .virtualAccount
        guard case .refused(let decline) = await stripe.checkout(for: order) else {
            Issue.record("not refused")
            return
        }
        #expect(decline.code == "method_not_supported")
    }

    @Test("tell a buyer of money that nothing could be given for")
    func orphan() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        let payment = try await rig.begun()
        try rig.sql("UPDATE test_seat SET state = 'LOST'")
        let lost = try await client.send(
            .post, "/api/v1/payment/\(payment.id)/confirm", json: ["paymentKey": "k", "amount": 100_000])
        #expect(lost.status == 410)
        let shown = try await client.send(.get, "/api/v1/payment/\(payment.id)")
        #expect(shown.json["isOrphan"] as? Bool == true && shown.amount("refundPending") == 100_000)
    }

    @Test("decide at once where payments are simulated")
    func decide() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        let reservation = try rig.reservation()
        func decide(_ isSuccess: Bool) async throws -> PaymentClient.Answer {
            try await client.send(.post, "/payment", json: ["reservationId": reservation, "isSuccess": isSuccess])
        }
        let failed = try await decide(false)
        #expect(failed.status == 201 && failed.json["status"] as? String == "FAILED")
        let paid = try await decide(true)
        #expect(paid.status == 201 && paid.json["status"] as? String == "COMPLETED")
        #expect((paid.json["ticketIds"] as? [Int])?.count == 2)
        #expect(try await decide(true).code == "already-paid")
        try await rig.checkBooks()
    }

    @Test("say what is wrong by the codes of the API")
    func problems() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        #expect(try await client.send(.post, "/payment", json: ["reservationId": 99]).code == "not-found")
        #expect(try await client.send(.post, "/payment", json: ["reservationId": "x"]).code == "invalid-request")
        let payment = try await rig.begun()
        let confirm = "/api/v1/payment/\(payment.id)/confirm"
        rig.gateway.confirms(.declines)
        let declined = try await client.send(.post, confirm, json: ["paymentKey": "k", "amount": 100_000])
        #expect(declined.status == 402 && declined.code == "payment-declined")
        let lost = try await rig.begun()
        try rig.sql("UPDATE test_order SET held_until = now() - interval '1 second'")
        let gone = try await client.send(
            .post, "/api/v1/payment/\(lost.id)/confirm", json: ["paymentKey": "m", "amount": 100_000])
        #expect(gone.status == 410 && gone.code == "hold-expired")
        rig.gateway.change { $0.isSilent = true }
        let reservation = try rig.reservation()
        let away = try await client.send(.post, "/payment", json: ["reservationId": reservation])
        #expect(away.status == 503 && away.code == "pg-unavailable")
        for path in ["0", "x", "99999999999999999999", "-1"] {
            #expect(try await client.send(.get, "/api/v1/payment/\(path)").status == 404)
        }
    }

    @Test("quote and give back, and answer the same when asked again")
    func refund() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        let payment = try await rig.paid([60_000, 40_000])
        let path = "/api/v1/payment/\(payment.id)/refund"
        let seat = payment.reservationID * 100
        let quote = try await client.send(.get, "\(path)/quote?seatIds=\(seat)")
        #expect(quote.status == 200 && quote.amount("amount") == 60_000 && quote.amount("cancelFee") == 0)
        #expect(try await client.send(.get, "\(path)/quote").amount("amount") == 100_000)
        #expect(try await client.send(.get, "\(path)/quote?seatIds=x").code == "invalid-request")
        for _ in 0..<2 {
            let back = try await client.send(.post, path, json: ["seatIds": [seat], "reason": "일정 변경"])
            #expect(back.status == 200 && back.json["paymentStatus"] as? String == "PART_CANCELED", "\(back.text)")
        }
        rig.gateway.refunds(.lostAfter)
        let rest = try await client.send(.post, path, json: ["reason": ""])
        #expect(rest.status == 202 && rest.json["status"] as? String == "UNKNOWN")
        try await rig.workAll()
        let done = try await client.send(.post, path, json: ["reason": ""])
        #expect(done.status == 200 && done.json["paymentStatus"] as? String == "CANCELED")
        #expect(done.json["refundId"] as? Int == rest.json["refundId"] as? Int)
        try await rig.checkBooks()
    }

    @Test("take webhooks from anybody, and believe nobody")
    func webhook() async throws {
        let rig = try PaymentRig()
        var client = try PaymentClient(rig)
        client.member = nil
        let payment = try await rig.begun()
        rig.gateway.put(payment, .paid)
        let path = "/api/v1/payment/webhook/scripted"
        #expect(try await client.send(.post, path, text: "\(payment.orderID) e1 forged").status == 400)
        #expect(try await client.send(.post, path, text: "\(payment.orderID) e1 none").status == 200)
        #expect(try await client.send(.post, "/api/v1/payment/webhook/other", text: "").status == 404)
        let large = String(repeating: "x", count: 256 * 1024 + 1)
        #expect(try await client.send(.post, path, text: large).status == 413)
        try await rig.workAll()
        #expect(try await rig.row(payment).state == .completed)
        #expect(try await client.send(.get, "/api/v1/payment").status == 401)
    }

    @Test("list in pages, each row once, and only one's own")
    func pages() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        for _ in 0..<5 { _ = try await rig.begun() }
        let others = try rig.reservation(member: 102)
        _ = try await rig.payments.begin(others, by: 102)
        for (path, member, count) in [("/api/v1/payment", 101, 5), ("/api/v1/admin/payments", 301, 6)]
            as [(String, Int64, Int)]
        {
            var ids: [Int] = []
            var target = "\(path)?limit=2"
            for _ in 0..<6 {
                let page = try await client.send(.get, target, as: member)
                ids += page.items.compactMap { $0["paymentId"] as? Int }
                guard let next = page.json["nextCursor"] as? String else { break }
                target = "\(path)?limit=2&cursor=\(next)"
            }
            #expect(ids.count == count && ids == ids.sorted(by: >))
        }
        let found = try await client.send(
            .get, "/api/v1/admin/payments?status=WAITING&reservationId=\(others)", as: 301)
        #expect(found.items.count == 1)
        #expect(try await client.send(.get, "/api/v1/admin/payments?status=x", as: 301).code == "invalid-request")
        #expect(try await client.send(.get, "/api/v1/payment?cursor=x").code == "invalid-cursor")
    }

    @Test("of managers are for managers")
    func access() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        for route in PaymentRoutes.table where route.unbound.path.contains("/admin/") {
            let path = route.unbound.path.replacing("{id}", with: "1")
            for (member, status) in [(101, 403), (201, 403)] as [(Int64, Int)] {
                #expect(try await client.send(route.unbound.method, path, as: member).status == status, "\(path)")
            }
        }
    }

    @Test("settle a day, pay it out, and retry a refund")
    func manage() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig, as: 301)
        let payment = try await rig.paid([100_000])
        try rig.sql("UPDATE payment SET captured_at = now() - interval '36 hours'")
        let run = try await client.send(.post, "/api/v1/admin/settlements/run", json: [String: String]())
        #expect(run.status == 200 && run.json["sellerCount"] as? Int == 1, "\(run.text)")
        let list = try await client.send(.get, "/api/v1/admin/settlements?sellerId=201&status=CALCULATED")
        let id = try #require(list.items.first?["settlementId"] as? Int)
        let base = "/api/v1/admin/settlements/\(id)"
        let net = try #require(list.items.first?["net"] as? [String: Any])["amount"] as? Int ?? 0
        #expect(try await client.send(.post, base + "/approve", json: ["net": net - 1]).code == "invalid-state")
        #expect(try await client.send(.post, base + "/approve", json: [String: Int]()).code == "invalid-request")
        let approved = try await client.send(.post, base + "/approve", json: ["net": net])
        #expect(approved.json["status"] as? String == "APPROVED", "\(approved.text)")
        for (step, status) in [("REQUEST", "PAYOUT_REQUESTED"), ("PAID", "PAID")] {
            let paid = try await client.send(.post, base + "/payout", json: ["step": step])
            #expect(paid.json["status"] as? String == status)
        }
        let csv = try await client.send(.get, base + "/csv")
        #expect(csv.fields[.contentType] == "text/csv; charset=utf-8" && csv.text.contains("NET"))
        rig.gateway.refunds(.declines)
        let path = "/api/v1/admin/payments/\(payment.id)/refund"
        let failed = try await client.send(.post, path, json: ["reason": "goodwill"])
        #expect(failed.status == 202 && failed.json["status"] as? String == "FAILED")
        let refunds = try await client.send(.get, "/api/v1/admin/refunds?status=FAILED")
        let refund = try #require(refunds.items.first?["refundId"] as? Int)
        let retried = try await client.send(.post, "/api/v1/admin/refunds/\(refund)/retry")
        #expect(retried.status == 200 && retried.json["status"] as? String == "SUCCEEDED")
        try await rig.checkBooks()
    }

    @Test("let a person end what nobody knows, settle what the company refuses, and give back a sum")
    func person() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig, as: 301)
        let payment = try await rig.paid([60_000, 40_000])
        let refunds = "/api/v1/admin/payments/\(payment.id)/refund"
        let sum = try await client.send(.post, refunds, json: ["amount": 5000, "reason": "x"], key: "one")
        #expect(sum.status == 200 && sum.amount("amount") == 5000, "\(sum.text)")
        #expect(try await client.send(.post, refunds, json: ["amount": 1, "seatIds": [1]]).code == "invalid-request")
        let own = try await client.send(
            .post, "/api/v1/payment/\(payment.id)/refund", json: ["amount": 5], as: PaymentRig.member)
        #expect(own.status == 400 && own.code == "invalid-request")
        rig.gateway.refunds(.declines)
        let failed = try await client.send(.post, refunds, json: ["reason": "x"])
        let id = try #require(failed.json["refundId"] as? Int)
        let path = "/api/v1/admin/refunds/\(id)/settled"
        #expect(try await client.send(.post, path, json: [String: String]()).code == "invalid-request")
        let settled = try await client.send(.post, path, json: ["note": "by transfer"])
        #expect(settled.status == 200 && settled.json["settledNote"] as? String == "by transfer", "\(settled.text)")
        let unknown = try await rig.begun()
        rig.gateway.confirms(.lostAfter)
        _ = try await rig.confirm(unknown)
        let end = "/api/v1/admin/payments/\(unknown.id)/give-up"
        #expect(try await client.send(.post, end, json: ["note": "x"]).code == "invalid-state")
        try rig.age(700)
        let ended = try await client.send(.post, end, json: ["note": "x"])
        #expect(ended.status == 200 && ended.json["failureCode"] as? String == "given-up", "\(ended.text)")
    }

    @Test("give a sum back once by one key, and say that it is promised when the company cannot be asked")
    func sumOnce() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig, as: 301)
        let payment = try await rig.paid([60_000, 40_000])
        let other = try await rig.paid()
        let path = "/api/v1/admin/payments/\(payment.id)/refund"
        let sum = ["amount": 5000]
        #expect(try await client.send(.post, path, json: sum).code == "idempotency-key-required")
        // The promise is written down, and what asks the company at once fails.
        try rig.sql(
            """
            CREATE FUNCTION no_lease() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.attempts > OLD.attempts THEN RAISE 'no'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER no_lease BEFORE UPDATE ON refund FOR EACH ROW EXECUTE FUNCTION no_lease()
            """)
        let promised = try await client.send(.post, path, json: sum, key: "k1")
        #expect(promised.status == 202 && promised.json["status"] as? String == "REQUESTED", "\(promised.text)")
        try rig.sql("DROP TRIGGER no_lease ON refund")
        let again = try await client.send(.post, path, json: sum, key: "k1")
        #expect(again.status == 200 && again.json["refundId"] as? Int == promised.json["refundId"] as? Int)
        for (target, amount) in [(path, 5001), ("/api/v1/admin/payments/\(other.id)/refund", 5000)] {
            let reused = try await client.send(.post, target, json: ["amount": amount], key: "k1")
            #expect(reused.status == 422 && reused.code == "idempotency-key-reused", "\(reused.text)")
        }
        // Another key, or another manager's, is another wish.
        #expect(try await client.send(.post, path, json: sum, key: "k2").status == 200)
        #expect(try await rig.row(payment).refunded == 10_000)
        #expect(try rig.sql("SELECT count(*) FROM refund") == "2")
        try await rig.checkBooks()
    }

    @Test("refuse a key that is none before anything is kept for it, and tell who paid another sum that it goes back")
    func confirming() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig)
        let payment = try await rig.begun()
        let confirm = "/api/v1/payment/\(payment.id)/confirm"
        for key in ["a b", "../x", "열쇠", "a/b?c"] {
            let answer = try await client.send(.post, confirm, json: ["paymentKey": key, "amount": 100_000])
            #expect(answer.status == 400 && answer.code == "invalid-request", "\(key)")
        }
        #expect(try rig.sql("SELECT frozen FROM test_order") == "f")
        rig.gateway.confirms(.takes(100))
        let mispaid = try await client.send(.post, confirm, json: ["paymentKey": "k", "amount": 100_000])
        #expect(mispaid.status == 422 && mispaid.code == "amount-mismatch")
        #expect(mispaid.text.contains("goes back") && !mispaid.text.contains("Nothing was charged"))
    }

    @Test("show sellers what they sold and are paid, and nobody else's")
    func sellers() async throws {
        let rig = try PaymentRig()
        let client = try PaymentClient(rig, as: PaymentRig.seller)
        let payment = try await rig.paid([100_000])
        try rig.sql("UPDATE payment SET captured_at = now() - interval '36 hours'")
        _ = try await rig.settlements.run(nil)
        let sales = try await client.send(.get, "/api/v1/member/me/sale")
        #expect(sales.items.count == 1 && sales.items[0]["paymentId"] as? Int == Int(payment.id), "\(sales.text)")
        #expect(sales.items[0]["orderName"] as? String == "포도 콘서트")
        #expect(sales.items[0]["card"] == nil && sales.items[0]["orderId"] == nil)
        let list = try await client.send(.get, "/api/v1/member/me/settlement")
        let id = try #require(list.items.first?["settlementId"] as? Int)
        let own = "/api/v1/member/me/settlement/\(id)"
        #expect(try await client.send(.get, own).json["sellerId"] as? Int == 201)
        let table = try await client.send(.get, own + "/csv")
        #expect(table.status == 200 && table.text.contains("NET") && table.text.contains("PAYMENT,\(payment.id)"))
        for path in [own, own + "/csv"] {
            #expect(try await client.send(.get, path, as: 202).status == 404)
            #expect(try await client.send(.get, path, as: PaymentRig.member).status == 403)
        }
        #expect(try await client.send(.get, "/api/v1/member/me/sale", as: 202).items.isEmpty)
        #expect(try await client.send(.get, "/api/v1/member/me/settlement", as: 202).items.isEmpty)
        let one = try await client.send(.get, "/api/v1/admin/settlements/\(id)", as: 301)
        #expect(one.json["settlementId"] as? Int == id)
        #expect(try await client.send(.get, "/api/v1/admin/settlements/99", as: 301).status == 404)
        for day in ["2026-02-30", "2025-02-29", "2026-13-01", "2026-1-01", "0000-01-01", "x"] {
            let answer = try await client.send(.get, "/api/v1/admin/settlements?date=\(day)", as: 301)
            #expect(answer.status == 400 && answer.code == "invalid-request", "\(day) \(answer.text)")
        }
        #expect(try await client.send(.get, "/api/v1/admin/settlements?date=2024-02-29", as: 301).status == 200)
        let csv = try await client.send(.get, "/api/v1/admin/settlements/\(id)/csv?after=PAYMENT-x", as: 301)
        #expect(csv.code == "invalid-request")
    }

    @Test("are described without a mistake, each answer by an example of its own")
    func described() {
        let about = HTTPWording("a", korean: "a")
        let info = OpenAPIInfo(
            title: "t", version: "1", about: about,
            tags: [(name: PaymentRoutes.tag, about: about), (name: "settlements", about: about)],
            sessionCookieName: "s")
        let mistakes = OpenAPIDocument(info, routes: PaymentRoutes.table.map(\.unbound)).mistakes
        #expect(mistakes.isEmpty, "\(mistakes)")
        for route in PaymentRoutes.table {
            for answer in route.unbound.describe?().answers ?? [] where answer.mediaType == "application/json" {
                #expect(!answer.examples.contains(.null), "\(route.unbound.path)")
            }
        }
    }
}
