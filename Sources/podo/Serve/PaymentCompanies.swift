internal import Crypto
internal import HTTPClient
internal import HTTPServer
internal import Observability
internal import Payments
internal import Primitives
internal import Reactor

/// The payment companies of the configuration: the first one takes new payments, all go on with what was begun.
struct PaymentCompanies: Sendable {
    let gateways: [any PaymentGateway]
    /// The simulated company, with its doors, where it is in use.
    let simulator: SimulatorGateway?
    /// Those whose lists are compared with our books: the simulator's books are gone with its process.
    let listing: [String]
    /// Whether they answer.
    let pulses: [GatewayPulse]
    private let clients: [HTTPClient]

    /// Decides without a browser, where it takes new payments: no payment of a real company is ever decided here.
    var decider: (any PaymentDecider)? {
        self.gateways.first?.name == SimulatorGateway.name ? self.simulator : nil
    }

    /// What the page where it is paid may load: whom new payments are made by decides.
    var payPolicy: HTTPPagePolicy? { self.gateways.first?.pagePolicy }

    var routes: [HTTPRoute] {
        guard let company = self.simulator?.company else { return [] }
        return SimulatorRoutes.table.map { $0.bound(to: company) }
    }

    /// `ownOrigin` is where this process reaches its own listener, which a proxy or another machine's name may not.
    init(
        _ configuration: Configuration, loop: EventLoop, publicURL: String, ownOrigin: String,
        metrics: MetricsRegistry, log: Log
    ) throws(StartError) {
        var gateways: [any PaymentGateway] = []
        var clients: [HTTPClient] = []
        func client(_ name: String, proxy: String?) -> HTTPClient {
            let client = HTTPClient(
                name: "payment-" + name, loop: loop, certificateFile: configuration.outgoingCertificateFile,
                proxy: proxy, metrics: metrics)
            clients.append(client)
            return client
        }
        if let key = configuration.tossSecretKey {
            var settings = TossSettings(secretKey: key, clientKey: configuration.tossClientKey)
            if let url = configuration.tossURL { (settings.base, settings.addresses) = (url, .any) }
            guard let gateway = TossGateway(settings, client: client("toss", proxy: configuration.outgoingProxy)) else {
                throw StartError("toss-secret-key: Toss cannot be asked")
            }
            gateways.append(gateway)
        }
        if let key = configuration.stripeSecretKey, let publishable = configuration.stripePublishableKey {
            let settings = StripeSettings(
                secretKey: key, publishableKey: publishable,
                webhookSecrets: configuration.stripeWebhookSecret.map { [$0] } ?? [])
            guard let gateway = StripeGateway(settings, client: client("stripe", proxy: configuration.outgoingProxy))
            else { throw StartError("stripe-secret-key: Stripe cannot be asked") }
            gateways.append(gateway)
        }
        self.listing = gateways.map(\.name)
        if configuration.paymentSimulator {
            log.warning("payments are simulated", ["explanation": "payment-simulator: tickets cost nothing"])
            let simulator = Self.simulator(
                loop: loop, publicURL: publicURL, ownOrigin: ownOrigin, client: client("simulator", proxy: nil),
                webhooks: client("webhook", proxy: nil))
            guard let simulator else { throw StartError("payment-simulator: \(ownOrigin) cannot be asked") }
            self.simulator = simulator
            gateways.append(simulator)
        } else {
            self.simulator = nil
        }
        if gateways.isEmpty {
            log.warning(
                "nothing can be paid",
                ["explanation": "set the keys of a payment company, or payment-simulator = true for trying things out"])
            gateways.append(ClosedGateway())
        }
        let metered = gateways.map { MeteredGateway($0, registry: metrics) }
        self.gateways = metered
        self.pulses = metered.map(\.pulse)
        self.clients = clients
    }

    /// Its books are in memory. What was sold it is reminded of when it begins again (`Payments.remind`); the rest is
    /// gone with the process, as nobody's money is.
    private static func simulator(
        loop: EventLoop, publicURL: String, ownOrigin: String, client: HTTPClient, webhooks: HTTPClient
    ) -> SimulatorGateway? {
        var settings = SimulatorBank.Settings()
        settings.pageBase = publicURL + SimulatorRoutes.pagePrefix
        var parts = SimulatorCompany.Parts(
            tossSecretKey: Self.key("test_sk_"), stripeSecretKey: Self.key("sk_test_"),
            stripeWebhookSecret: Self.key("whsec_"), client: webhooks, pause: { await loop.pause($0) })
        parts.webhookURLs[.toss] = ownOrigin + "/api/v1/payment/webhook/" + SimulatorGateway.name
        let company = SimulatorCompany(SimulatorBank(settings: settings, seed: Self.seed()), parts)
        return SimulatorGateway(company, origin: ownOrigin, client: client)
    }

    private static func seed() -> UInt64 { SecureRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }

    private static func key(_ prefix: String) -> Secret<String> {
        Secret(prefix + Base64URL.string(SecureRandom.bytes(24)))
    }

    func stop() { for client in self.clients { client.close() } }
}
