package import Observability

/// What becomes of requests with a key, counted.
package struct IdempotencyMetrics: Sendable {
    static let outcomes: [StaticString] = [
        "kept", "released", "replayed", "in-progress", "reused", "overtaken", "not-kept", "cut",
    ]

    let requests: ReasonCounters

    package init(registry: MetricsRegistry) {
        self.requests = ReasonCounters(Self.outcomes) {
            registry.counter(
                "podo_idempotency_requests_total", help: "Requests with an Idempotency-Key.", labels: ["outcome": $0])
        }
    }
}
