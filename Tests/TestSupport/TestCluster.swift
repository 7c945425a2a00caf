internal import Foundation

/// A throw-away PostgreSQL, started by the first use and stopped with this object or with the process, however that
/// ends: a keeper beside it sees to that (`Tests/EndToEnd/support/cluster_keeper.py`).
///
/// Only a Unix socket leads to it, every user is trusted, and `podo` is its superuser. It writes without fsync: a kill
/// of the server loses nothing, a crash of the machine would. Everything here blocks; none of it is for a loop.
package final class TestCluster: @unchecked Sendable {
    // SAFETY: `keeper`, `state` and `databaseCount` are touched under `lock` only; `settings` never changes.

    /// The one that tests share which need no more than a database of their own.
    package static let shared = TestCluster(settings: ["max_connections=1000"])

    private let settings: [String]
    private let primary: TestCluster?
    private let lock = NSLock()
    private var keeper: Keeper?
    private var state = State()
    private var databaseCount = 0

    /// `settings` are the server's, as `name=value`: `max_connections=10`. It is a standby of `primary` until it is
    /// promoted.
    package init(settings: [String] = [], standbyOf primary: TestCluster? = nil) {
        self.settings = settings
        self.primary = primary
    }

    deinit { self.keeper?.end() }

    /// Makes an empty database and returns the URL that leads to it, for libpq and `PODO_DATABASE_URL`.
    package func database(template: String = "template0") throws -> String {
        let name = self.lock.withLock {
            self.databaseCount += 1
            return "test_\(self.databaseCount)"
        }
        _ = try self.query("CREATE DATABASE \(name) TEMPLATE \(template)")
        return try self.url(database: name)
    }

    /// The URL of a database that exists.
    package func url(database: String = "postgres", user: String = "podo") throws -> String {
        "postgresql:///\(database)?host=\(try self.socketDirectory())&user=\(user)"
    }

    /// Where the socket `.s.PGSQL.5432` lies.
    package func socketDirectory() throws -> String { try self.running().directory }

    /// Where psql, pgbench and the rest are.
    package func binaryDirectory() throws -> String { try self.running().binaries }

    /// The postmaster; nil while it is stopped.
    package func postmasterPID() throws -> Int32? { try self.running().pid }

    /// What the server has logged since it was made.
    package func log() throws -> String { try String(contentsOfFile: self.running().log, encoding: .utf8) }

    /// Runs SQL by psql and returns the rows, columns separated by `|`; an error of the server throws with its text.
    /// `url` is what `database()` returned; nil is the database `postgres`.
    @discardableResult
    package func query(_ sql: String, at url: String? = nil) throws -> String {
        let target = try url ?? self.url()
        let result = try TestCommand.run(
            try self.binaryDirectory() + "/psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", target],
            input: sql)
        guard result.status == 0 else { throw Failure(reason: result.output) }
        return result.output.trimmingCharacters(in: .newlines)
    }

    /// What can be done to the server. Each returns when it is done.
    package enum Command: String, Sendable {
        case start
        /// Disconnects everybody and writes what there is.
        case stopFast = "fast"
        /// Ends without writing; the next start recovers.
        case stopImmediately = "immediate"
        /// SIGKILL of the postmaster.
        case kill
        /// SIGSTOP of the postmaster: it takes no more connections, those that are there go on.
        case pause
        case resume
        /// A standby becomes a primary, with a history of its own from then on.
        case promote
    }

    package func perform(_ command: Command) throws {
        _ = try self.running()
        try self.lock.withLock {
            guard let keeper = self.keeper else { throw Failure(reason: "the keeper has ended") }
            self.state = try keeper.ask(command.rawValue)
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let reason: String

        package var description: String { self.reason }
    }

    /// The state, with the server started if it never was.
    private func running() throws -> State {
        try self.lock.withLock {
            if self.keeper == nil {
                let standby = try self.primary.map { ["--standby-of=\(try $0.socketDirectory())"] } ?? []
                let keeper = try Keeper(settings: standby + self.settings)
                self.state = try keeper.answer()
                self.keeper = keeper
            }
            return self.state
        }
    }
}

extension TestCluster {
    /// What the keeper says, by its names.
    private struct State: Decodable {
        var directory = ""
        var binaries = ""
        var log = ""
        var pid: Int32?
    }

    private struct Refusal: Decodable {
        let error: String
    }

    /// The process that keeps the server. Used under the lock of its cluster.
    private final class Keeper {
        private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "EndToEnd/support/cluster_keeper.py").path

        private let program: TestProgram

        init(settings: [String]) throws {
            self.program = try TestProgram("/usr/bin/python3", [Self.script] + settings)
        }

        func ask(_ command: String) throws -> State {
            try self.program.input.write(contentsOf: Data((command + "\n").utf8))
            return try self.answer()
        }

        func answer() throws -> State {
            let line = Data(try self.program.readLine().utf8)
            guard !line.isEmpty else { throw Failure(reason: "the keeper of the test cluster ended") }
            // Anything else is a state, or no JSON, which says so itself.
            if let refusal = try? JSONDecoder().decode(Refusal.self, from: line) {
                throw Failure(reason: refusal.error)
            }
            return try JSONDecoder().decode(State.self, from: line)
        }

        /// The server is gone when this returns.
        func end() {
            // The keeper that has ended already is as good as one that is told to.
            try? self.program.input.close()
            self.program.wait()
        }
    }
}
