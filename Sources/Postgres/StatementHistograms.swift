internal import Observability
internal import Synchronization

/// A histogram for each name, made when the name is first met.
final class StatementHistograms: Sendable {
    private let registry: MetricsRegistry
    private let countMax: Int
    private let known: Mutex<[String: Histogram]>

    init(registry: MetricsRegistry, countMax: Int) {
        self.registry = registry
        self.countMax = countMax
        self.known = Mutex([Self.other: Self.make(registry, Self.other)])
    }

    /// What statements share that come when there are too many.
    private static let other = "other"

    func histogram(_ name: StaticString) -> Histogram {
        let name = name.description
        return self.known.withLock { known in
            if let histogram = known[name] { return histogram }
            if known.count > self.countMax, let other = known[Self.other] { return other }
            let histogram = Self.make(self.registry, name)
            known[name] = histogram
            return histogram
        }
    }

    private static func make(_ registry: MetricsRegistry, _ name: String) -> Histogram {
        registry.histogram(
            "podo_postgres_statement_seconds",
            help: "From a call to its acknowledged answer, by the statement's name; waiting for a connection included.",
            labels: ["statement": name])
    }
}
