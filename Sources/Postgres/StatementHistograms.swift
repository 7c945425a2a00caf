internal import Observability
internal import Synchronization

/// A histogram for each name, made when the name is first met.
final class StatementHistograms: Sendable {
    private let registry: MetricsRegistry
    private let countMax: Int
    /// What statements share that come when there are too many, or no room for more metrics.
    private let other: Histogram
    private let known = Mutex<[String: Histogram]>([:])

    private static let name: StaticString = "podo_postgres_statement_seconds"
    private static let help: StaticString =
        "From a call to its acknowledged answer, by the statement's name; waiting for a connection included."

    init(registry: MetricsRegistry, countMax: Int) {
        self.registry = registry
        self.countMax = countMax
        self.other = registry.histogram(Self.name, help: Self.help, labels: ["statement": "other"])
    }

    func histogram(_ name: StaticString) -> Histogram {
        let name = name.description
        return self.known.withLock { known in
            if let histogram = known[name] { return histogram }
            guard known.count < self.countMax, name != "other",
                let histogram = self.registry.histogramIfRoom(Self.name, help: Self.help, labels: ["statement": name])
            else { return self.other }
            known[name] = histogram
            return histogram
        }
    }
}
