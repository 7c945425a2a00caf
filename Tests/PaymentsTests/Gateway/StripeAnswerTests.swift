import Commerce
import HTTPServer
import Observability
import Primitives
import Testing

@testable import Payments

@Suite("What Stripe answers") struct StripeAnswerTests {
    private func confirm(_ status: Int, _ text: String) -> GatewayOutcome {
        StripeAnswer.confirmation(GatewayTexts.answer(status, text), of: GatewayTexts.stripeAttempt)
    }

    @Test("an intent is read whole") func intent() throws {
        let text = GatewayTexts.intent(refunded: "500", refunds: "[\(GatewayTexts.refund())]")
        let payment = try #require(GatewayTexts.answer(200, text).json.flatMap(StripeAnswer.payment))
        #expect(payment.status == .partlyRefunded)
        #expect(payment.total == Money(2500, .usd))
        #expect(payment.balance == Money(2000, .usd))
        #expect(payment.maskedCard == "**** 4242")
        #expect(payment.transactionKey == "ch_1")
        #expect(payment.approvedAt == WallClock(unixMilliseconds: 1_700_000_100_000))
        #expect(payment.cancels.map(\.key) == ["re_1"])
        #expect(payment.orderID == "podo-000123")
    }

    @Test(
        "a status says where the money is",
        arguments: [
            ("requires_payment_method", "0", GatewaySnapshot.Status.open), ("requires_confirmation", "0", .open),
            ("requires_action", "0", .open), ("processing", "0", .open), ("requires_capture", "0", .authorized),
            ("succeeded", "0", .paid), ("succeeded", "100", .partlyRefunded), ("succeeded", "2500", .refunded),
            ("canceled", "0", .failed),
        ])
    func status(word: String, refunded: String, status: GatewaySnapshot.Status) throws {
        let received = word == "succeeded" ? "2500" : "0"
        let text = GatewayTexts.intent(status: word, received: received, refunded: refunded)
        #expect(GatewayTexts.answer(200, text).json.flatMap(StripeAnswer.payment)?.status == status)
    }

