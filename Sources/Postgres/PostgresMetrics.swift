package import Observability
internal import Primitives
internal import Synchronization

/// What is counted of the database. Labels come from fixed sets: purposes, classes of failure, and names of statements,
/// which are words of the source.
package final class PostgresMetrics: Sendable {
    /// What a pool has, when it last told.
    struct PoolCounts: Equatable {
        var open = 0
        var inUse = 0
        var waiting = 0
        var circuitOpen = 0
    }

    private struct Pool: Sendable {
        let open: Gauge
        let inUse: Gauge
        let waiting: Gauge
        let circuitOpen: Gauge
        let acquire: Histogram
        let connects: Counter
        let connectFailures: Counter
    }

    private let pools: [Pool]
    private let failures: ReasonCounters
    private let lostAnswers: Counter
    private let retries: Counter
    private let resolutions: ReasonCounters
    private let statements: StatementHistograms

    package init(registry: MetricsRegistry, limits: PostgresLimits = PostgresLimits()) {
        self.pools = PostgresPurpose.allCases.map { Self.pool($0, registry) }
        self.failures = ReasonCounters(PostgresError.labels) {
            registry.counter(
                "podo_postgres_failures_total", help: "Statements that failed, by class.", labels: ["class": $0])
        }
        self.lostAnswers = registry.counter(
            "podo_postgres_lost_answers_total", help: "Units sent whose connection ended before the answer.")
        self.retries = registry.counter(
            "podo_postgres_retries_total", help: "Transactions and reads that were begun again.")
        self.resolutions = ReasonCounters(["committed", "aborted", "unknown"]) {
            registry.counter(
                "podo_postgres_resolved_commits_total",
                help: "Commits whose answer was lost, by what had become of them.", labels: ["outcome": $0])
        }
        self.statements = StatementHistograms(registry: registry, countMax: limits.statementLabelCountMax)
    }

    private static func pool(_ purpose: PostgresPurpose, _ registry: MetricsRegistry) -> Pool {
        let labels: KeyValuePairs<StaticString, String> = ["purpose": purpose.label]
        return Pool(
            open: registry.gauge(
                "podo_postgres_connections", help: "Connections to the database.", labels: labels),
            inUse: registry.gauge(
                "podo_postgres_connections_in_use", help: "Connections with a statement or a transaction.",
                labels: labels),
            waiting: registry.gauge(
                "podo_postgres_waiting", help: "Callers that wait for a connection.", labels: labels),
            circuitOpen: registry.gauge(
                "podo_postgres_circuit_open", help: "Loops that refuse callers because no attempt to connect succeeds.",
                labels: labels),
            acquire: registry.histogram(
                "podo_postgres_acquire_seconds", help: "From a call to a connection for it.", labels: labels),
            connects: registry.counter(
                "podo_postgres_connects_total", help: "Connections opened.", labels: labels),
            connectFailures: registry.counter(
                "podo_postgres_connect_failures_total", help: "Attempts to connect that failed.", labels: labels))
    }

    // MARK: - On a loop

    func changed(_ purpose: PostgresPurpose, from old: PoolCounts, to new: PoolCounts, loop: Int) {
        let pool = self.pools[purpose.rawValue]
        pool.open.add(new.open - old.open, loop: loop)
        pool.inUse.add(new.inUse - old.inUse, loop: loop)
        pool.waiting.add(new.waiting - old.waiting, loop: loop)
        pool.circuitOpen.add(new.circuitOpen - old.circuitOpen, loop: loop)
    }

    func changed(_ purpose: PostgresPurpose, inUse change: Int, loop: Int) {
        self.pools[purpose.rawValue].inUse.add(change, loop: loop)
    }

    func acquired(_ purpose: PostgresPurpose, after time: TimeAmount, loop: Int) {
        self.pools[purpose.rawValue].acquire.record(time, loop: loop)
    }

    func connected(_ purpose: PostgresPurpose, loop: Int) { self.pools[purpose.rawValue].connects.add(1, loop: loop) }

    func connectFailed(_ purpose: PostgresPurpose, loop: Int) {
        self.pools[purpose.rawValue].connectFailures.add(1, loop: loop)
    }

    func failed(_ error: PostgresError, loop: Int) { self.failures.add(error.label, loop: loop) }

    func lostAnswer(loop: Int) { self.lostAnswers.add(1, loop: loop) }

    // MARK: - From any thread

    /// Where a statement's times go. Pools remember the answer.
    func histogram(of statement: PostgresStatement) -> Histogram { self.statements.histogram(statement.name) }

    func retried() { self.retries.add(1, loop: nil) }

    func resolved(_ outcome: StaticString) { self.resolutions.add(outcome, loop: nil) }
}

/// A histogram for each name, made when the name is first met.
private final class StatementHistograms: Sendable {
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
