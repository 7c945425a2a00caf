internal import Glibc
internal import Observability
internal import Postgres
internal import Primitives
internal import Reactor

/// The database that this process works with: a private PostgreSQL below the data directory, or the one that
/// `database-url` names. It has the schema of this Podo when it is open.
final class DatabaseService: Sendable {
    /// For everyone who asks it something.
    let connections: PostgresDatabase
    private let cluster: PostgresCluster?
    private let monitor: DatabaseMonitor
    /// Where it is, without a password.
    private let place: String

    /// How long a database that another service starts is waited for.
    private static let reachTime = TimeAmount.seconds(30)
    private static let reachMicroseconds: UInt32 = 500_000

    /// Starts or reaches the database and brings it up to date. Blocks; `isCancelled` is asked from time to time.
    init(
        _ configuration: Configuration, environment: [String: String], loops: [EventLoop], metrics: MetricsRegistry,
        log: Log, isCancelled: @escaping () -> Bool
    ) throws(StartError) {
        self.cluster = try Self.startCluster(configuration, environment, log: log, isCancelled: isCancelled)
        let url = configuration.databaseURL ?? Secret(self.cluster?.url ?? "")
        // What is no address was refused before.
        self.place = (try? PostgresAddress(url.reveal()))?.description ?? "a database"
        do throws(StartError) {
            try Self.bringUpToDate(
                PostgresMigrator(url: url, migrations: Schema.migrations), place: self.place,
                migrates: configuration.databaseMigrate, log: log, isCancelled: isCancelled)
        } catch {
            self.cluster?.stop(.immediate)
            throw isCancelled() ? .toldToEnd : error
        }
        let limits = configuration.databaseLimits(loopCount: loops.count)
        Self.checkRoom(url, loopCount: loops.count, limits: limits, log: log)
        let options: PostgresConnectionOptions
        do throws(PostgresConnectionOptions.Malformed) {
            options = try PostgresConnectionOptions(url)
        } catch {
            throw StartError("database-url: \(error)")
        }
        self.connections = PostgresDatabase(
            options: options, loops: loops, limits: limits, metrics: PostgresMetrics(registry: metrics), log: log)
        self.monitor = DatabaseMonitor(url: url, log: log)
        self.register(in: metrics)
    }

    private static func startCluster(
        _ configuration: Configuration, _ environment: [String: String], log: Log,
        isCancelled: @escaping () -> Bool
    ) throws(StartError) -> PostgresCluster? {
        guard configuration.databaseURL == nil else { return nil }
        do throws(ClusterError) {
            return try PostgresCluster.start(
                configuration.clusterOptions(environment), log: log, isCancelled: isCancelled)
        } catch {
            throw isCancelled() ? .toldToEnd : StartError("the private database: \(error.sentence)")
        }
    }

    /// A database that cannot be reached is waited for a while: what starts it may start with Podo.
    private static func bringUpToDate(
        _ migrator: PostgresMigrator, place: String, migrates: Bool, log: Log, isCancelled: @escaping () -> Bool
    ) throws(StartError) {
        let deadline = MonotonicTime.now + self.reachTime
        var toldReason = ""
        while true {
            do throws(MigrationError) {
                if migrates {
                    let numbers = try migrator.migrate(isCancelled: isCancelled).numbers
                    if let latest = numbers.last {
                        log.info("database migrated", ["count": .number(numbers.count), "latest": .number(latest)])
                    }
                } else {
                    try migrator.requireCurrent(isCancelled: isCancelled)
                }
                return
            } catch {
                guard error.code == .unavailable, MonotonicTime.now < deadline, !isCancelled() else {
                    throw StartError("\(place): \(error.sentence)")
                }
                if error.sentence != toldReason {
                    log.warning("database waited for", ["reason": .text(error.sentence)])
                }
                toldReason = error.sentence
                usleep(self.reachMicroseconds)
            }
        }
    }

    /// Too few connections are told now, and not only by callers who are refused when much is to be done.
    private static func checkRoom(_ url: Secret<String>, loopCount: Int, limits: PostgresLimits, log: Log) {
        do throws(AdministrationError) {
            let room = try ConnectionRoom(of: url, loopCount: loopCount, limits: limits)
            guard !room.isEnough else { return }
            log.warning(
                "database connections few",
                [
                    "wanted": .number(room.wanted), "available": .number(room.available),
                    "explanation": """
                    Raise max_connections of the server, the role or the database, or lower database-connections.
                    """,
                ])
        } catch {
            log.warning("database connections not counted", ["reason": .text(error.message)])
        }
    }

    deinit {
        // Where a start fails further on, nobody closes it.
        self.monitor.stop()
        self.cluster?.stop(.immediate)
    }

    var report: DatabaseReport {
        let status = self.cluster?.status
        var health = self.monitor.health
        // The server itself knows better why it is not there than who cannot connect.
        if health.state == .away, let reason = status?.reason { health.reason = reason }
        let server = self.cluster.flatMap { cluster in
            status.map { DatabaseReport.OwnServer(major: cluster.major, status: $0) }
        }
        return DatabaseReport(health: health, place: self.place, ownServer: server)
    }

    /// The loops run: connections are opened.
    func start() { self.connections.start() }

    private func register(in metrics: MetricsRegistry) {
        metrics.sampledGauge("podo_database_up", help: "1 while the database answers.") { [monitor] in
            monitor.health.state == .up ? 1 : 0
        }
        guard let cluster = self.cluster else { return }
        metrics.sampledCounter("podo_database_starts_total", help: "How often the private database was started.") {
            Double(cluster.status.startCount)
        }
    }

    /// Refuses everyone who asks something from now on. The loops still run, so that what is under way can end.
    func refuse() { self.connections.stop() }

    /// Ends the private server, after the loops; `hurry` is asked meanwhile, and true ends it at once.
    func close(_ signal: ClusterSignal, hurry: () -> Bool = { false }) {
        self.monitor.stop()
        self.cluster?.stop(signal, hurry: hurry)
    }
}

extension Configuration {
    /// Beside Podo's own: the monitor, `podo member` and its like, an operator's psql, and those kept for a superuser.
    private static let toolConnectionCount = 20

    func databaseLimits(loopCount: Int) -> PostgresLimits {
        var limits = PostgresLimits()
        // A loop with a transaction can read beside it.
        limits.interactive.connectionCountMax = max(2, self.databaseConnectionCount / loopCount)
        return limits
    }

    func clusterOptions(_ environment: [String: String]) -> ClusterOptions {
        var options = ClusterOptions(
            dataDirectory: self.dataDirectory, programDirectory: self.postgresDirectory,
            searchPath: environment["PATH"] ?? "", runtimeDirectory: environment["XDG_RUNTIME_DIR"])
        let wanted = self.databaseLimits(loopCount: self.loopCount).connectionCountMax(loopCount: self.loopCount)
        options.limits.connectionCount = max(options.limits.connectionCount, wanted + Self.toolConnectionCount)
        return options
    }
}
