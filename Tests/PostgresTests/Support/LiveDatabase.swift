import Glibc
import Observability
import Primitives
import Reactor
import TestSupport

@testable import Postgres

/// A database of its own on the cluster of the test process, and loops that reach it.
final class LiveDatabase: Sendable {
    let group: EventLoopGroup
    let registry: MetricsRegistry
    let database: PostgresDatabase
    let url: String
    let log = LogMemory()

    /// - Parameter url: Instead of an empty database on the shared cluster.
    init(loopCount: Int = 1, limits: PostgresLimits = PostgresLimits(), url: String? = nil) throws {
        self.group = try EventLoopGroup(loopCount: loopCount)
        self.registry = MetricsRegistry(loopCount: loopCount)
        let url = try url ?? TestCluster.shared.database()
        self.url = url
        self.database = PostgresDatabase(
            options: try PostgresConnectionOptions(Secret(url)), loops: self.group.loops, limits: limits,
            metrics: PostgresMetrics(registry: self.registry, limits: limits),
            log: Log(level: .debug, memory: self.log))
        self.group.start()
        self.database.start()
        self.awaitFirstAttempts(loopCount: loopCount)
    }

    /// Callers wait for a connection as long as a pool lets them; on a slow machine the first of a test would have been
    /// refused before one was opened.
    private func awaitFirstAttempts(loopCount: Int) {
        let end = MonotonicTime.now + Self.firstAttemptTimeMax
        let counts = ["podo_postgres_connects_total", "podo_postgres_connect_failures_total"]
        while MonotonicTime.now < end {
            let attempts = counts.reduce(0) { $0 + (self.metric($1 + #"{purpose="interactive"}"#) ?? 0) }
            if Int(attempts) >= loopCount { return }
            usleep(1000)
        }
    }

    private static let firstAttemptTimeMax = TimeAmount.seconds(30)

    deinit {
        self.database.stop()
        // Sessions close on the loops, before these end.
        self.group.stop()
    }

    /// Runs on a loop, as handlers do.
    func onLoop<Value: Sendable>(
        _ index: Int = 0, _ body: @escaping @Sendable (PostgresDatabase) async throws -> Value
    ) async throws -> Value {
        let database = self.database
        return try await Task(executorPreference: self.group.loops[index]) { try await body(database) }.value
    }

    /// Comes back after `time`, by the loop's timer.
    func rest(_ time: TimeAmount) async { await self.database.pool(.interactive).pause(time) }

    /// The value of one line of the metrics.
    func metric(_ line: String) -> Double? {
        let text = String(decoding: self.registry.prometheusText(), as: UTF8.self)
        let found = text.split(separator: "\n").first { $0.hasPrefix(line + " ") }
        return found.flatMap { Double($0.dropFirst(line.count + 1)) }
    }
}
