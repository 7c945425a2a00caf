internal import Observability

/// What became of access tokens.
struct TokenMetrics: Sendable {
    private let rememberedCounter: Counter
    private let verifiedCounter: Counter
    /// In the order of `TokenFailure.allCases`.
    private let refusedCounters: [Counter]

    init(registry: MetricsRegistry) {
        func counter(_ outcome: String) -> Counter {
            registry.counter(
                "podo_auth_tokens_total", help: "Access tokens that came with requests, by what became of them.",
                labels: ["outcome": outcome])
        }
        self.rememberedCounter = counter("remembered")
        self.verifiedCounter = counter("verified")
        self.refusedCounters = TokenFailure.allCases.map { counter($0.rawValue) }
    }

    func remembered() { self.rememberedCounter.add(1, loop: nil) }

    func verified() { self.verifiedCounter.add(1, loop: nil) }

    func refused(_ failure: TokenFailure) {
        guard let index = TokenFailure.allCases.firstIndex(of: failure) else { return }
        self.refusedCounters[index].add(1, loop: nil)
    }
}