    @Test("a capture that fits is approved, and one that does not is a mismatch") func capture() {
        #expect(self.confirm(200, GatewayTexts.intent()).word == "approved")
        #expect(self.confirm(200, GatewayTexts.intent(amount: "2501")).word == "unknown mismatch")
        #expect(self.confirm(200, GatewayTexts.intent(received: "2499")).word == "unknown mismatch")
        #expect(self.confirm(200, GatewayTexts.intent(currency: "eur")).word == "unknown mismatch")
        #expect(self.confirm(200, GatewayTexts.intent(order: "podo-other")).word == "unknown mismatch")
        #expect(self.confirm(200, GatewayTexts.intent(id: "pi_2")).word == "unknown mismatch")
        #expect(
            self.confirm(200, GatewayTexts.intent(status: "processing", received: "0")).word == "unknown status-unclear"
        )
        #expect(self.confirm(200, GatewayTexts.intent(status: "new_word")).word == "unknown unreadable")
        #expect(self.confirm(200, "{}").word == "unknown unreadable")
        // A charge that is only named does not tell what was given back.
        let named =
            #"{"id":"pi_1","object":"payment_intent","amount":2500,"amount_received":2500,"currency":"usd","#
            + #""latest_charge":"ch_1","metadata":{"order_id":"podo-000123"},"status":"succeeded"}"#
        #expect(self.confirm(200, named).word == "unknown unreadable")
    }

    @Test("every code of the list is declined", arguments: StripeCodes.declines.keys.sorted())
    func declined(code: String) {
        let text = GatewayTexts.stripeError("card_error", code)
        #expect(self.confirm(402, text).word == "declined \(code)")
        #expect(self.confirm(500, text).word == "unknown company-failed")
    }

    @Test("the bank's own code chooses the sentence") func declineCode() {
        let text = GatewayTexts.stripeError("card_error", "card_declined", decline: "insufficient_funds")
        guard case .declined(let decline) = self.confirm(402, text) else {
            Issue.record("not declined")
            return
        }
        #expect(decline.code == "insufficient_funds")
        #expect(decline.message == GatewayWording.limit)
    }

    @Test(
        "everything else is unknown",
        arguments: [
            (400, "invalid_request_error", "payment_intent_unexpected_state", "code-unclear"),
            (402, "card_error", "processing_error", "code-unclear"), (402, "card_error", nil, "code-unclear"),
            (404, "invalid_request_error", "resource_missing", "code-unclear"),
            (400, "idempotency_error", nil, "misconfigured"),
            (409, "idempotency_error", "idempotency_key_in_use", "still-running"),
            (409, "invalid_request_error", nil, "still-running"),
            (429, "invalid_request_error", "lock_timeout", "throttled"),
            (429, "invalid_request_error", "rate_limit", "throttled"),
            (401, "invalid_request_error", nil, "misconfigured"),
            (403, "invalid_request_error", nil, "misconfigured"), (424, "api_error", nil, "code-unclear"),
            (500, "api_error", nil, "company-failed"), (503, "api_error", nil, "company-failed"),
        ] as [(Int, String, String?, String)])
    func unknown(status: Int, type: String, code: String?, reason: String) {
        #expect(self.confirm(status, GatewayTexts.stripeError(type, code)).word == "unknown \(reason)")
    }

    @Test("a reading finds by key and by order") func reading() {
        let key = GatewayTexts.stripeAttempt.payment
        func read(_ status: Int, _ text: String) -> String {
            StripeAnswer.reading(GatewayTexts.answer(status, text), of: key).word
        }
        let intent = GatewayTexts.intent()
        #expect(read(200, intent) == "found paid")
        #expect(read(200, #"{"object":"search_result","data":[\#(intent)]}"#) == "found paid")
        #expect(read(200, #"{"object":"search_result","data":[]}"#) == "absent")
        #expect(read(200, #"{"object":"search_result","data":[\#(intent),\#(intent)]}"#) == "unknown mismatch")
        #expect(read(404, GatewayTexts.stripeError("invalid_request_error", "resource_missing")) == "absent")
        #expect(read(404, GatewayTexts.stripeError("invalid_request_error", nil)) == "unknown code-unclear")
    }

    private static let refund = GatewayRefund(
        payment: GatewayTexts.stripeAttempt.payment, amount: Money(500, .usd), balanceBefore: Money(2500, .usd),
        reason: "rain", refundID: 77, idempotencyKey: "refund-77")

    @Test(
        "a refund is what its status says",
        arguments: [
            ("succeeded", "refunded"), ("pending", "pending"), ("requires_action", "pending"),
            ("failed", "refused failed"),
            ("canceled", "refused failed"), ("tomorrow", "unknown unreadable"),
        ])
    func refundStatus(word: String, expected: String) {
        let answer = GatewayTexts.answer(200, GatewayTexts.refund(status: word))
        #expect(StripeAnswer.refund(answer, of: Self.refund).word == expected)
        let list = #"{"object":"list","has_more":false,"data":[\#(GatewayTexts.refund(status: word))]}"#
        #expect(StripeAnswer.refundList(GatewayTexts.answer(200, list), of: Self.refund).word == expected)
    }

    @Test("our number stands in the metadata", arguments: [("77", 77), ("", nil), ("x", nil)] as [(String, Int64?)])
    func number(text: String, number: Int64?) throws {
        let answer = GatewayTexts.answer(200, GatewayTexts.refund(number: text))
        #expect(StripeAnswer.refund(try #require(answer.json))?.refundID == number)
    }

    @Test("a refund of another amount is a mismatch; another's is not ours") func refundOthers() {
        let other = GatewayTexts.answer(200, GatewayTexts.refund(amount: "501"))
        #expect(StripeAnswer.refund(other, of: Self.refund).word == "unknown mismatch")
        func list(_ more: Bool) -> GatewayAnswer {
            GatewayTexts.answer(
                200, #"{"object":"list","has_more":\#(more),"data":[\#(GatewayTexts.refund(number: "78"))]}"#)
        }
        #expect(StripeAnswer.refundList(list(false), of: Self.refund) == .absent)
        #expect(StripeAnswer.refundList(list(true), of: Self.refund).word == "unknown status-unclear")
        let disputed = GatewayTexts.answer(400, GatewayTexts.stripeError("invalid_request_error", "charge_disputed"))
        #expect(StripeAnswer.refund(disputed, of: Self.refund).word == "refused charge_disputed")
        let again = GatewayTexts.answer(
            400, GatewayTexts.stripeError("invalid_request_error", "charge_already_refunded"))
        #expect(StripeAnswer.refund(again, of: Self.refund).word == "unknown code-unclear")
    }

    @Test("a form is escaped, and amounts are in the smallest unit") func form() {
        var order = GatewayTexts.order
        order.name = "a&b=c 봄"
        let form = StripeRequest.create(order)
        #expect(form.contains("amount=99000&currency=krw&"))
        #expect(form.contains("capture_method=manual"))
        #expect(form.contains("description=a%26b%3Dc%20%EB%B4%84"))
        #expect(form.contains("metadata%5Border_id%5D=podo-000123"))
        #expect(StripeRequest.isPayable(Money(1001, .usd)))
        #expect(StripeRequest.isPayable(Money(1230, .kwd)))
        #expect(!StripeRequest.isPayable(Money(1234, .kwd)))
        #expect(StripeRequest.path(of: GatewayPaymentKey(orderID: "a'b", providerKey: nil)).contains("%3A%27ab%27"))
        #expect(StripeRequest.intentPath("../../x", "/capture") == "/v1/payment_intents/..%2F..%2Fx/capture")
    }
}

