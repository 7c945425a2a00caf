package import Observability

/// What is counted of queues.
package struct QueueMetrics: Sendable {
    static let refusals: [StaticString] = ["no-ticket", "invalid", "foreign", "over"]

    let joined: Counter
    let admitted: Counter
    let refused: ReasonCounters
    private let registry: MetricsRegistry

    package init(registry: MetricsRegistry) {
        self.registry = registry
        self.joined = registry.counter("podo_queue_joins_total", help: "Requests to join a queue that were answered.")
        self.admitted = registry.counter(
            "podo_queue_admitted_total", help: "Members that this process has admitted to a sale.")
        self.refused = ReasonCounters(Self.refusals) {
            registry.counter(
                "podo_queue_refused_total", help: "Questions for a place in a queue that were refused.",
                labels: ["reason": $0])
        }
    }

    /// Called once.
    func watch(waiting: @escaping @Sendable () -> Int, active: @escaping @Sendable () -> Int) {
        self.registry.sampledGauge("podo_queue_waiting", help: "Members who wait, in the queues known here.") {
            Double(waiting())
        }
        self.registry.sampledGauge("podo_queue_active", help: "Turns that are taken or may be, in queues known here.") {
            Double(active())
        }
    }
}
