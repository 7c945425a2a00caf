internal import Observability
internal import Postgres
internal import Primitives

/// `podo migrate`: brings the database to the schema of this Podo, and ends. `podo serve` does the same at its start.
enum MigrateCommand {
    private static let logFlushTime = TimeAmount.seconds(1)

    static func run(_ loaded: LoadedConfiguration) -> Int32 {
        // The server is started and ended like `serve` does it, so the signals are kept like there.
        SignalQueue.block()
        let log = Log(level: .warning, descriptor: 2)
        defer { _ = log.flush(within: self.logFlushTime) }
        do throws(StartError) {
            let told = EndSignal(try SignalQueue())
            let outcome = try self.migrate(loaded.configuration, log: log, isCancelled: told.hasCome)
            return Terminal.say(self.text(outcome)) ? PodoCommand.Exit.done : PodoCommand.Exit.failed
        } catch {
            Terminal.tell("podo: \(error.sentence)")
            return PodoCommand.Exit.failed
        }
    }

    static func text(_ outcome: PostgresMigrator.Outcome) -> String {
        let count = outcome.appliedCount + outcome.numbers.count
        let applied = outcome.numbers.map { "Applied migration \($0)." }
        let sum = "The database is up to date: \(count) migration\(count == 1 ? "" : "s")."
        return (applied + [sum]).joined(separator: "\n")
    }

    private static func migrate(
        _ configuration: Configuration, log: Log, isCancelled: @escaping () -> Bool
    ) throws(StartError) -> PostgresMigrator.Outcome {
        if let url = configuration.databaseURL {
            return try self.migrate(url, isCancelled: isCancelled)
        }
        // Held to the end: a Podo that serves from this directory has migrated its database itself.
        let directory = try DataDirectory(configuration.dataDirectory)
        defer { withExtendedLifetime(directory) {} }
        let cluster: PostgresCluster
        do throws(ClusterError) {
            cluster = try PostgresCluster.start(
                configuration.clusterOptions(ProcessEnvironment.all()), log: log, isCancelled: isCancelled)
        } catch {
            throw StartError("the private database: \(error.sentence)")
        }
        defer { cluster.stop() }
        return try self.migrate(Secret(cluster.url), isCancelled: isCancelled)
    }

    private static func migrate(
        _ url: Secret<String>, isCancelled: @escaping () -> Bool
    ) throws(StartError) -> PostgresMigrator.Outcome {
        do throws(MigrationError) {
            return try PostgresMigrator(url: url, migrations: Schema.migrations).migrate(isCancelled: isCancelled)
        } catch {
            throw StartError(error.sentence)
        }
    }
}
