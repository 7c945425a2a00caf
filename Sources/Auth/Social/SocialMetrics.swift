package import Observability

/// What is counted of signing in by providers, by the names of the configuration.
package struct SocialMetrics: Sendable {
    private static let outcomes: [StaticString] = ["started", "new-account", "connected"]

    private let results: [String: ReasonCounters]
    private let fetches: [String: (good: Counter, bad: Counter)]

    package init(providers: [String], registry: MetricsRegistry) {
        self.results = Dictionary(
            uniqueKeysWithValues: providers.map { provider in
                let counters = ReasonCounters(Self.outcomes + SocialFault.names) { outcome in
                    registry.counter(
                        "podo_social_sign_ins_total", help: "Attempts to sign in by a provider, and how they ended.",
                        labels: ["provider": provider, "outcome": outcome])
                }
                return (provider, counters)
            })
        self.fetches = Dictionary(
            uniqueKeysWithValues: providers.map { provider in
                let counters = ["good", "bad"].map { result in
                    registry.counter(
                        "podo_social_fetches_total", help: "Descriptions and keys that providers were asked for.",
                        labels: ["provider": provider, "result": result])
                }
                return (provider, (counters[0], counters[1]))
            })
    }

    func count(_ outcome: StaticString, _ provider: String) { self.results[provider]?.add(outcome, loop: nil) }

    func fetched(_ provider: String, isGood: Bool) {
        guard let counters = self.fetches[provider] else { return }
        (isGood ? counters.good : counters.bad).add(loop: nil)
    }
}
