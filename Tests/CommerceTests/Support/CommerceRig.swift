import Commerce
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport

/// What one process has: loops, metrics and connections to a database, which is its own or another rig's.
final class CommerceRig: Sendable {
    let group: EventLoopGroup
    let registry: MetricsRegistry
    let logMemory = LogMemory()
    let log: Log
    let database: PostgresDatabase
    let idempotency: IdempotencyMetrics
    let url: String

    /// Suites run beside each other, and each test has connections of its own.
    static let cluster = TestCluster(settings: ["max_connections=1000"])

    /// A database with every migration of the module, made once per process and copied.
    private static let template: Result<String, any Error> = Result {
        let url = try cluster.database()
        for migration in CommerceMigrations.all { try cluster.query("BEGIN; \(migration.sql); COMMIT", at: url) }
        // "postgresql:///NAME?…"
        return String(url.dropFirst("postgresql:///".count).prefix { $0 != "?" })
    }

    /// `other` is the rig whose database this one shares, as a second process does.
    init(beside other: CommerceRig? = nil) throws {
        let url = try other?.url ?? Self.cluster.database(template: try Self.template.get())
        self.url = url
        self.group = try EventLoopGroup(loopCount: 1)
        self.registry = MetricsRegistry(loopCount: 1)
        self.log = Log(level: .debug, memory: self.logMemory)
        var limits = PostgresLimits()
        limits.interactive.connectionCountMax = 8
        limits.background.connectionCountMax = 2
        // What a busy machine takes is not the question.
        limits.interactive.statementTime = .seconds(60)
        limits.interactive.acquireTime = .seconds(60)
        limits.lockTime = .seconds(50)
        limits.idleInTransactionTime = .seconds(60)
        self.database = PostgresDatabase(
            options: try PostgresConnectionOptions(Secret(url)), loops: self.group.loops, limits: limits,
            metrics: PostgresMetrics(registry: self.registry), log: self.log)
        self.idempotency = IdempotencyMetrics(registry: self.registry)
        self.group.start()
        self.database.start()
    }

    deinit {
        self.database.stop()
        self.group.stop()
    }

    @discardableResult
    func sql(_ query: String) throws -> String { try Self.cluster.query(query, at: self.url) }

    /// The value of one line of the metrics.
    func metric(_ line: String) -> Double? {
        let text = String(decoding: self.registry.prometheusText(), as: UTF8.self)
        let found = text.split(separator: "\n").first { $0.hasPrefix(line + " ") }
        return found.flatMap { Double($0.dropFirst(line.count + 1)) }
    }

    /// Runs on the loop, as handlers do.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task(executorPreference: self.group.loops[0]) { try await body() }.value
    }

    func pause(_ time: TimeAmount) async {
        let loop = self.group.loops[0]
        await withCheckedContinuation { continuation in
            loop.execute { _ = loop.schedule(at: loop.now + time) { continuation.resume() } }
        }
    }

    /// Looks at a condition of others until it holds; throws when it does not within two minutes.
    func wait(until isSo: () async throws -> Bool) async throws {
        let end = MonotonicTime.now + .seconds(120)
        while try await !isSo() {
            guard MonotonicTime.now < end else { throw Late() }
            await self.pause(.milliseconds(5))
        }
    }

    struct Late: Error {}
}
