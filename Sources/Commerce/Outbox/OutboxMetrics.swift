package import Observability
internal import Synchronization

/// How the telling of events goes, by consumer.
package final class OutboxMetrics: Sendable {
    /// What the last look has found waiting for one consumer.
    struct Backlog: Sendable {
        var waitingCount = 0
        var parkedCount = 0
        var lagSeconds = 0.0
    }

    private struct Series: Sendable {
        let told: Counter
        let failed: Counter
    }

    private let series: [String: Series]
    private let backlogs = Mutex<[String: Backlog]>([:])
    private let unreadSeconds = Mutex(0.0)

    package init(consumers: [OutboxConsumer], registry: MetricsRegistry) {
        var series: [String: Series] = [:]
        for name in consumers.map(\.name.description) {
            series[name] = Series(
                told: registry.counter(
                    "podo_outbox_told_total", help: "Events that had their effect.", labels: ["consumer": name]),
                failed: registry.counter(
                    "podo_outbox_failures_total", help: "Attempts to tell an event that failed.",
                    labels: ["consumer": name]))
        }
        self.series = series
        for name in series.keys.sorted() { self.register(name, registry) }
        registry.sampledGauge(
            "podo_outbox_unread_seconds", help: "Age of the oldest event that is not on its way to consumers yet."
        ) { [self] in self.unreadSeconds.withLock { $0 } }
    }

    private func register(_ name: String, _ registry: MetricsRegistry) {
        let backlog: @Sendable () -> Backlog = { [self] in self.backlogs.withLock { $0[name] } ?? Backlog() }
        registry.sampledGauge(
            "podo_outbox_waiting", help: "Events that wait to be told, parked ones too.", labels: ["consumer": name]
        ) { Double(backlog().waitingCount) }
        registry.sampledGauge(
            "podo_outbox_parked", help: "Events that failed too often.", labels: ["consumer": name]
        ) { Double(backlog().parkedCount) }
        registry.sampledGauge(
            "podo_outbox_lag_seconds", help: "Age of the oldest event that waits and is not parked.",
            labels: ["consumer": name]
        ) { backlog().lagSeconds }
    }

    func told(_ count: Int, _ consumer: OutboxConsumer) {
        self.series[consumer.name.description]?.told.add(count, loop: nil)
    }

    func failed(_ consumer: OutboxConsumer) { self.series[consumer.name.description]?.failed.add(loop: nil) }

    func found(_ backlog: Backlog, _ consumer: OutboxConsumer) {
        self.backlogs.withLock { $0[consumer.name.description] = backlog }
    }

    func foundUnread(seconds: Double) { self.unreadSeconds.withLock { $0 = seconds } }
}
