internal import Commerce
internal import HTTPClient
internal import HTTPServer
internal import Primitives

/// The bodies and paths of requests to Toss. Pure.
enum TossRequest {
    /// Of an idempotency key; longer ones are refused by Toss.
    static let idempotencyKeyLengthMax = 300
    /// Rows of one page, a kilobyte or more each.
    static let transactionCountMax = 500
    static let settlementCountMax = 500

    static func checkout(_ order: GatewayOrder) -> [UInt8] {
        self.object { writer in
            writer.member("method", order.method == .virtualAccount ? "가상계좌" : "카드")
            writer.name("amount")
            GatewayAmount.writeMajor(order.total, to: &writer)
            writer.member("currency", order.total.currency.rawValue)
            writer.member("orderId", order.orderID)
            writer.member("orderName", GatewayText.prefix(order.name, 100))
            writer.member("successUrl", order.successURL)
            writer.member("failUrl", order.failURL)
            if order.method == .virtualAccount { writer.member("validHours", order.depositHours) }
        }
    }

    static func confirm(_ attempt: GatewayAttempt) -> [UInt8] {
        self.object { writer in
            writer.member("paymentKey", attempt.providerKey)
            writer.member("orderId", attempt.orderID)
            writer.name("amount")
            GatewayAmount.writeMajor(attempt.total, to: &writer)
        }
    }

    /// The amount is always named, so that a refund made elsewhere meanwhile makes this one fail and not grow.
    static func cancel(_ refund: GatewayRefund) -> [UInt8] {
        self.object { writer in
            writer.member("cancelReason", TossAnswer.reason(of: refund))
            writer.name("cancelAmount")
            GatewayAmount.writeMajor(refund.amount, to: &writer)
            if refund.amount.currency != .krw { writer.member("currency", refund.amount.currency.rawValue) }
            guard let account = refund.account else { return }
            writer.name("refundReceiveAccount")
            writer.object { writer in
                writer.member("bank", account.bankCode)
                writer.member("accountNumber", account.accountNumber)
                writer.member("holderName", GatewayText.prefix(account.holderName, 60))
            }
        }
    }

    /// Ends the waiting for a deposit that has not come. Without an account to give it back to: once it has come, Toss
    /// refuses this.
    static func cancelDeposit() -> [UInt8] {
        self.object { $0.member("cancelReason", "The seats are not wanted any more.") }
    }

    static func path(of key: GatewayPaymentKey) -> String {
        guard let providerKey = key.providerKey else { return "/v1/payments/orders/" + FormText.escape(key.orderID) }
        return "/v1/payments/" + FormText.escape(providerKey)
    }

    static func cancelPath(_ providerKey: String) -> String {
        "/v1/payments/" + FormText.escape(providerKey) + "/cancel"
    }

    static func transactionsPath(from: WallClock, to: WallClock, after cursor: String?) -> String {
        var pairs = [
            (name: "startDate", value: self.localTime(from)), (name: "endDate", value: self.localTime(to)),
            (name: "limit", value: "\(self.transactionCountMax)"),
        ]
        if let cursor { pairs.append((name: "startingAfter", value: cursor)) }
        return "/v1/transactions?" + FormText.encode(pairs)
    }

    /// `page` counts from 1.
    static func settlementsPath(from: WallClock, to: WallClock, page: Int) -> String {
        "/v1/settlements?"
            + FormText.encode([
                (name: "startDate", value: String(self.localTime(from).prefix(10))),
                (name: "endDate", value: String(self.localTime(to).prefix(10))), (name: "dateType", value: "soldDate"),
                (name: "page", value: "\(page)"), (name: "size", value: "\(self.settlementCountMax)"),
            ])
    }

    /// Korea's time without its zone.
    private static func localTime(_ time: WallClock) -> String { String(GatewayTime.korean(time).prefix(19)) }

    private static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(members)
        return writer.bytes
    }
}
