internal import HTTPServer
internal import Payments
internal import Primitives

/// Stands where no payment company is configured: nothing can be paid, and nobody is charged.
struct ClosedGateway: PaymentGateway {
    let name = "closed"

    private static let doubt = GatewayDoubt(.misconfigured)

    func checkout(for order: GatewayOrder) async -> GatewayCheckoutOutcome { .unknown(Self.doubt) }
    func confirm(_ attempt: GatewayAttempt) async -> GatewayOutcome { .unknown(Self.doubt) }
    func fetch(_ payment: GatewayPaymentKey) async -> GatewayReading { .absent }
    func abandon(_ payment: GatewayPaymentKey) async -> GatewayAbandonment { .gone }
    func refund(_ refund: GatewayRefund) async -> GatewayRefundOutcome { .tryLater(Self.doubt) }
    func fetchRefund(_ refund: GatewayRefund) async -> GatewayRefundOutcome { .absent }
    func parseWebhook(_ fields: HTTPFields, _ body: [UInt8], at now: WallClock) -> GatewayWebhook {
        .refused(.malformed)
    }
    func transactions(
        from: WallClock, to: WallClock, after cursor: String?
    ) async -> GatewayTransactionsOutcome { .unknown(Self.doubt) }
}
