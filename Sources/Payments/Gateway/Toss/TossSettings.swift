package import HTTPClient
package import Observability

/// How one merchant talks to Toss Payments.
package struct TossSettings: Sendable {
    package static let origin = "https://api.tosspayments.com"

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
