internal import Commerce
internal import HTTPClient
internal import Primitives

/// The forms and paths of requests to Stripe. Pure.
enum StripeRequest {
    static let idempotencyKeyLengthMax = 255
    static let listCountMax = 100
    private static let expanded = (name: "expand[]", value: "latest_charge.refunds")

    /// Whether Stripe can take a total at all: amounts of three decimal places end with a zero there, because cards
    /// know two places only.
    static func isPayable(_ money: Money) -> Bool { money.currency.exponent < 3 || money.amount % 10 == 0 }

    static func create(_ order: GatewayOrder) -> String {
        FormText.encode([
            (name: "amount", value: "\(order.total.amount)"),
            (name: "currency", value: order.total.currency.rawValue.lowercased()),
            (name: "automatic_payment_methods[enabled]", value: "true"),
            (name: "capture_method", value: "manual"),
            (name: "description", value: GatewayText.prefix(order.name, 200)),
            (name: "metadata[order_id]", value: order.orderID),
            (name: "metadata[reservation_id]", value: "\(order.reservationID)"),
            (name: "metadata[payment_id]", value: "\(order.paymentID)"),
        ])
    }

    static func capture(_ attempt: GatewayAttempt) -> String {
        FormText.encode([
            (name: "amount_to_capture", value: "\(attempt.total.amount)"), self.expanded,
        ])
    }

    static func refund(_ refund: GatewayRefund, intent: String) -> String {
        FormText.encode([
            (name: "payment_intent", value: intent), (name: "amount", value: "\(refund.amount.amount)"),
            (name: "reason", value: "requested_by_customer"),
            (name: "metadata[refund_id]", value: "\(refund.refundID)"),
        ])
    }

    /// The page that stands for Stripe's script: it has to be told where to go back to.
    static func page(_ base: String, _ key: String, of order: GatewayOrder) -> String {
        base + FormText.escape(key) + "?"
            + FormText.encode([(name: "success", value: order.successURL), (name: "fail", value: order.failURL)])
    }

    /// By its key; else by the order that stands in its metadata, which Stripe's search knows a minute later.
    static func path(of key: GatewayPaymentKey) -> String {
        if let providerKey = key.providerKey {
            return self.intentPath(providerKey) + "?" + FormText.encode([self.expanded])
        }
        let order = key.orderID.filter { $0 != "'" && $0 != "\\" }
        return "/v1/payment_intents/search?"
            + FormText.encode([
                (name: "query", value: "metadata['order_id']:'\(order)'"), (name: "limit", value: "2"),
                (name: "expand[]", value: "data.latest_charge.refunds"),
            ])
    }

    static func intentPath(_ key: String, _ verb: String = "") -> String {
        "/v1/payment_intents/" + FormText.escape(key) + verb
    }

    static func refundPath(_ key: String) -> String { "/v1/refunds/" + FormText.escape(key) }

    static func refundsPath(intent: String, after cursor: String? = nil) -> String {
        var pairs = [(name: "payment_intent", value: intent), (name: "limit", value: "\(self.listCountMax)")]
        if let cursor { pairs.append((name: "starting_after", value: cursor)) }
        return "/v1/refunds?" + FormText.encode(pairs)
    }

    static func disputesPath(intent: String) -> String {
        "/v1/disputes?"
            + FormText.encode([
                (name: "payment_intent", value: intent), (name: "limit", value: "\(self.listCountMax)"),
            ])
    }

    static func transactionsPath(from: WallClock, to: WallClock, after cursor: String?) -> String {
        var pairs = [
            (name: "created[gte]", value: "\(from.unixSeconds)"), (name: "created[lt]", value: "\(to.unixSeconds)"),
            (name: "limit", value: "\(self.listCountMax)"), (name: "expand[]", value: "data.source"),
        ]
        if let cursor { pairs.append((name: "starting_after", value: cursor)) }
        return "/v1/balance_transactions?" + FormText.encode(pairs)
    }
}
