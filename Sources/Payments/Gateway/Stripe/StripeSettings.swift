package import HTTPClient
package import HTTPServer
package import Observability

/// How one merchant talks to Stripe.
package struct StripeSettings: Sendable {
    package static let origin = "https://api.stripe.com"
    /// As Stripe documents it, without what only looks addresses up.
    package static let pagePolicy = HTTPPagePolicy(
        scripts: ["https://js.stripe.com", "https://*.js.stripe.com"], connections: [Self.origin],
        frames: ["https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"])
    /// The form of answers that this code was written for. An account's own version may change under us; this one
    /// does not.
    package static let version = "2024-06-20"

    /// `sk_live_…`, `sk_test_…`, or a restricted key.
    package var secretKey: Secret<String>
    /// For Stripe's script in our pages.
    package var publishableKey: String
    /// `whsec_…`: two while one is being replaced.
    package var webhookSecrets: [Secret<String>]
    package var base: String
    /// Where a page can be found that stands for Stripe's script: the simulator's. The intent's key follows.
    package var pageBase: String?
    package var addresses: HTTPClientAddresses
    package var limits: GatewayLimits
    /// How far a webhook's time may be from ours, before and after.
    package var toleranceSeconds: Int64 = 300

    package init(
        secretKey: Secret<String>, publishableKey: String, webhookSecrets: [Secret<String>],
        base: String = StripeSettings.origin, pageBase: String? = nil, addresses: HTTPClientAddresses = .publicOnly,
        limits: GatewayLimits = GatewayLimits()
    ) {
        self.secretKey = secretKey
        self.publishableKey = publishableKey
        self.webhookSecrets = webhookSecrets
        self.base = base
        self.pageBase = pageBase
        self.addresses = addresses
        self.limits = limits
    }
}
