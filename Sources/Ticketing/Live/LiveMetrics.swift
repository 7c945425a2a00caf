package import Observability

/// What is counted of shows.
package struct LiveMetrics: Sendable {
    static let kinds: [StaticString] = ["live", "interrupted", "ended"]

    private let changes: ReasonCounters
    private let registry: MetricsRegistry

    package init(registry: MetricsRegistry) {
        self.registry = registry
        self.changes = ReasonCounters(Self.kinds) {
            registry.counter("podo_shows_total", help: "What became of shows.", labels: ["became": $0])
        }
    }

    func watch(followers: @escaping @Sendable () -> Int, live: @escaping @Sendable () -> Int) {
        self.registry.sampledGauge("podo_shows_live", help: "Shows that go on, interrupted ones too.") {
            Double(live())
        }
        self.registry.sampledGauge("podo_show_followers", help: "Clients that follow shows.") { Double(followers()) }
    }

    func changed(_ live: LiveStatus) {
        switch live.state {
        case .scheduled: break
        case .live: self.changes.add(live.interruptedAt == nil ? "live" : "interrupted", loop: nil)
        case .ended: self.changes.add("ended", loop: nil)
        }
    }
}
