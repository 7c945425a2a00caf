package import HTTPClient
package import HTTPServer
package import Primitives

/// A payment company, as the rest of the house sees it.
///
/// Nothing here throws or traps for what the company says or does: a lost answer, nonsense and an outage are `unknown`,
/// which is a result like any other. Whoever gets it reads again later; nobody ever takes it for a failure.
///
/// The one time limit of each call is the adapter's own (`GatewayLimits`). No call repeats itself: how often, and when,
/// is the caller's plan, which outlives a crash.
package protocol PaymentGateway: Sendable {
    /// In paths, rows and metrics: `toss`, `stripe`, `simulator`.
    var name: String { get }

    /// How one can pay by it; the first is what is meant where nothing is said.
    var methods: [GatewayOrder.Method] { get }

    /// Whether a payment's key is told when it is begun. Then no other is asked for, whatever a browser brings.
    var tellsKeyAtCheckout: Bool { get }

    /// What our page may load where the company's script asks for the money in it; nil where that leads to a page of
    /// the company.
    var pagePolicy: HTTPPagePolicy? { get }

    /// What a buyer's browser needs to pay. No money moves.
    func checkout(for order: GatewayOrder) async -> GatewayCheckoutOutcome

    /// Takes the money. The same attempt with the same idempotency key may be sent again after `unknown`.
    func confirm(_ attempt: GatewayAttempt) async -> GatewayOutcome

    /// What the company's books say of a payment.
    func fetch(_ payment: GatewayPaymentKey) async -> GatewayReading

    /// Gives up a payment whose seats are let go. Says when it is too late for that.
    func abandon(_ payment: GatewayPaymentKey) async -> GatewayAbandonment

    /// Gives money back, all or a part. The same refund with the same key may be sent again after `unknown`.
    func refund(_ refund: GatewayRefund) async -> GatewayRefundOutcome

    /// What the company's books say of a refund that was asked for.
    func fetchRefund(_ refund: GatewayRefund) async -> GatewayRefundOutcome

    /// Looks at what came in by a webhook. It is a hint to read again, whatever it claims; that is all it is good for.
    func parseWebhook(_ fields: HTTPFields, _ body: [UInt8], at now: WallClock) -> GatewayWebhook

    /// Every movement of money of a time, for comparing books. `cursor` is that of the page before.
    func transactions(from: WallClock, to: WallClock, after cursor: String?) async -> GatewayTransactionsOutcome
}

extension PaymentGateway {
    package var methods: [GatewayOrder.Method] { GatewayOrder.Method.allCases }
    package var tellsKeyAtCheckout: Bool { false }
    package var pagePolicy: HTTPPagePolicy? { nil }
}

/// How a payment is named at the company. Adapters use the company's own key where there is one.
package struct GatewayPaymentKey: Equatable, Sendable {
    package var orderID: String
    /// `paymentKey` of Toss, `pi_…` of Stripe; nil as long as nobody has told us.
    package var providerKey: String?

    package init(orderID: String, providerKey: String?) {
        self.orderID = orderID
        self.providerKey = providerKey
    }

    /// Whether a text can be a company's key at all. Keys come back from the buyer's browser too, as anybody wrote
    /// them; no company has one of other characters, so such a one is asked of nobody.
    package static func isKey(_ text: String) -> Bool {
        (1...200).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// There is nothing that it can be the key of.
    var isImpossible: Bool { self.providerKey.map { !Self.isKey($0) } ?? false }
}

/// The bounds of all talk with a company.
package struct GatewayLimits: Sendable {
    /// For taking and giving back money: companies are slow when banks are. Too early an end makes an `unknown`, too
    /// late a one leaves the buyer, whose request has its time too, without even that.
    package var writeTime = TimeAmount.seconds(20)
    /// For everything that changes nothing.
    package var readTime = TimeAmount.seconds(5)
    /// Of an answer or a webhook. Larger ones count as nonsense.
    package var documentByteCountMax = 256 * 1024
    /// Of one page of a list; so many rows are asked for that they fit.
    package var listByteCountMax = 1 << 20

    package init() {}

    /// What a gateway's client is made with. Each gateway has one of its own, so that a company that is slow takes
    /// nobody else's places.
    package static var client: HTTPClientLimits {
        var limits = HTTPClientLimits()
        limits.connectTime = .seconds(3)
        limits.bodyByteCountMax = 1 << 20
        return limits
    }
}
