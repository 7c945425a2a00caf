import Commerce
import HTTPServer

@testable import Payments

/// Documents in the shapes that the companies document, written by hand.
enum GatewayTexts {
    static let attempt = GatewayAttempt(
        orderID: "podo-000123", providerKey: "tgen_20240101", total: Money(99_000), idempotencyKey: "confirm-123-1")

    static let order = GatewayOrder(
        orderID: "podo-000123", name: "봄 콘서트 & more", total: Money(99_000), successURL: "https://podo.test/paid",
        failURL: "https://podo.test/failed", reservationID: 55, paymentID: 123, idempotencyKey: "checkout-123")

    static func toss(
        status: String = "DONE", total: String = "99000", balance: String = "99000", currency: String = "KRW",
        order: String = "podo-000123", key: String = "tgen_20240101",
        approved: String = "\"2024-02-13T12:18:14+09:00\"",
        cancels: String = "null", more: String = ""
    ) -> String {
        """
        {"mId":"tosspayments","lastTransactionKey":"9C62B18EEF0DE3EB7F4422EB6D14BC6E","paymentKey":"\(key)",
        "orderId":"\(order)","orderName":"봄 콘서트","taxExemptionAmount":0,"status":"\(status)",
        "requestedAt":"2024-02-13T12:17:57+09:00","approvedAt":\(approved),"useEscrow":false,"cultureExpense":false,
        "card":{"issuerCode":"71","acquirerCode":"71","number":"12345678****000*","installmentPlanMonths":0,
        "isInterestFree":false,"approveNo":"00000000","amount":99000},"virtualAccount":null,"transfer":null,
        "cancels":\(cancels),"type":"NORMAL","easyPay":null,"country":"KR","isPartialCancelable":true,
        "receipt":{"url":"https://dashboard.example/receipt/1"},"checkout":{"url":"https://api.example/checkout/1"},
        "currency":"\(currency)","totalAmount":\(total),"balanceAmount":\(balance),"suppliedAmount":90000,
        "vat":9000,"taxFreeAmount":0,"method":"카드","version":"2022-11-16"\(more)}
        """
    }

    static func tossCancel(
        key: String = "090A796806E726BBB929F4A2CA7DB9A7", amount: String = "33000", reason: String = "변심 #77",
        status: String = "DONE"
    ) -> String {
        """
        {"transactionKey":"\(key)","cancelReason":"\(reason)","taxExemptionAmount":0,
        "canceledAt":"2024-02-13T12:20:23+09:00","cardDiscountAmount":0,"receiptKey":null,"cancelAmount":\(amount),
        "taxFreeAmount":0,"refundableAmount":66000,"cancelStatus":"\(status)","cancelRequestId":null}
        """
    }

    static func tossError(_ code: String) -> String { #"{"code":"\#(code)","message":"한국어 설명"}"# }

    static func intent(
        status: String = "succeeded", amount: String = "2500", received: String = "2500", refunded: String = "0",
        currency: String = "usd", refunds: String = "[]", order: String = "podo-000123", id: String = "pi_1"
    ) -> String {
        """
        {"id":"\(id)","object":"payment_intent","amount":\(amount),"amount_capturable":0,"amount_received":\(received),
        "capture_method":"manual","client_secret":"pi_1_secret_x","created":1700000000,"currency":"\(currency)",
        "latest_charge":{"id":"ch_1","object":"charge","amount":\(amount),"amount_refunded":\(refunded),
        "captured":true,"created":1700000100,"disputed":false,"payment_method_details":{"type":"card","card":
        {"brand":"visa","last4":"4242"}},"receipt_url":"https://pay.example/r","refunds":{"object":"list",
        "data":\(refunds),"has_more":false}},"metadata":{"order_id":"\(order)","payment_id":"123"},
        "status":"\(status)"}
        """
    }

    static func refund(
        status: String = "succeeded", amount: String = "500", number: String = "77", more: String = ""
    ) -> String {
        """
        {"id":"re_1","object":"refund","amount":\(amount),"charge":"ch_1","created":1700000200,"currency":"usd",
        "metadata":{"refund_id":"\(number)"},"payment_intent":"pi_1","reason":"requested_by_customer",
        "status":"\(status)"\(more)}
        """
    }

    static func stripeError(_ type: String, _ code: String?, decline: String? = nil) -> String {
        let code = code.map { #","code":"\#($0)""# } ?? ""
        let decline = decline.map { #","decline_code":"\#($0)""# } ?? ""
        return #"{"error":{"type":"\#(type)","message":"no"\#(code)\#(decline)}}"#
    }

    static let stripeAttempt = GatewayAttempt(
        orderID: "podo-000123", providerKey: "pi_1", total: Money(2500, .usd), idempotencyKey: "capture-1")

    static func answer(_ status: Int, _ text: String) -> GatewayAnswer {
        GatewayAnswer(status: status, body: Array(text.utf8))
    }

    static func fields(_ pairs: [(String, String)]) throws -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in pairs { try fields.append(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        return fields
    }
}

extension GatewayOutcome {
    var word: String {
        switch self {
        case .approved: "approved"
        case .declined(let decline): "declined \(decline.code)"
        case .awaitingDeposit: "awaiting"
        case .unknown(let doubt): "unknown \(doubt.reason.rawValue)"
        }
    }

    var snapshot: GatewaySnapshot? {
        switch self {
        case .approved(let snapshot), .awaitingDeposit(let snapshot): snapshot
        case .declined, .unknown: nil
        }
    }
}

extension GatewayRefundOutcome {
    var word: String {
        switch self {
        case .refunded: "refunded"
        case .pending: "pending"
        case .refused(let decline): "refused \(decline.code)"
        case .tryLater: "later"
        case .absent: "absent"
        case .unknown(let doubt): "unknown \(doubt.reason.rawValue)"
        }
    }
}

extension GatewayReading {
    var word: String {
        switch self {
        case .found(let snapshot): "found \(snapshot.status.rawValue)"
        case .absent: "absent"
        case .unknown(let doubt): "unknown \(doubt.reason.rawValue)"
        }
    }

    var snapshot: GatewaySnapshot? { if case .found(let snapshot) = self { snapshot } else { nil } }
}

extension GatewayWebhook {
    var hint: GatewayHint? { if case .hint(let hint) = self { hint } else { nil } }

    var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}
