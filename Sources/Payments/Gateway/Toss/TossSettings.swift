package import HTTPClient
package import HTTPServer
package import Observability

/// How one merchant talks to Toss Payments.
package struct TossSettings: Sendable {
    package static let origin = "https://api.tosspayments.com"
    /// Toss does not say what its script needs. This is what browsers have reported of it, for keys that are live and
    /// for those that are not (`sandbox`): it asks, and tells how it does, before the window opens, which is a frame
    /// with styles of its own.
    package static let pagePolicy = HTTPPagePolicy(
        scripts: ["https://js.tosspayments.com"],
        connections: [
            "https://js.tosspayments.com", "https://apigw.tosspayments.com", "https://apigw-sandbox.tosspayments.com",
            "https://log.tosspayments.com", "https://event.tosspayments.com",
        ], frames: Self.windows, formTargets: Self.windows, hasInlineStyles: true)
    private static let windows = [
        "https://payment-gateway.tosspayments.com", "https://payment-gateway-sandbox.tosspayments.com",
    ]

    /// `live_sk_…` or `test_sk_…`.
    package var secretKey: Secret<String>
    /// For Toss's script in our pages; of the same set as the secret key. Nil where Toss's own page is used.
    package var clientKey: String?
    /// Where its interface is; the simulator's for tests and demonstrations.
    package var base: String
    package var addresses: HTTPClientAddresses
    package var limits: GatewayLimits
    /// Makes Toss answer with this error. Test keys only: it is not sent with any other.
    package var testCode: String?

    package init(
        secretKey: Secret<String>, clientKey: String? = nil, base: String = TossSettings.origin,
        addresses: HTTPClientAddresses = .publicOnly, limits: GatewayLimits = GatewayLimits(), testCode: String? = nil
    ) {
        self.secretKey = secretKey
        self.clientKey = clientKey
        self.base = base
        self.addresses = addresses
        self.limits = limits
        self.testCode = testCode
    }

    var isTest: Bool { self.secretKey.reveal().utf8.starts(with: "test_".utf8) }
}
