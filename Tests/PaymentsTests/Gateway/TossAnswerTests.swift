import Commerce
import HTTPServer
import Observability
import Primitives
import Testing

@testable import Payments

@Suite("What Toss answers") struct TossAnswerTests {
    private func confirm(_ status: Int, _ text: String) -> GatewayOutcome {
        TossAnswer.confirmation(GatewayTexts.answer(status, text), of: GatewayTexts.attempt)
    }

    @Test("a payment is read whole") func payment() throws {
        let cancels = "[\(GatewayTexts.tossCancel())]"
        let text = GatewayTexts.toss(status: "PARTIAL_CANCELED", balance: "66000", cancels: cancels)
        let json = try #require(GatewayTexts.answer(200, text).json)
        let payment = try #require(TossAnswer.payment(json))
        #expect(payment.orderID == "podo-000123")
        #expect(payment.providerKey == "tgen_20240101")
        #expect(payment.status == .partlyRefunded)
        #expect(payment.total == Money(99_000))
        #expect(payment.balance == Money(66_000))
        #expect(payment.method == "카드")
        #expect(payment.maskedCard == "12345678****000*")
        #expect(payment.transactionKey == "9C62B18EEF0DE3EB7F4422EB6D14BC6E")
        #expect(payment.approvedAt?.rfc3339 == "2024-02-13T03:18:14.000Z")
        #expect(payment.cancels.map(\.amount) == [Money(33_000)])
        #expect(payment.cancels.first?.at?.rfc3339 == "2024-02-13T03:20:23.000Z")
        #expect(payment.cancels.first?.status == .done)
    }

    @Test(
        "a status says where the money is",
        arguments: [
            ("READY", GatewaySnapshot.Status.open), ("IN_PROGRESS", .open), ("WAITING_FOR_DEPOSIT", .awaitingDeposit),
            ("DONE", .paid), ("PARTIAL_CANCELED", .partlyRefunded), ("CANCELED", .refunded), ("ABORTED", .failed),
            ("EXPIRED", .failed),
        ])
    func status(word: String, status: GatewaySnapshot.Status) throws {
        let json = try #require(GatewayTexts.answer(200, GatewayTexts.toss(status: word)).json)
        #expect(TossAnswer.payment(json)?.status == status)
    }

    @Test("what was canceled before its deposit came was never paid") func canceledUnpaid() throws {
        let text = GatewayTexts.toss(status: "CANCELED", balance: "0", approved: "null")
        let payment = try #require(GatewayTexts.answer(200, text).json.flatMap(TossAnswer.payment))
        #expect(payment.status == .failed)
        #expect(!payment.wasPaid)
    }

    @Test("a confirmation that fits is approved, and one that waits for a deposit waits") func approved() throws {
        #expect(self.confirm(200, GatewayTexts.toss()).word == "approved")
        let account = """
            ,"secret":"ps_1",
            "virtualAccount":{"accountNumber":"X650","bankCode":"20","dueDate":"2024-02-16T12:00:00+09:00"}
            """
        let text = GatewayTexts.toss(status: "WAITING_FOR_DEPOSIT", approved: "null", more: account)
            .replacing("\"virtualAccount\":null,", with: "")
        let outcome = self.confirm(200, text)
        #expect(outcome.word == "awaiting")
        #expect(outcome.snapshot?.deposit?.accountNumber == "X650")
        #expect(outcome.snapshot?.deposit?.secret?.reveal() == "ps_1")
        #expect(outcome.snapshot?.deposit?.dueAt?.rfc3339 == "2024-02-16T03:00:00.000Z")
    }