@Suite("Webhooks") struct GatewayWebhookTests {
    private static let now = WallClock(unixMilliseconds: 1_700_000_000_000)
    private static let settings = StripeSettings(
        secretKey: Secret("sk_test_1"), publishableKey: "pk_test_1",
        webhookSecrets: [Secret("whsec_new"), Secret("whsec_old")])

    private func event(_ type: String, object: String = #"{"id":"pi_1","object":"payment_intent"}"#) -> [UInt8] {
        Array(#"{"id":"evt_1","object":"event","type":"\#(type)","data":{"object":\#(object)}}"#.utf8)
    }

    private func sign(_ body: [UInt8], _ secret: String = "whsec_new", at seconds: Int = 1_700_000_000) -> String {
        let signature = StripeWebhook.signature(Array("\(seconds)".utf8), body, Secret(secret))
        return "t=\(seconds),v1=\(String(decoding: signature, as: UTF8.self))"
    }

    private func stripe(_ body: [UInt8], _ signature: String?) throws -> GatewayWebhook {
        let fields = try GatewayTexts.fields(signature.map { [("stripe-signature", $0)] } ?? [])
        return StripeWebhook.parse(fields, body, at: Self.now, Self.settings)
    }

    @Test("Stripe's signature is the one of its documents") func vector() {
        // Made with another program: `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_new`.
        let signature = StripeWebhook.signature(Array("1700000000".utf8), Array("{}".utf8), Secret("whsec_new"))
        #expect(String(decoding: signature, as: UTF8.self) == Self.openssl)
    }

    private static let openssl = "dfd0c4ddb107e3a391f1dc89c9ba0bec585e31e42f82d6c6673f3d9b3a3429a8"

    @Test("either secret of Stripe's is good, in any place") func signed() throws {
        let body = self.event("payment_intent.succeeded")
        #expect(try self.stripe(body, self.sign(body)).hint?.providerKey == "pi_1")
        #expect(try self.stripe(body, self.sign(body, "whsec_old")).hint?.isVerified(by: nil) == true)
        let wrong = String(repeating: "0", count: 64)
        let twice = self.sign(body).replacing("v1=", with: "v1=\(wrong),v0=ff,v1=")
        #expect(try self.stripe(body, twice).hint?.eventKey == "evt_1")
    }

    @Test("a signature that is missing, wrong, or of another time is refused") func refused() throws {
        let body = self.event("payment_intent.succeeded")
        #expect(try self.stripe(body, nil).refusal == .signatureMissing)
        for text in ["", "t=1700000000", "v1=00", "t=x,v1=00", "t=99999999999999999999,v1=00", ",,,="] {
            #expect(try self.stripe(body, text).refusal == .signatureMissing, "\(text)")
        }
        #expect(try self.stripe(body, self.sign(body, "whsec_guessed")).refusal == .signatureWrong)
        #expect(try self.stripe(body + [0x20], self.sign(body)).refusal == .signatureWrong)
        let later = self.sign(body).replacing("t=1700000000", with: "t=1700000001")
        #expect(try self.stripe(body, later).refusal == .signatureWrong)
    }

    @Test(
        "a time of up to five minutes before and after is taken",
        arguments: [(-301, false), (-300, true), (0, true), (300, true), (301, false)])
    func tolerance(seconds: Int, isTaken: Bool) throws {
        let body = self.event("payment_intent.succeeded")
        let webhook = try self.stripe(body, self.sign(body, at: 1_700_000_000 + seconds))
        #expect((webhook.hint != nil) == isTaken)
        if !isTaken { #expect(webhook.refusal == .signatureOld) }
    }

    @Test("nothing is parsed before it is known to be Stripe's, and nonsense of theirs is refused") func malformed()
        throws
    {
        for text in ["", "{", "[]", "{}", #"{"id":"evt_1","type":"payment_intent.succeeded"}"#] {
            let body = Array(text.utf8)
            #expect(try self.stripe(body, "t=1700000000,v1=00").refusal == .signatureWrong)
            #expect(try self.stripe(body, self.sign(body)).refusal == .malformed)
        }
        let large = [UInt8](repeating: 0x20, count: 256 * 1024 + 1)
        #expect(try self.stripe(large, self.sign(large)).refusal == .tooLarge)
    }

    @Test(
        "each event names what is to be read",
        arguments: [
            ("payment_intent.succeeded", "payment"), ("payment_intent.payment_failed", "payment"),
            ("payment_intent.processing", "payment"), ("payment_intent.canceled", "payment"),
            ("payment_intent.amount_capturable_updated", "payment"), ("charge.refunded", "refund"),
            ("refund.created", "refund"), ("refund.updated", "refund"), ("refund.failed", "refund"),
            ("charge.dispute.created", "dispute"), ("charge.dispute.updated", "dispute"),
            ("charge.dispute.closed", "dispute"), ("charge.dispute.funds_withdrawn", "dispute"),
            ("charge.dispute.funds_reinstated", "dispute"), ("customer.created", nil),
        ] as [(String, String?)])
    func events(type: String, subject: String?) throws {
        let object = #"{"id":"\#(type.hasPrefix("payment") ? "pi_9" : "x_9")","payment_intent":"pi_9"}"#
        let body = self.event(type, object: object)
        let webhook = try self.stripe(body, self.sign(body))
        #expect(webhook.hint?.subject.rawValue == subject)
        if subject == nil {
            guard case .ignored(type) = webhook else {
                Issue.record("not ignored")
                return
            }
        } else {
            #expect(webhook.hint?.providerKey == "pi_9")
            #expect(webhook.hint?.refundKey == (type.hasPrefix("refund.") ? "x_9" : nil))
        }
    }

    // MARK: Toss

    private func toss(_ text: String, id: String? = "wh_1") throws -> GatewayWebhook {
        let fields = try GatewayTexts.fields(id.map { [("tosspayments-webhook-transmission-id", $0)] } ?? [])
        return TossWebhook.parse(fields, Array(text.utf8), byteCountMax: 256 * 1024)
    }

    @Test("a change of Toss's is a hint that nobody trusts") func change() throws {
        let text =
            #"{"eventType":"PAYMENT_STATUS_CHANGED","data":\#(GatewayTexts.toss())}"#
        let hint = try #require(try self.toss(text).hint)
        #expect(hint.eventKey == "wh_1")
        #expect(hint.subject == .payment)
        #expect(hint.orderID == "podo-000123")
        #expect(hint.providerKey == "tgen_20240101")
        #expect(!hint.isVerified(by: nil))
        // Without a number of Toss's, equal texts are one event and others are not.
        let first = try #require(try self.toss(text, id: nil).hint?.eventKey)
        #expect(try self.toss(text, id: nil).hint?.eventKey == first)
        #expect(try self.toss(text + " ", id: nil).hint?.eventKey != first)
        #expect(try self.toss(text, id: "bad id").hint?.eventKey == first)
    }

    @Test("a deposit is believed with the payment's secret only") func deposit() throws {
        let text =
            #"{"createdAt":"2022-01-01T00:00:00.000000","secret":"ps_1","status":"DONE","orderId":"podo-000123"}"#
        let hint = try #require(try self.toss(text).hint)
        #expect(hint.subject == .deposit)
        #expect(hint.isVerified(by: Secret("ps_1")))
        #expect(!hint.isVerified(by: Secret("ps_2")))
        #expect(!hint.isVerified(by: Secret("ps_11")))
        #expect(!hint.isVerified(by: nil))
        #expect(try self.toss(text.replacing(#""secret":"ps_1","#, with: "")).refusal == .signatureMissing)
    }

    @Test("a cancel's change, events of no interest, and nonsense") func others() throws {
        let cancel = #"{"eventType":"CANCEL_STATUS_CHANGED","data":\#(GatewayTexts.tossCancel(key: "K9"))}"#
        #expect(try self.toss(cancel).hint?.refundKey == "K9")
        guard case .ignored("payout.changed") = try self.toss(#"{"eventType":"payout.changed"}"#) else {
            Issue.record("not ignored")
            return
        }
        for text in [
            "", "[]", "{}", #"{"eventType":"PAYMENT_STATUS_CHANGED"}"#, #"{"eventType":"A B"}"#,
            #"{"eventType":"PAYMENT_STATUS_CHANGED","data":{}}"#, #"{"orderId":"podo-000123"}"#,
        ] {
            #expect(try self.toss(text).refusal == .malformed, "\(text)")
        }
    }
}
