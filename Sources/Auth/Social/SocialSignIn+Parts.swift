package import HTTPClient
package import Observability
package import Primitives

extension SocialSignIn {
    /// What it works with beside store and accounts.
    package struct Parts: Sendable {
        /// By the provider: one that stalls takes no place of another.
        package var clients: [String: HTTPClient]
        /// Scheme and host that browsers know Podo by: `https://tickets.example`.
        package var origin: String
        package var metrics: SocialMetrics
        package var log: Log
        package var clock: @Sendable () -> MonotonicTime = { .now }
        package var wallClock: @Sendable () -> WallClock = { .now }

        package init(clients: [String: HTTPClient], origin: String, metrics: SocialMetrics, log: Log) {
            self.clients = clients
            self.origin = origin
            self.metrics = metrics
            self.log = log
        }
    }
}