    @Test(
        "a yes that is not to our question is a mismatch",
        arguments: [
            GatewayTexts.toss(total: "99001", balance: "99001"), GatewayTexts.toss(total: "990", balance: "990"),
            GatewayTexts.toss(currency: "JPY"), GatewayTexts.toss(currency: "USD"),
            GatewayTexts.toss(order: "podo-000124"), GatewayTexts.toss(key: "tgen_other"),
        ])
    func mismatch(text: String) { #expect(self.confirm(200, text).word == "unknown mismatch") }

    @Test(
        "a yes that cannot be understood is unknown",
        arguments: [
            "", "{}", "[]", "null", "<html>", GatewayTexts.toss(total: "-1"), GatewayTexts.toss(total: "1e400"),
            GatewayTexts.toss(total: "\"99000\""), GatewayTexts.toss(balance: "99001"),
            GatewayTexts.toss(status: "PAID"), GatewayTexts.toss(total: "9223372036854775807"),
            GatewayTexts.toss(cancels: "[{}]"), GatewayTexts.toss(cancels: "7"), GatewayTexts.toss(currency: "XXX"),
        ])
    func unreadable(text: String) { #expect(self.confirm(200, text).word == "unknown unreadable") }

    @Test(
        "a status that decides nothing is unknown",
        arguments: ["READY", "IN_PROGRESS", "ABORTED", "EXPIRED", "CANCELED", "PARTIAL_CANCELED"])
    func unclear(word: String) {
        #expect(self.confirm(200, GatewayTexts.toss(status: word)).word == "unknown status-unclear")
    }

    @Test("every code of the list is declined with a sentence", arguments: TossCodes.declines.keys.sorted())
    func declined(code: String) {
        for status in [400, 403, 404] {
            let outcome = self.confirm(status, GatewayTexts.tossError(code))
            #expect(outcome.word == "declined \(code)")
            guard case .declined(let decline) = outcome else { continue }
            #expect(!decline.message.korean.isEmpty && !decline.message.english.isEmpty)
        }
        // The same word from a server that has failed decides nothing.
        #expect(self.confirm(500, GatewayTexts.tossError(code)).word == "unknown company-failed")
    }

    @Test("the list is the one of the documents") func listed() { #expect(TossCodes.declines.count == 32) }

    @Test("a code about ourselves needs an operator", arguments: TossCodes.misconfigurations.sorted())
    func misconfigured(code: String) {
        let outcome = self.confirm(401, GatewayTexts.tossError(code))
        #expect(outcome.word == "unknown misconfigured")
        guard case .unknown(let doubt) = outcome else { return }
        #expect(doubt.needsOperator && doubt.code == code)
    }

    @Test(
        "everything else is unknown",
        arguments: [
            (400, "ALREADY_PROCESSED_PAYMENT", "code-unclear"), (400, "PROVIDER_ERROR", "code-unclear"),
            (400, "CARD_PROCESSING_ERROR", "code-unclear"), (409, "IDEMPOTENT_REQUEST_PROCESSING", "still-running"),
            (500, "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING", "company-failed"),
            (500, "FAILED_INTERNAL_SYSTEM_PROCESSING", "company-failed"),
            (500, "UNKNOWN_PAYMENT_ERROR", "company-failed"), (400, "A_CODE_OF_TOMORROW", "code-unclear"),
            (429, "TOO_MANY_REQUESTS", "throttled"), (418, "REJECT_CARD_PAYMENT ", "unreadable"),
        ])
    func unknown(status: Int, code: String, reason: String) {
        #expect(self.confirm(status, GatewayTexts.tossError(code)).word == "unknown \(reason)")
    }

    @Test(
        "an error without a code is unknown by its status",
        arguments: [
            (400, "unreadable"), (401, "misconfigured"), (404, "unreadable"), (429, "throttled"),
            (502, "company-failed"), (503, "company-failed"),
        ])
    func bare(status: Int, reason: String) {
        #expect(self.confirm(status, "<html>Bad Gateway</html>").word == "unknown \(reason)")
    }

    @Test("a reading finds, or finds nothing, or does not know") func reading() {
        let key = GatewayTexts.attempt.payment
        func read(_ status: Int, _ text: String) -> String {
            TossAnswer.reading(GatewayTexts.answer(status, text), of: key).word
        }
        #expect(read(200, GatewayTexts.toss()) == "found paid")
        #expect(read(200, GatewayTexts.toss(order: "other-order")) == "unknown mismatch")
        #expect(read(404, GatewayTexts.tossError("NOT_FOUND_PAYMENT")) == "absent")
        #expect(read(404, GatewayTexts.tossError("NOT_FOUND")) == "unknown code-unclear")
        #expect(read(500, GatewayTexts.tossError("NOT_FOUND_PAYMENT")) == "unknown company-failed")
        #expect(read(401, GatewayTexts.tossError("UNAUTHORIZED_KEY")) == "unknown misconfigured")
        #expect(read(200, "{") == "unknown unreadable")
    }

    @Test("amounts have the decimal places of their currency and no others") func amounts() {
        #expect(GatewayAmount.major(.integer(99_000), .krw) == 99_000)
        #expect(GatewayAmount.major(.number(99_000), .krw) == 99_000)
        #expect(GatewayAmount.major(.number(99_000.5), .krw) == nil)
        #expect(GatewayAmount.major(.number(12.34), .usd) == 1234)
        #expect(GatewayAmount.major(.integer(12), .usd) == 1200)
        #expect(GatewayAmount.major(.number(12.345), .usd) == nil)
        #expect(GatewayAmount.major(.number(1.234), .kwd) == 1234)
        #expect(GatewayAmount.major(.integer(.max), .usd) == nil)
        #expect(GatewayAmount.major(.number(.infinity), .usd) == nil)
        #expect(GatewayAmount.major(.number(-0.01), .usd) == nil)
        #expect(GatewayAmount.major(.string("1"), .krw) == nil)
        var random = FastRandom(seed: 7)
        for _ in 0..<2000 {
            for currency in Currency.allCases {
                let money = Money(Int64.random(in: 0...Money.amountMax, using: &random), currency)
                var writer = JSONWriter()
                GatewayAmount.writeMajor(money, to: &writer)
                let back = (try? JSONParser.parse(writer.bytes)).flatMap { GatewayAmount.major($0, currency) }
                #expect(back == money.amount, "\(money)")
            }
        }
    }

    @Test(
        "times are read with any zone and refused when they are none",
        arguments: [
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
            ("2024-02-13T12:18:14+09:00", "2024-02-13T03:18:14.000Z"),
            ("2024-02-13T12:18:14.1234567", "2024-02-13T03:18:14.123Z"),
            ("1999-12-31T23:59:59.5-05:30", "2000-01-01T05:29:59.500Z"), ("2024-13-01T00:00:00Z", nil),
            ("2024-02-13 12:18:14", nil), ("2024-02-13T12:18:14.", nil), ("2024-02-13T12:18:14+9", nil), ("", nil),
            ("T", nil), ("2024-02-13T24:00:00Z", nil), ("99999-01-01T00:00:00Z", nil),
        ])
    func times(text: String, expected: String?) { #expect(GatewayTime.rfc3339(text)?.rfc3339 == expected) }

    @Test("a checkout leads to the page, unless it is of something else") func checkout() {
        let ready = GatewayTexts.toss(status: "READY", approved: "null")
        let outcome = TossAnswer.checkout(GatewayTexts.answer(200, ready), of: GatewayTexts.order)
        #expect(
            outcome == .ready(GatewayCheckout(url: "https://api.example/checkout/1", providerKey: "tgen_20240101")))
        let other = GatewayTexts.answer(200, GatewayTexts.toss(order: "podo-other"))
        #expect(TossAnswer.checkout(other, of: GatewayTexts.order) == .unknown(GatewayDoubt(.mismatch)))
        let small = GatewayTexts.answer(400, GatewayTexts.tossError("BELOW_MINIMUM_AMOUNT"))
        guard case .refused(let decline) = TossAnswer.checkout(small, of: GatewayTexts.order) else {
            Issue.record("not refused")
            return
        }
        #expect(decline.message == GatewayWording.amount)
    }
}

@Suite("What Toss answers to refunds") struct TossRefundAnswerTests {
    static let refund = GatewayRefund(
        payment: GatewayTexts.attempt.payment, amount: Money(33_000), balanceBefore: Money(99_000), reason: "변심",
        refundID: 77, idempotencyKey: "refund-77")

    private func refund(_ status: Int, _ text: String) -> GatewayRefundOutcome {
        TossAnswer.refund(GatewayTexts.answer(status, text), of: Self.refund)
    }

    private func payment(_ cancels: [String]) -> String {
        GatewayTexts.toss(
            status: "PARTIAL_CANCELED", balance: "66000", cancels: "[\(cancels.joined(separator: ","))]")
    }

    @Test("our refund is found among others by its mark") func found() throws {
        let others = [
            GatewayTexts.tossCancel(key: "K1", amount: "1000", reason: "by hand"),
            GatewayTexts.tossCancel(key: "K2", amount: "2000", reason: "변심 #177"),
        ]
        let outcome = self.refund(200, self.payment(others + [GatewayTexts.tossCancel(key: "K3")]))
        guard case .refunded(let cancel, let payment?) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(cancel.key == "K3")
        #expect(payment.balance == Money(66_000))
        #expect(self.refund(200, self.payment(others)).word == "unknown mismatch")
        let read = TossAnswer.refundReading(GatewayTexts.answer(200, self.payment(others)), of: Self.refund)
        #expect(read == .absent)
    }

    @Test(
        "our number is what ends the reason, and nothing else",
        arguments: [
            ("변심 #77", 77), (" #1", 1), ("#77", nil), ("a #", nil), ("a #7x", nil), ("a #-7", nil), ("a#7", nil),
            ("b #9 #12", 12), ("a #99999999999999999999", nil),
        ] as [(String, Int64?)])
    func number(reason: String, number: Int64?) { #expect(TossAnswer.refundID(ofReason: reason) == number) }

    @Test("a refund of another amount is a mismatch; one that runs or failed is what it is") func others() {
        #expect(self.refund(200, self.payment([GatewayTexts.tossCancel(amount: "32999")])).word == "unknown mismatch")
        #expect(self.refund(200, self.payment([GatewayTexts.tossCancel(status: "IN_PROGRESS")])).word == "pending")
        #expect(self.refund(200, self.payment([GatewayTexts.tossCancel(status: "ABORTED")])).word == "refused ABORTED")
        let twice = [GatewayTexts.tossCancel(key: "K1", status: "ABORTED"), GatewayTexts.tossCancel(key: "K2")]
        #expect(self.refund(200, self.payment(twice)).word == "refunded")
    }

    @Test("every code of the list is refused", arguments: TossCodes.refundRefusals.keys.sorted())
    func refused(code: String) {
        #expect(self.refund(403, GatewayTexts.tossError(code)).word == "refused \(code)")
        #expect(self.refund(500, GatewayTexts.tossError(code)).word == "unknown company-failed")
    }

    @Test(
        "other codes are later or unknown",
        arguments: [
            (403, "FORBIDDEN_CONSECUTIVE_REQUEST", "later"), (403, "NOT_AVAILABLE_BANK", "later"),
            (429, "TOO_MANY_REQUESTS", "later"), (400, "ALREADY_CANCELED_PAYMENT", "unknown code-unclear"),
            (400, "ALREADY_REFUND_PAYMENT", "unknown code-unclear"),
            (400, "NOT_MATCHES_REFUNDABLE_AMOUNT", "unknown code-unclear"),
            (400, "PROVIDER_ERROR", "unknown code-unclear"),
            (404, "NOT_FOUND_PAYMENT", "unknown code-unclear"), (401, "UNAUTHORIZED_KEY", "unknown misconfigured"),
            (500, "FAILED_REFUND_PROCESS", "unknown company-failed"),
            (500, "FAILED_PARTIAL_REFUND", "unknown company-failed"), (500, "COMMON_ERROR", "unknown company-failed"),
            (409, "IDEMPOTENT_REQUEST_PROCESSING", "unknown still-running"),
        ])
    func codes(status: Int, code: String, word: String) {
        #expect(self.refund(status, GatewayTexts.tossError(code)).word == word)
    }

    @Test("a long reason keeps its mark, and the body names the amount and the account") func body() throws {
        var refund = Self.refund
        refund.reason = String(repeating: "가", count: 300)
        refund.account = GatewayRefundAccount(bankCode: "20", accountNumber: "123", holderName: "김포도")
        #expect(TossAnswer.reason(of: refund).unicodeScalars.count == 200)
        #expect(TossAnswer.reason(of: refund).hasSuffix(" #77"))
        let json = try #require(GatewayJSON(TossRequest.cancel(refund), byteCountMax: 4096))
        #expect(json.integer("cancelAmount") == 33_000)
        #expect(json.object("refundReceiveAccount")?.string("bank") == "20")
        refund.amount = Money(1234, .usd)
        let dollars = try #require(GatewayJSON(TossRequest.cancel(refund), byteCountMax: 4096))
        #expect(dollars["cancelAmount"] == .number(12.34))
        #expect(dollars.string("currency") == "USD")
    }

    @Test("lists keep what can be read and count the rest") func lists() {
        let rows = """
            [{"mId":"m","transactionKey":"T1","paymentKey":"P1","orderId":"podo-1","method":"카드","status":"DONE",
            "transactionAt":"2024-02-13T12:18:14+09:00","currency":"KRW","amount":1000},
            {"transactionKey":"T2","paymentKey":"P1","orderId":"podo-1","status":"CANCELED",
            "transactionAt":"2024-02-13T12:19:14+09:00","currency":"KRW","amount":-400},
            {"transactionKey":"T3","paymentKey":"P2","orderId":"podo-2","status":"WAITING_FOR_DEPOSIT",
            "transactionAt":"2024-02-13T12:19:14+09:00","currency":"KRW","amount":400},{"transactionKey":"T4"},7]
            """
        guard case .page(let page) = TossLists.transactions(GatewayTexts.answer(200, rows)) else {
            Issue.record("no page")
            return
        }
        #expect(page.items.map(\.amount) == [Money(1000), Money(-400)])
        #expect(page.items.map(\.key) == ["T1", "T2"])
        #expect(page.unreadableCount == 2)
        #expect(page.next == nil)
        #expect(
            TossLists.transactions(GatewayTexts.answer(429, "{}")) == .unknown(GatewayDoubt(.throttled, code: "429")))
        let row = #"{"transactionKey":"K","paymentKey":"P","status":"READY"}"#
        let full = (0..<TossRequest.transactionCountMax).map { _ in row }
        guard
            case .page(let more) = TossLists.transactions(
                GatewayTexts.answer(200, "[\(full.joined(separator: ","))]"))
        else {
            Issue.record("no page")
            return
        }
        #expect(more.next == "K")
        let cut = "[\((full.dropLast() + ["7"]).joined(separator: ","))]"
        #expect(TossLists.transactions(GatewayTexts.answer(200, cut)) == .unknown(GatewayDoubt(.unreadable)))
        let settled = """
            [{"transactionKey":"T2","paymentKey":"P1","orderId":"podo-1","currency":"KRW","amount":-400,"fee":-10,
            "payOutAmount":-390,"soldDate":"2024-02-13","paidOutDate":"2024-02-20"},{}]
            """
        guard case .page(let items, nil, 1) = TossLists.settlements(GatewayTexts.answer(200, settled), page: 1) else {
            Issue.record("no page")
            return
        }
        #expect(items.first?.payout == Money(-390))
        #expect(items.first?.fee == Money(-10))
    }
}
