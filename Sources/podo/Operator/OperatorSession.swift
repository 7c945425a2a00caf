internal import Auth
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives
internal import Reactor
internal import Synchronization

/// The database and the keys, opened for one command: those of the server that runs, or by itself where none does.
final class OperatorSession: Sendable {
    /// What is done; returns what is said.
    typealias Work = @Sendable (OperatorSession) async throws -> String

    /// How long a command may take.
    private static let timeMax = TimeAmount.seconds(60)

    let members: Members
    let streamKeys: StreamKeys
    private let database: PostgresDatabase
    private let group: EventLoopGroup
    private let passwordWork: PasswordWork
    private let signals: SignalQueue
    /// Nil when a server runs, which has them.
    private let ownCluster: PostgresCluster?
    private let directory: DataDirectory?

    init(_ configuration: Configuration, log: Log) throws(StartError) {
        self.signals = try SignalQueue()
        let told = EndSignal(self.signals)
        let secret = SecretFile(configured: configuration.secretFile, dataDirectory: configuration.dataDirectory)
        let url: Secret<String>
        if let configured = configuration.databaseURL {
            (url, self.ownCluster, self.directory) = (configured, nil, nil)
        } else if DataDirectory.holder(of: configuration.dataDirectory) != nil {
            (url, self.ownCluster, self.directory) = (Secret(try Self.runningURL(configuration)), nil, nil)
        } else {
            let directory = try DataDirectory(configuration.dataDirectory)
            let cluster = try Self.startCluster(configuration, log: log, isCancelled: told.hasCome)
            (url, self.ownCluster, self.directory) = (Secret(cluster.url), cluster, directory)
        }
        do {
            let root = try secret.load()
            try PostgresMigrator(url: url, migrations: Schema.migrations).requireCurrent()
            self.group = try EventLoopGroup(loopCount: 1)
            let registry = MetricsRegistry(loopCount: 1)
            self.database = PostgresDatabase(
                options: try PostgresConnectionOptions(url), loops: self.group.loops,
                metrics: PostgresMetrics(registry: registry), log: log)
            let metrics = AuthMetrics(registry: registry, log: log)
            self.passwordWork = try PasswordWork(Argon2Passwords(), limits: PasswordLimits(), metrics: metrics)
            self.members = Members(
                database: self.database, vault: PersonalVault(root), passwords: self.passwordWork, metrics: metrics)
            self.streamKeys = StreamKeys(database: self.database)
        } catch {
            self.ownCluster?.stop()
            throw Self.sentence(error)
        }
        self.group.start()
        self.database.start()
    }

    /// Does it, and waits for its end, or for a signal.
    func run(_ work: @escaping Work) throws(StartError) -> String {
        try self.wait(for: Outcome(work, in: self))
    }

    /// Runs one work on the loop and keeps what came of it.
    private final class Outcome: Sendable {
        private let result = Mutex<Result<String, any Error>?>(nil)

        init(_ work: @escaping Work, in session: OperatorSession) {
            Task(executorPreference: session.group.loops[0]) {
                let result: Result<String, any Error>
                do {
                    result = .success(try await work(session))
                } catch {
                    result = .failure(error)
                }
                self.result.withLock { $0 = result }
                session.signals.wakeUp()
            }
        }

        var known: Result<String, any Error>? { self.result.withLock { $0 } }
    }

    private func wait(for outcome: Outcome) throws(StartError) -> String {
        let deadline = MonotonicTime.now + Self.timeMax
        while true {
            switch self.signals.next(deadline: deadline) {
            case .terminate: throw .toldToEnd
            case .timedOut: throw StartError("the database did not answer in time")
            case .reload: continue
            case .wokenUp:
                switch outcome.known {
                case nil: continue
                case .success(let text): return text
                case .failure(let error): throw Self.sentence(error)
                }
            }
        }
    }

    func close() {
        self.database.stop()
        self.passwordWork.stop()
        self.group.stop()
        self.ownCluster?.stop()
    }

    // MARK: Helpers

    private static func runningURL(_ configuration: Configuration) throws(StartError) -> String {
        do throws(ClusterError) {
            return try PostgresCluster.runningURL(configuration.clusterOptions(ProcessEnvironment.all()))
        } catch {
            throw StartError("the private database: \(error.sentence)")
        }
    }

    private static func startCluster(
        _ configuration: Configuration, log: Log, isCancelled: @escaping () -> Bool
    ) throws(StartError) -> PostgresCluster {
        do throws(ClusterError) {
            return try PostgresCluster.start(
                configuration.clusterOptions(ProcessEnvironment.all()), log: log, isCancelled: isCancelled)
        } catch {
            throw StartError("the private database: \(error.sentence)")
        }
    }

    private static func sentence(_ error: any Error) -> StartError {
        switch error {
        case let error as StartError: error
        case let error as MigrationError: StartError(error.sentence)
        case let problem as HTTPProblem:
            StartError(problem.status == .notFound ? "there is no such member or stream" : "refused: \(problem.code)")
        default: StartError("\(error)")
        }
    }
}
