import Commerce
import HTTPClient
import HTTPServer
import Observability
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Payments

/// The simulated company on a free loopback port, the adapters that talk to it, and a shop that gets its webhooks.
final class GatewayRig: Sendable {
    let group: EventLoopGroup
    let company: SimulatorCompany
    let toss: TossGateway
    let stripe: StripeGateway
    let simulator: SimulatorGateway
    let client: HTTPClient
    let origin: String
    let received = Mutex<[Received]>([])
    /// What the shop answers to webhooks.
    let hookStatus = Mutex<HTTPStatus>(.ok)
    private let time: ShopClock
    private let frontend: HTTPFrontend

    struct Received: Sendable {
        let path: String
        let fields: HTTPFields
        let body: [UInt8]
    }

    /// Of webhooks and tokens of the tests.
    static let webhookSecret = Secret("whsec_test")

    init(
        chaos: SimulatorChaos = SimulatorChaos(), settings: SimulatorBank.Settings = SimulatorBank.Settings(),
        limits: GatewayLimits = GatewayLimits(), seed: UInt64 = 1, testCode: String? = nil
    ) throws {
        self.group = try EventLoopGroup(loopCount: 1)
        let loop = self.group.loops[0]
        let listener = try Listener(.loopback(port: 0))
        let origin = "http://127.0.0.1:\(listener.address.port)"
        self.origin = origin
        let registry = MetricsRegistry(loopCount: 1)
        self.client = HTTPClient(name: "test", loop: loop, metrics: registry)
        let clock = ShopClock()
        self.time = clock
        var settings = settings
        settings.pageBase = origin + SimulatorRoutes.pagePrefix
        var parts = SimulatorCompany.Parts(
            tossSecretKey: Secret("test_sk_podo"), stripeSecretKey: Secret("sk_test_podo"),
            stripeWebhookSecret: Self.webhookSecret, client: self.client,
            pause: { time in
                await withCheckedContinuation { continuation in
                    loop.execute { _ = loop.schedule(at: loop.now + time) { continuation.resume() } }
                }
            })
        parts.clock = { clock.now }
        for company in SimulatorPayment.Company.allCases {
            parts.webhookURLs[company] = "\(origin)/hook/\(company.rawValue)"
        }
        let company = SimulatorCompany(SimulatorBank(settings: settings, chaos: chaos, seed: seed), parts)
        self.company = company
        self.toss = try #require(
            TossGateway(
                TossSettings(
                    secretKey: parts.tossSecretKey, base: origin + SimulatorRoutes.tossPrefix, addresses: .any,
                    limits: limits, testCode: testCode), client: self.client))
        self.stripe = try #require(
            StripeGateway(
                StripeSettings(
                    secretKey: parts.stripeSecretKey, publishableKey: "pk_test_podo",
                    webhookSecrets: [Self.webhookSecret], base: origin + SimulatorRoutes.stripePrefix,
                    pageBase: origin + SimulatorRoutes.pagePrefix, addresses: .any, limits: limits),
                client: self.client))
        self.simulator = try #require(
            SimulatorGateway(company, origin: origin, client: self.client, limits: limits))
        let inbox = HookInbox()
        let hook = HTTPRoute(
            .post, "/hook/{company}", access: .anyone, bodyByteCountMax: 1 << 20,
            .immediate { request, path in inbox.take(request, path["company"] ?? "") })
        self.frontend = HTTPFrontend(
            name: "test",
            application: try HTTPApplication(
                routes: SimulatorRoutes.table.map { $0.bound(to: company) } + [hook]), group: self.group,
            limits: HTTPLimits(), metrics: registry, log: Log(level: .error))
        inbox.rig.withLock { $0 = Weak(self) }
        self.group.start()
        self.frontend.listen(listener, security: nil)
    }

    deinit {
        self.client.close()
        self.group.stop()
    }

    private struct Weak: @unchecked Sendable {
        // SAFETY: written once, before anybody can read it.
        weak var rig: GatewayRig?

        init(_ rig: GatewayRig?) { self.rig = rig }
    }

    private final class HookInbox: Sendable {
        let rig = Mutex(Weak(nil))

        func take(_ request: HTTPRequest, _ company: String) -> HTTPResponse {
            guard let rig = self.rig.withLock({ $0.rig }) else { return HTTPResponse(.gone) }
            rig.received.withLock {
                $0.append(Received(path: company, fields: request.fields, body: request.body))
            }
            return HTTPResponse(rig.hookStatus.withLock { $0 })
        }
    }

    // MARK: Time

    var now: WallClock { self.time.now }

    func forward(_ time: TimeAmount) { self.time.forward(time) }

    // MARK: A buyer

    static func order(
        _ id: String = "podo-000001", _ total: Money = Money(99_000), method: GatewayOrder.Method = .card
    ) -> GatewayOrder {
        GatewayOrder(
            orderID: id, name: "봄 콘서트 <R석>", total: total, successURL: "https://podo.test/paid?x=1",
            failURL: "https://podo.test/failed", reservationID: 1, paymentID: 1, idempotencyKey: "checkout-\(id)",
            method: method)
    }

    /// What the page's button does; where it leads to.
    func press(_ button: String, _ page: String) async throws -> (status: Int, location: String) {
        let url = try #require(HTTPClientURL(page))
        let request = HTTPClientRequest(
            .post, url, fields: [HTTPClientField("content-type", "application/x-www-form-urlencoded")],
            body: Array("decision=\(button)".utf8), addresses: .any)
        let response = try await self.client.send(request, deadline: .now + .seconds(10))
        return (response.status, response.first("location") ?? "")
    }

    func get(_ page: String) async throws -> HTTPClientResponse {
        let url = try #require(HTTPClientURL(page))
        return try await self.client.send(
            HTTPClientRequest(.get, url, addresses: .any), deadline: .now + .seconds(10))
    }

    /// Checked out and authenticated: ready to be confirmed.
    func authenticated(
        _ gateway: any PaymentGateway, _ order: GatewayOrder, attempt: Int = 1
    ) async throws -> GatewayAttempt {
        let outcome = await gateway.checkout(for: order)
        guard case .ready(let checkout) = outcome else { throw NotReady(outcome: "\(outcome)") }
        let page = try #require(checkout.url)
        let pressed = try await self.press("approve", page)
        try #require(pressed.status == 303)
        return GatewayAttempt(
            orderID: order.orderID, providerKey: try #require(checkout.providerKey), total: order.total,
            idempotencyKey: "confirm-\(order.orderID)-\(attempt)")
    }

    func paid(_ gateway: any PaymentGateway, _ order: GatewayOrder) async throws -> GatewaySnapshot {
        let outcome = await gateway.confirm(try await self.authenticated(gateway, order))
        return try #require(outcome.snapshot, "\(outcome)")
    }

    struct NotReady: Error { let outcome: String }

    static func refund(
        _ attempt: GatewaySnapshot, _ amount: Int64, number: Int64 = 1, account: GatewayRefundAccount? = nil
    ) -> GatewayRefund {
        GatewayRefund(
            payment: GatewayPaymentKey(orderID: attempt.orderID, providerKey: attempt.providerKey),
            amount: Money(amount, attempt.total.currency), balanceBefore: attempt.balance, reason: "변심",
            refundID: number, idempotencyKey: "refund-\(attempt.orderID)-\(number)", account: account)
    }

    // MARK: The shop

    /// Everything that is due, as the shop understands it.
    func webhooks() async -> [GatewayWebhook] {
        await self.company.deliver()
        let received = self.received.withLock { received in
            defer { received = [] }
            return received
        }
        return received.map { one in
            let gateway: any PaymentGateway = one.path == "stripe" ? self.stripe : self.toss
            return gateway.parseWebhook(one.fields, one.body, at: self.now)
        }
    }

    func book(_ order: String) -> SimulatorBook? { self.company.withBank { bank, _ in bank.books[order] } }
}

/// A clock that stands still until it is put forward.
final class ShopClock: Sendable {
    private let time = Mutex(WallClock(unixMilliseconds: 1_750_000_000_000))

    var now: WallClock { self.time.withLock { $0 } }

    func forward(_ amount: TimeAmount) {
        self.time.withLock { $0 = WallClock(unixMilliseconds: $0.unixMilliseconds + amount.milliseconds) }
    }
}
