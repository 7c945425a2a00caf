import Commerce
import HTTPClient
import HTTPServer
import Observability
import Primitives
import Reactor
import Testing

@testable import Payments

/// The adapters against the simulated company, over real loopback HTTP.
@Suite("Gateways over HTTP", .timeLimit(.minutes(3))) struct GatewayHTTPTests {
    @Test("a buyer pays on the page, and the way back says what for") func page() async throws {
        let rig = try GatewayRig()
        let order = GatewayRig.order()
        guard case .ready(let checkout) = await rig.toss.checkout(for: order) else {
            Issue.record("not ready")
            return
        }
        let url = try #require(checkout.url)
        let page = try await rig.get(url)
        let html = String(decoding: page.body, as: UTF8.self)
        #expect(page.status == 200)
        #expect(page.first("content-type") == "text/html; charset=utf-8")
        #expect(html.contains("봄 콘서트 &lt;R석&gt;"))
        #expect(html.contains("결제하기") && html.contains("Decline") && html.contains("99,000 KRW"))
        #expect(!html.contains("<script"))
        let key = try #require(checkout.providerKey)
        let pressed = try await rig.press("approve", url)
        #expect(pressed.status == 303)
        #expect(
            pressed.location
                == "https://podo.test/paid?x=1&paymentKey=\(key)&orderId=podo-000001&amount=99000&paymentType=NORMAL")
        // Once more is the same.
        #expect(try await rig.press("approve", url).location == pressed.location)
        let attempt = GatewayAttempt(
            orderID: order.orderID, providerKey: key, total: order.total, idempotencyKey: "confirm-1")
        let snapshot = try #require(await rig.toss.confirm(attempt).snapshot)
        #expect(snapshot.total == order.total && snapshot.method == "카드" && snapshot.maskedCard != nil)
        #expect(snapshot.approvedAt == rig.now)
        let over = try await rig.get(url)
        #expect(String(decoding: over.body, as: UTF8.self).contains("끝난 결제입니다"))
        #expect(try await rig.press("approve", url).status == 409)
        #expect(try await rig.get(rig.origin + SimulatorRoutes.pagePrefix + "nothing").status == 404)
        #expect(try await rig.press("jump", url).status == 409)
    }

    @Test("where it is asked to, the page approves at once") func atOnce() async throws {
        var settings = SimulatorBank.Settings()
        settings.approvesAtOnce = true
        let rig = try GatewayRig(settings: settings)
        guard case .ready(let checkout) = await rig.toss.checkout(for: GatewayRig.order()) else {
            Issue.record("not ready")
            return
        }
        let response = try await rig.get(try #require(checkout.url))
        #expect(response.status == 303)
        #expect(response.first("location")?.contains("paymentKey=\(checkout.providerKey ?? "")&") == true)
        let attempt = GatewayAttempt(
            orderID: "podo-000001", providerKey: try #require(checkout.providerKey), total: Money(99_000),
            idempotencyKey: "confirm-1")
        #expect(await rig.toss.confirm(attempt).word == "approved")
        #expect(try await rig.get(try #require(checkout.url)).status == 200)
    }

    @Test("declining and closing lead to the other address") func notPaid() async throws {
        let rig = try GatewayRig()
        for (button, expected, word) in [
            (
                "decline",
                "https://podo.test/failed?code=REJECT_CARD_COMPANY&message=simulated%20refusal&orderId=podo-decline",
                "found failed"
            ),
            (
                "close", "https://podo.test/failed?code=PAY_PROCESS_CANCELED&message=closed%20by%20the%20buyer",
                "found open"
            ),
        ] {
            let order = GatewayRig.order("podo-\(button)")
            guard case .ready(let checkout) = await rig.toss.checkout(for: order) else {
                Issue.record("not ready")
                return
            }
            let pressed = try await rig.press(button, try #require(checkout.url))
            #expect(pressed.location == expected)
            let key = GatewayPaymentKey(orderID: order.orderID, providerKey: checkout.providerKey)
            #expect(await rig.toss.fetch(key).word == word)
        }
    }

    @Test("the same key gets the same answer, errors too, for fifteen days") func idempotency() async throws {
        let rig = try GatewayRig()
        let order = GatewayRig.order("podo-1--REJECT_CARD_PAYMENT")
        let attempt = try await rig.authenticated(rig.toss, order)
        #expect(await rig.toss.confirm(attempt).word == "declined REJECT_CARD_PAYMENT")
        #expect(await rig.toss.confirm(attempt).word == "declined REJECT_CARD_PAYMENT")
        rig.forward(.seconds(15 * 86_400 - 1))
        #expect(await rig.toss.confirm(attempt).word == "declined REJECT_CARD_PAYMENT")
        rig.forward(.seconds(1))
        #expect(await rig.toss.confirm(attempt).word == "declined NOT_FOUND_PAYMENT_SESSION")
        var other = attempt
        other.idempotencyKey = String(repeating: "k", count: 301)
        #expect(await rig.toss.confirm(other).word == "unknown misconfigured")
        // Stripe looks at the body too.
        let intent = try await rig.authenticated(rig.stripe, GatewayRig.order("podo-000002"))
        #expect(await rig.stripe.confirm(intent).word == "approved")
        #expect(await rig.stripe.confirm(intent).word == "approved")
        var more = intent
        more.total = Money(99_001)
        #expect(await rig.stripe.confirm(more).word == "unknown misconfigured")
        #expect(rig.book("podo-000002") == SimulatorBook(captured: 99_000))
    }

    @Test("a refund with the same key is made once; with another key, twice") func refunds() async throws {
        let rig = try GatewayRig()
        for (gateway, order) in [(rig.toss as any PaymentGateway, "podo-000001"), (rig.stripe, "podo-000002")] {
            let paid = try await rig.paid(gateway, GatewayRig.order(order))
            let first = GatewayRig.refund(paid, 30_000, number: 1)
            #expect(await gateway.fetchRefund(first) == .absent)
            #expect(await gateway.refund(first).word == "refunded")
            #expect(await gateway.refund(first).word == "refunded")
            #expect(rig.book(order)?.refunded == 30_000)
            #expect(await gateway.refund(GatewayRig.refund(paid, 69_000, number: 2)).word == "refunded")
            #expect(rig.book(order)?.refunded == 99_000)
            let key = GatewayPaymentKey(orderID: order, providerKey: paid.providerKey)
            #expect(await gateway.fetch(key).word == "found refunded")
            #expect(await gateway.fetch(key).snapshot?.cancels.count == 2)
            #expect(await gateway.refund(GatewayRig.refund(paid, 1, number: 3)).word == "unknown code-unclear")
            // By order alone too.
            #expect(await gateway.fetch(GatewayPaymentKey(orderID: order, providerKey: nil)).word == "found refunded")
        }
    }

    @Test("a transfer that nobody waits for any more is taken back") func abandonedDeposit() async throws {
        let rig = try GatewayRig()
        let attempt = try await rig.authenticated(
            rig.toss, GatewayRig.order("podo-000001", method: .virtualAccount))
        #expect(await rig.toss.confirm(attempt).word == "awaiting")
        for _ in 0..<2 { #expect(await rig.toss.abandon(attempt.payment) == .gone) }
        #expect(await rig.toss.fetch(attempt.payment).word == "found failed")
    }

    @Test("a transfer is waited for, and goes back to an account") func virtualAccount() async throws {
        let rig = try GatewayRig()
        let order = GatewayRig.order("podo-000001", method: .virtualAccount)
        let attempt = try await rig.authenticated(rig.toss, order)
        let outcome = await rig.toss.confirm(attempt)
        #expect(outcome.word == "awaiting")
        let waiting = try #require(outcome.snapshot)
        #expect(waiting.deposit?.accountNumber.isEmpty == false)
        #expect(
            waiting.deposit?.dueAt?.unixMilliseconds == rig.now.unixMilliseconds + Int64(GatewayOrder.depositHoursMax)
                * 3_600_000)
        let page = rig.origin + SimulatorRoutes.pagePrefix + attempt.providerKey
        #expect(String(decoding: try await rig.get(page).body, as: UTF8.self).contains("입금하기"))
        #expect(try await rig.press("deposit", page).location == page)
        let paid = try #require(await rig.toss.fetch(attempt.payment).snapshot)
        #expect(paid.status == .paid)
        #expect(await rig.toss.abandon(attempt.payment).isPaid)
        let hints = await rig.webhooks().compactMap(\.hint)
        #expect(hints.map(\.subject) == [.payment, .deposit])
        #expect(hints.last?.isVerified(by: waiting.deposit?.secret) == true)
        #expect(await rig.toss.refund(GatewayRig.refund(paid, 99_000)).word == "refused INVALID_REFUND_ACCOUNT_INFO")
        var account = GatewayRefundAccount(bankCode: "20", accountNumber: "12-34", holderName: "김포도")
        let wrong = await rig.toss.refund(GatewayRig.refund(paid, 99_000, number: 2, account: account))
        #expect(wrong.word == "refused INVALID_REFUND_ACCOUNT_NUMBER")
        account.accountNumber = "1234567890"
        let right = await rig.toss.refund(GatewayRig.refund(paid, 99_000, number: 3, account: account))
        #expect(right.word == "refunded")
    }

    @Test("Stripe's intents are authorised, captured, or let go") func stripe() async throws {
        let rig = try GatewayRig()
        let order = GatewayRig.order("podo-000001", Money(2599, .usd))
        guard case .ready(let checkout) = await rig.stripe.checkout(for: order) else {
            Issue.record("not ready")
            return
        }
        #expect(checkout.clientSecret?.isEmpty == false)
        let url = try #require(checkout.url)
        let key = try #require(checkout.providerKey)
        let payment = GatewayPaymentKey(orderID: order.orderID, providerKey: key)
        #expect(await rig.stripe.fetch(payment).word == "found open")
        let pressed = try await rig.press("approve", url)
        #expect(pressed.location.hasPrefix("https://podo.test/paid?x=1&payment_intent=\(key)&"))
        #expect(await rig.stripe.fetch(payment).word == "found authorized")
        #expect(rig.book(order.orderID) == nil)
        let attempt = GatewayAttempt(
            orderID: order.orderID, providerKey: key, total: order.total, idempotencyKey: "capture-1")
        #expect(await rig.stripe.confirm(attempt).word == "approved")
        // Too late to let go.
        #expect(await rig.stripe.abandon(payment).isPaid)
        let hints = await rig.webhooks().compactMap(\.hint)
        #expect(
            hints.map(\.eventType) == ["payment_intent.amount_capturable_updated", "payment_intent.succeeded"])
        #expect(hints.allSatisfy { $0.isVerified(by: nil) && $0.providerKey == key && $0.orderID == order.orderID })
        let other = try await rig.authenticated(rig.stripe, GatewayRig.order("podo-000002"))
        #expect(await rig.stripe.abandon(other.payment) == .gone)
        #expect(await rig.stripe.abandon(other.payment) == .gone)
        #expect(await rig.stripe.confirm(other).word == "unknown code-unclear")
        #expect(await rig.stripe.fetch(other.payment).word == "found failed")
    }

    @Test("a currency of three places is paid where its last digit is zero") func threePlaces() async throws {
        let rig = try GatewayRig()
        guard case .refused = await rig.stripe.checkout(for: GatewayRig.order("podo-000001", Money(1234, .kwd)))
        else {
            Issue.record("not refused")
            return
        }
        let paid = try await rig.paid(rig.stripe, GatewayRig.order("podo-000002", Money(1230, .kwd)))
        #expect(paid.total == Money(1230, .kwd))
        let part = await rig.stripe.refund(GatewayRig.refund(paid, 123))
        #expect(part.word == "refused amount_not_payable")
        let yen = try await rig.paid(rig.stripe, GatewayRig.order("podo-000003", Money(500, .jpy)))
        #expect(yen.total == Money(500, .jpy))
        // Toss counts in whole units and their parts.
        let dollars = try await rig.paid(rig.toss, GatewayRig.order("podo-000004", Money(2599, .usd)))
        #expect(dollars.total == Money(2599, .usd))
        #expect(await rig.toss.refund(GatewayRig.refund(dollars, 99)).word == "refunded")
        #expect(rig.book("podo-000004") == SimulatorBook(captured: 2599, refunded: 99))
    }

    @Test("Stripe's test cards are declined, and the next card may be taken") func cards() async throws {
        let rig = try GatewayRig()
        guard case .ready(let checkout) = await rig.stripe.checkout(for: GatewayRig.order()) else {
            Issue.record("not ready")
            return
        }
        let key = try #require(checkout.providerKey)
        func pay(_ card: String) async throws -> Int {
            let url = rig.origin + SimulatorRoutes.stripePrefix + "/v1/payment_intents/\(key)/confirm"
            let request = HTTPClientRequest(
                .post, try #require(HTTPClientURL(url)),
                fields: [HTTPClientField("authorization", "Bearer sk_test_podo")],
                body: Array("payment_method=\(card)".utf8), addresses: .any)
            return try await rig.client.send(request, deadline: .now + .seconds(10)).status
        }
        #expect(try await pay("pm_card_chargeDeclined") == 402)
        #expect(try await pay("pm_card_visa_chargeDeclinedInsufficientFunds") == 402)
        #expect(try await pay("pm_of_nobody") == 400)
        #expect(try await pay("pm_card_visa") == 200)
        let failed = await rig.webhooks().compactMap(\.hint?.eventType)
        #expect(
            failed == [
                "payment_intent.payment_failed", "payment_intent.payment_failed",
                "payment_intent.amount_capturable_updated",
            ])
        // Declined when it is captured.
        let magic = try await rig.authenticated(rig.stripe, GatewayRig.order("podo-000009", Money(400_001)))
        #expect(await rig.stripe.confirm(magic).word == "declined generic_decline")
    }

    @Test("test codes force an error, with test keys") func testCodes() async throws {
        for (code, word) in [
            ("REJECT_CARD_COMPANY", "declined REJECT_CARD_COMPANY"), ("PROVIDER_ERROR", "unknown code-unclear"),
            ("UNKNOWN_PAYMENT_ERROR", "unknown company-failed"), ("INVALID_API_KEY", "unknown misconfigured"),
        ] {
            let rig = try GatewayRig(testCode: code)
            #expect(await rig.toss.confirm(GatewayTexts.attempt).word == word)
        }
    }

    @Test("a wrong key is our mistake, and a company that is away was not asked") func strangers() async throws {
        let rig = try GatewayRig()
        let toss = try #require(
            TossGateway(
                TossSettings(
                    secretKey: Secret("test_sk_other"), base: rig.origin + SimulatorRoutes.tossPrefix,
                    addresses: .any), client: rig.client))
        #expect(await toss.confirm(GatewayTexts.attempt).word == "unknown misconfigured")
        let stripe = try #require(
            StripeGateway(
                StripeSettings(
                    secretKey: Secret("sk_other"), publishableKey: "pk", webhookSecrets: [],
                    base: rig.origin + SimulatorRoutes.stripePrefix, addresses: .any), client: rig.client))
        #expect(await stripe.confirm(GatewayTexts.attempt).word == "unknown misconfigured")
        let closed = try Listener(.loopback(port: 0))
        let port = closed.address.port
        closed.shut()
        let away = try #require(
            TossGateway(
                TossSettings(secretKey: Secret("test_sk"), base: "http://127.0.0.1:\(port)", addresses: .any),
                client: rig.client))
        #expect(await away.confirm(GatewayTexts.attempt).word == "unknown not-sent")
        // Loopback is no address of a company on the internet.
        let inside = try #require(
            TossGateway(TossSettings(secretKey: Secret("k"), base: rig.origin), client: rig.client))
        #expect(await inside.confirm(GatewayTexts.attempt).word == "unknown not-sent")
        #expect(TossGateway(TossSettings(secretKey: Secret("k"), base: "ftp://x"), client: rig.client) == nil)
        var odd = GatewayTexts.attempt.payment
        odd.providerKey = "../../x?y#z 가"
        #expect(await rig.toss.fetch(odd) == .absent)
        #expect(await rig.stripe.fetch(odd) == .absent)
        var made = GatewayTexts.attempt
        made.providerKey = "../cancel"
        #expect(await rig.toss.confirm(made).word == "declined no-such-payment")
        #expect(await rig.stripe.confirm(made).word == "declined no-such-payment")
    }

    @Test("lists tell every movement once, page by page") func lists() async throws {
        let rig = try GatewayRig()
        let from = rig.now
        for number in 0..<3 {
            let paid = try await rig.paid(rig.toss, GatewayRig.order("podo-00000\(number)"))
            _ = await rig.toss.refund(GatewayRig.refund(paid, 1000))
            let other = try await rig.paid(rig.stripe, GatewayRig.order("podo-10000\(number)"))
            _ = await rig.stripe.refund(GatewayRig.refund(other, 1000))
            rig.forward(.seconds(1))
        }
        for gateway in [rig.toss as any PaymentGateway, rig.stripe] {
            guard case .page(let page) = await gateway.transactions(from: from, to: rig.now, after: nil) else {
                Issue.record("no page")
                return
            }
            #expect(page.items.map(\.amount.amount) == [99_000, -1000, 99_000, -1000, 99_000, -1000])
            #expect(page.next == nil && page.unreadableCount == 0)
            let cursor = page.items[1].key
            guard case .page(let rest) = await gateway.transactions(from: from, to: rig.now, after: cursor) else {
                Issue.record("no page")
                return
            }
            #expect(rest.items.map(\.key) == page.items.dropFirst(2).map(\.key))
        }
        guard case .page(let rows, nil, 0) = await rig.toss.settlements(from: from, to: rig.now, page: 1) else {
            Issue.record("no settlements")
            return
        }
        #expect(rows.count == 6)
        #expect(rows.first?.fee == Money(2475) && rows.first?.payout == Money(96_525))
        #expect(rows.last?.payout == Money(-975))
        for row in rows { #expect(row.amount.amount == row.fee.amount + row.payout.amount) }
    }

    @Test("outcomes are counted by what they are, and the routes describe themselves") func counted() async throws {
        let rig = try GatewayRig()
        let registry = MetricsRegistry(loopCount: 1)
        let gateway = MeteredGateway(rig.toss, registry: registry)
        let paid = try await rig.paid(gateway, GatewayRig.order())
        _ = await gateway.refund(GatewayRig.refund(paid, 1000))
        _ = await gateway.fetchRefund(GatewayRig.refund(paid, 1000, number: 2))
        _ = await gateway.confirm(GatewayTexts.attempt)
        _ = gateway.parseWebhook(HTTPFields(), [], at: rig.now)
        let text = String(decoding: registry.prometheusText(), as: UTF8.self).split(separator: "\n")
        func count(_ call: String, _ outcome: String) -> String? {
            let labels = [#"call="\#(call)""#, #"outcome="\#(outcome)""#, #"gateway="toss""#]
            return text.first { line in labels.allSatisfy { line.contains($0) } }?.split(separator: " ").last.map(
                String.init)
        }
        #expect(count("checkout", "ready") == "1")
        #expect(count("confirm", "approved") == "1")
        #expect(count("confirm", "declined") == "1")
        #expect(count("refund", "refunded") == "1")
        #expect(count("fetch-refund", "absent") == "1")
        #expect(count("webhook", "refused-malformed") == "1")
        #expect(count("fetch", "found") == "0")
        let info = OpenAPIInfo(
            title: "t", version: "1", about: HTTPWording("a", korean: "a"),
            tags: [(name: SimulatorRoutes.tag, about: HTTPWording("a", korean: "a"))], sessionCookieName: "s")
        let document = OpenAPIDocument(info, routes: SimulatorRoutes.table.map(\.unbound))
        #expect(document.mistakes == [])
    }

    @Test("the simulator decides at once, the same way each time") func decide() async throws {
        let rig = try GatewayRig()
        #expect(rig.simulator.name == "simulator")
        let order = GatewayRig.order()
        let outcome = rig.simulator.decide(order, isSuccess: true)
        let snapshot = try #require(outcome.snapshot)
        #expect(outcome.word == "approved" && snapshot.total == order.total)
        #expect(rig.simulator.decide(order, isSuccess: true) == outcome)
        #expect(rig.book(order.orderID) == SimulatorBook(captured: 99_000))
        let no = GatewayRig.order("podo-000002")
        #expect(rig.simulator.decide(no, isSuccess: false).word == "declined REJECT_CARD_PAYMENT")
        #expect(rig.simulator.decide(no, isSuccess: true).word == "declined REJECT_CARD_PAYMENT")
        #expect(rig.book(no.orderID) == nil)
        #expect(rig.simulator.decide(GatewayRig.order("bad order"), isSuccess: true).word == "unknown code-unclear")
        // Its refunds are those of the adapter.
        #expect(await rig.simulator.refund(GatewayRig.refund(snapshot, 99_000)).word == "refunded")
        let waiting = rig.simulator.decide(GatewayRig.order("podo-000003", method: .virtualAccount), isSuccess: true)
        #expect(waiting.word == "awaiting")
        // Half-way on the page, then decided.
        let attempt = try await rig.authenticated(rig.simulator, GatewayRig.order("podo-000004"))
        #expect(rig.simulator.decide(GatewayRig.order("podo-000004"), isSuccess: true).word == "approved")
        #expect(await rig.simulator.fetch(attempt.payment).word == "found paid")
    }
}

extension GatewayAbandonment {
    var isPaid: Bool { if case .paid = self { true } else { false } }
}
