import Commerce
import HTTPServer
import Observability
import Primitives
import Testing

@testable import Payments

/// Answers that were changed on the way, or made up. The seed is fixed: a finding comes again.
@Suite("Answers that nobody should send") struct GatewayMutationTests {
    /// A text with some of its bytes changed, cut out, doubled, or put elsewhere.
    private static func mutate(_ text: [UInt8], _ random: inout FastRandom) -> [UInt8] {
        var bytes = text
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let index = Int.random(in: bytes.indices, using: &random)
            let end = min(bytes.count, index + Int.random(in: 1...24, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(index..<end)
            case 2: bytes.insert(contentsOf: bytes[index..<end], at: index)
            case 3: bytes = Array(bytes[..<index])
            case 4: bytes[index] = Array("0123456789-.eE{}[]\",:".utf8).randomElement(using: &random) ?? 0
            default:
                let nasty = [
                    "9223372036854775807", "-9223372036854775808", "1e308", "null", "[]", "{}", "\"\"", "-0", "0.1",
                ]
                bytes.replaceSubrange(index..<end, with: Array((nasty.randomElement(using: &random) ?? "").utf8))
            }
        }
        return bytes
    }

    @Test("no change of a Toss payment traps, and none is approved for another total") func toss() {
        var random = FastRandom(seed: 20_240_213)
        let cancels = "[\(GatewayTexts.tossCancel()),\(GatewayTexts.tossCancel(key: "K2", amount: "1"))]"
        let texts = [
            GatewayTexts.toss(), GatewayTexts.toss(status: "PARTIAL_CANCELED", balance: "65999", cancels: cancels),
        ].map { Array($0.utf8) }
        var approvedCount = 0
        for round in 0..<6000 {
            let bytes = Self.mutate(texts[round % texts.count], &random)
            let answer = GatewayAnswer(status: 200, body: bytes)
            let outcome = TossAnswer.confirmation(answer, of: GatewayTexts.attempt)
            if case .approved(let payment) = outcome {
                approvedCount += 1
                #expect(payment.total == GatewayTexts.attempt.total)
                #expect(payment.orderID == GatewayTexts.attempt.orderID)
                #expect(payment.providerKey == GatewayTexts.attempt.providerKey)
            }
            if case .declined = outcome { Issue.record("a 200 was declined") }
            let refund = TossAnswer.refund(answer, of: TossRefundAnswerTests.refund)
            if case .refunded(let cancel, _) = refund { #expect(cancel.amount == Money(33_000)) }
            _ = TossAnswer.checkout(answer, of: GatewayTexts.order)
        }
        // Some changes hit what does not matter.
        #expect(approvedCount > 50)
    }

    @Test("no change of a Stripe intent or refund traps, and none is approved for another total") func stripe() {
        var random = FastRandom(seed: 20_240_214)
        let texts = [
            GatewayTexts.intent(), GatewayTexts.intent(refunded: "500", refunds: "[\(GatewayTexts.refund())]"),
            GatewayTexts.refund(),
        ].map { Array($0.utf8) }
        var approvedCount = 0
        for round in 0..<6000 {
            let answer = GatewayAnswer(status: 200, body: Self.mutate(texts[round % texts.count], &random))
            if case .approved(let payment) = StripeAnswer.confirmation(answer, of: GatewayTexts.stripeAttempt) {
                approvedCount += 1
                #expect(payment.total == Money(2500, .usd) && payment.balance == Money(2500, .usd))
            }
            _ = StripeAnswer.reading(answer, of: GatewayTexts.stripeAttempt.payment)
            let refund = GatewayRefund(
                payment: GatewayTexts.stripeAttempt.payment, amount: Money(500, .usd),
                balanceBefore: Money(2500, .usd), reason: "rain", refundID: 77, idempotencyKey: "r")
            if case .refunded(let cancel, _) = StripeAnswer.refund(answer, of: refund) {
                #expect(cancel.amount == Money(500, .usd))
            }
            _ = StripeAnswer.refundList(answer, of: refund)
        }
        #expect(approvedCount > 50)
    }

    @Test("no change of an error makes it final that was not") func errors() {
        var random = FastRandom(seed: 20_240_215)
        for _ in 0..<3000 {
            let bytes = Self.mutate(Array(GatewayTexts.tossError("PROVIDER_ERROR").utf8), &random)
            let toss = TossAnswer.confirmation(GatewayAnswer(status: 400, body: bytes), of: GatewayTexts.attempt)
            if case .declined = toss { Issue.record("declined by \(String(decoding: bytes, as: UTF8.self))") }
            let error = Array(GatewayTexts.stripeError("api_error", "processing_error").utf8)
            let stripe = StripeAnswer.confirmation(
                GatewayAnswer(status: 402, body: Self.mutate(error, &random)), of: GatewayTexts.stripeAttempt)
            if case .declined = stripe { Issue.record("declined") }
        }
    }

    @Test("no list and no webhook traps") func others() throws {
        var random = FastRandom(seed: 20_240_216)
        let row =
            #"{"transactionKey":"T","paymentKey":"P","orderId":"podo-1","status":"DONE","currency":"KRW","#
            + #""transactionAt":"2024-02-13T12:18:14+09:00","amount":1000,"fee":10,"payOutAmount":990,"#
            + #""id":"txn_1","type":"charge","created":1700000000,"source":{"payment_intent":"pi_1"}}"#
        let list = Array("[\(row),\(row)]".utf8)
        let data = Array(#"{"object":"list","has_more":true,"data":[\#(row),\#(row)]}"#.utf8)
        let change = Array(#"{"eventType":"PAYMENT_STATUS_CHANGED","data":\#(GatewayTexts.toss())}"#.utf8)
        let deposit = Array(
            #"{"createdAt":"2022-01-01T00:00:00.000000","secret":"ps_1","status":"DONE","orderId":"podo-000123"}"#.utf8)
        let settings = StripeSettings(
            secretKey: Secret("sk"), publishableKey: "pk", webhookSecrets: [Secret("whsec")])
        let now = WallClock(unixMilliseconds: 1_700_000_000_000)
        for _ in 0..<3000 {
            let bytes = Self.mutate(list, &random)
            _ = TossLists.transactions(GatewayAnswer(status: 200, body: bytes))
            _ = TossLists.settlements(GatewayAnswer(status: 200, body: bytes), page: 1)
            _ = StripeAnswer.transactions(GatewayAnswer(status: 200, body: Self.mutate(data, &random)))
            _ = TossWebhook.parse(HTTPFields(), Self.mutate(change, &random), byteCountMax: 65_536)
            _ = TossWebhook.parse(HTTPFields(), Self.mutate(deposit, &random), byteCountMax: 65_536)
            // Signed, so that the parser behind the signature is reached.
            let event = Self.mutate(
                Array(#"{"id":"evt_1","type":"refund.failed","data":{"object":\#(GatewayTexts.refund())}}"#.utf8),
                &random)
            let signature = StripeWebhook.signature(Array("1700000000".utf8), event, Secret("whsec"))
            var field = Array("t=1700000000,v1=\(String(decoding: signature, as: UTF8.self))".utf8)
            var fields = HTTPFields()
            try fields.append(name: Array("stripe-signature".utf8).span, value: field.span)
            _ = StripeWebhook.parse(fields, event, at: now, settings)
            field = Self.mutate(field, &random).filter { $0 >= 0x20 && $0 < 0x7f }
            var others = HTTPFields()
            try others.append(name: Array("stripe-signature".utf8).span, value: field.span)
            _ = StripeWebhook.parse(others, event, at: now, settings)
        }
    }

    @Test("no request traps the simulated company, and its books stay true") func company() async throws {
        var parts = SimulatorCompany.Parts(
            tossSecretKey: Secret("test_sk"), stripeSecretKey: Secret("sk_test"), stripeWebhookSecret: Secret("whsec"),
            client: nil, pause: { _ in })
        let clock = ShopClock()
        parts.clock = { clock.now }
        let company = SimulatorCompany(SimulatorBank(seed: 3), parts)
        let (toss, intent) = try company.withBank { bank, now in
            let toss = try bank.create(
                SimulatorCreation(company: .toss, orderID: "podo-1000", orderName: "n", total: Money(99_000)), at: now)
            let intent = try bank.create(
                SimulatorCreation(company: .stripe, orderID: "podo-2000", orderName: "n", total: Money(2500, .usd)),
                at: now)
            for key in [toss.key, intent.key] { _ = try bank.authenticate(key, at: now) }
            return (toss.key, intent.key)
        }
        var random = FastRandom(seed: 20_240_217)
        func request(_ text: String, isStripe: Bool = false, query: Bool = false) throws -> HTTPRequest {
            // Some are as they should be, so that there is money to lose.
            let isMutated = Int.random(in: 0..<8, using: &random) > 0
            let bytes = isMutated ? Self.mutate(Array(text.utf8), &random) : Array(text.utf8)
            let fields = try GatewayTexts.fields([
                ("authorization", isStripe ? "Bearer sk_test" : "Basic " + GatewayText.base64("test_sk:"))
            ])
            let target = query ? Array("/x?".utf8) + bytes : Array("/x".utf8)
            var request = HTTPRequest(
                method: query ? .get : .post, version: .http1_1, target: target, pathCount: 2,
                authority: Array("podo.test".utf8), fields: fields)
            if !query { request.body = bytes }
            return request
        }
        let create =
            #"{"method":"가상계좌","amount":1000,"orderId":"podo-3000","orderName":"n","#
            + #""successUrl":"http://a.test/","failUrl":"http://a.test/"}"#
        let confirm = #"{"paymentKey":"\#(toss)","orderId":"podo-1000","amount":99000}"#
        let cancel = #"{"cancelReason":"r","cancelAmount":10,"refundReceiveAccount":{"bank":"20"}}"#
        let list = "startDate=2025-06-15T00:00:00&endDate=2025-06-16T00:00:00&limit=10&page=1&size=5"
        for _ in 0..<500 {
            _ = await company.tossCreate(try request(create))
            _ = await company.tossConfirm(try request(confirm))
            _ = await company.tossCancel(try request(cancel), toss)
            _ = await company.tossTransactions(try request(list, query: true))
            _ = await company.tossSettlements(try request(list, query: true))
            _ = await company.stripeCreate(
                try request("amount=2500&currency=usd&metadata[order_id]=podo-4000", isStripe: true))
            _ = await company.stripeCapture(try request("amount_to_capture=2500", isStripe: true), intent)
            _ = await company.stripeRefund(
                try request("payment_intent=\(intent)&amount=7&metadata[refund_id]=1", isStripe: true))
            _ = await company.stripeTransactions(
                try request("created[gte]=1&created[lt]=9999999999&limit=3", isStripe: true, query: true))
        }
        company.withBank { bank, _ in
            #expect(bank.books["podo-1000"]?.captured == 99_000 && bank.books["podo-2000"]?.captured == 2500)
            #expect(bank.books.values.allSatisfy { (0...$0.captured).contains($0.refunded) })
            #expect(bank.books["podo-1000"]?.refunded ?? 0 > 0)
        }
    }
}
