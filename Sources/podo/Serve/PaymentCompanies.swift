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
    private let clients: [HTTPClient]

    var routes: [HTTPRoute] {
        guard let company = self.simulator?.company else { return [] }
        return SimulatorRoutes.table.map { $0.bound(to: company) }
    }

    init(
        _ configuration: Configuration, loop: EventLoop, publicURL: String, metrics: MetricsRegistry, log: Log
    ) throws(StartError) {
        var gateways: [any PaymentGateway] = []
        var clients: [HTTPClient] = []
        func client(_ name: String) -> HTTPClient {
            let client = HTTPClient(
                name: "payment-" + name, loop: loop, certificateFile: configuration.outgoingCertificateFile,
                proxy: configuration.outgoingProxy, metrics: metrics)
            clients.append(client)
            return client
        }
        if let key = configuration.tossSecretKey {
            var settings = TossSettings(secretKey: key, clientKey: configuration.tossClientKey)
            if let url = configuration.tossURL { (settings.base, settings.addresses) = (url, .any) }
            if let gateway = TossGateway(settings, client: client("toss")) { gateways.append(gateway) }
        }
        if let key = configuration.stripeSecretKey {
            guard let publishable = configuration.stripePublishableKey else {
                throw StartError("stripe-publishable-key: is not set, and stripe-secret-key is")
            }
            let settings = StripeSettings(
                secretKey: key, publishableKey: publishable,
                webhookSecrets: configuration.stripeWebhookSecret.map { [$0] } ?? [])
            if let gateway = StripeGateway(settings, client: client("stripe")) { gateways.append(gateway) }
        }
        self.simulator =
            configuration.usesPaymentSimulator
            ? Self.simulator(loop: loop, publicURL: publicURL, client: client("simulator"), webhooks: client("webhook"))
            : nil
        self.listing = gateways.map(\.name)
        if let simulator = self.simulator { gateways.append(simulator) }
        if gateways.isEmpty {
            log.warning("nothing can be paid", ["reason": "no payment company is configured"])
            gateways.append(ClosedGateway())
        }
        self.gateways = gateways.map { MeteredGateway($0, registry: metrics) }
        self.clients = clients
    }

    /// Its books are in memory: they are gone with the process, as nobody's money is.
    private static func simulator(
        loop: EventLoop, publicURL: String, client: HTTPClient, webhooks: HTTPClient
    ) -> SimulatorGateway? {
        var settings = SimulatorBank.Settings()
        settings.pageBase = publicURL + SimulatorRoutes.pagePrefix
        var parts = SimulatorCompany.Parts(
            tossSecretKey: Self.key("test_sk_"), stripeSecretKey: Self.key("sk_test_"),
            stripeWebhookSecret: Self.key("whsec_"), client: webhooks, pause: { await loop.pause($0) })
        parts.webhookURLs[.toss] = publicURL + "/api/v1/payment/webhook/" + SimulatorGateway.name
        let company = SimulatorCompany(SimulatorBank(settings: settings, seed: Self.seed()), parts)
        return SimulatorGateway(company, origin: publicURL, client: client)
    }

    private static func seed() -> UInt64 { SecureRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }

    private static func key(_ prefix: String) -> Secret<String> {
        Secret(prefix + Base64URL.string(SecureRandom.bytes(24)))
    }

    func stop() { for client in self.clients { client.close() } }
}
