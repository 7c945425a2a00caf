import Foundation
import Observability
import Primitives
import Reactor
import Testing

@testable import Postgres

/// The private PostgreSQL, for real. As root these tests are about a server of another user, below a directory that
/// this user may not enter; as an ordinary user about one of its own.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PostgresClusterTests {
    private let directory: TemporaryDirectory
    private let memory = LogMemory()
    private let log: Log

    init() throws {
        self.directory = try TemporaryDirectory()
        self.log = Log(level: .debug, memory: self.memory)
    }

    private var options: ClusterOptions { ClusterOptions(dataDirectory: self.directory.path) }

    private var databaseDirectory: String { self.directory.path + "/postgres" }

    private func start() throws -> PostgresCluster { try PostgresCluster.start(self.options, log: self.log) }

    private func ask(_ cluster: PostgresCluster, _ sql: String) throws -> String? {
        try AdministrationConnection(url: cluster.url).run(sql).first?.first ?? nil
    }

    private func said(_ text: String) -> Bool { self.memory.lines.contains { $0.contains(text) } }

    private func processes() -> [pid_t] {
        LeftoverProcesses(directory: self.databaseDirectory, limits: ClusterLimits()).find()
    }

    /// Waits for what another thread brings about; fails after ten seconds.
    private func wait(_ what: String, until isTrue: () -> Bool) {
        let end = Date(timeIntervalSinceNow: 10)
        while !isTrue() {
            guard Date() < end else {
                Issue.record("in vain: \(what)")
                return
            }
            usleep(5000)
        }
    }

    @Test
    func `it is made, holds what was written over a restart, and leaves no process behind`() throws {
        let first = try self.start()
        #expect(first.status.phase == .running && first.status.startCount == 1)
        #expect(try self.ask(first, "SHOW server_encoding") == "UTF8")
        #expect(try self.ask(first, "SHOW lc_ctype") == "C.UTF-8")
        #expect(try self.ask(first, "SHOW listen_addresses") == "")
        #expect(try self.ask(first, "SHOW fsync") == "on")
        let role = "SELECT current_user || ' ' || rolsuper FROM pg_roles WHERE rolname = current_user"
        #expect(try self.ask(first, role) == "podo false")
        try AdministrationConnection(url: first.url).run("CREATE TABLE seat AS SELECT 7 AS id")
        first.stop()
        #expect(first.status.phase == .ended)
        #expect(self.processes().isEmpty)

        let before = MonotonicTime.now
        let second = try self.start()
        let took = MonotonicTime.now - before
        #expect(took < .seconds(3), "a second start took \(took.seconds) s")
        #expect(try self.ask(second, "SELECT id FROM seat") == "7")
        second.stop()
        #expect(self.processes().isEmpty)
        #expect(FileManager.default.fileExists(atPath: self.databaseDirectory + "/postmaster.pid") == false)
    }

    @Test
    func `a postmaster that is killed is started again with what was committed`() throws {
        let cluster = try self.start()
        defer { cluster.stop(.immediate) }
        try AdministrationConnection(url: cluster.url).run("CREATE TABLE seat AS SELECT 7 AS id")
        let victim = try #require(cluster.status.processID)
        kill(victim, SIGKILL)
        self.wait("a new postmaster") { cluster.status.phase == .running && cluster.status.processID != victim }
        #expect(cluster.status.startCount == 2)
        #expect(try self.ask(cluster, "SELECT id FROM seat") == "7")
        #expect(self.said("was ended by signal 9"))
    }

    @Test
    func `processes that an earlier Podo has left are ended, and a file with somebody else's number does not matter`()
        throws
    {
        var first: PostgresCluster? = try self.start()
        let postmaster = try #require(first?.status.processID)
        try AdministrationConnection(url: first?.url ?? "").run("CREATE TABLE seat AS SELECT 7 AS id")
        // What `kill -9` of Podo leaves where the kernel did not end the server: a copy of it that nobody watches.
        let place = try #require(first?.place)
        first?.stop()
        first = nil
        let descriptor = try place.openDirectory()
        let orphan = try ChildProcess(
            place.programs.server, place.arguments(compressesLog: false, limits: ClusterLimits()),
            identity: place.user.identity,
            directory: descriptor, deathSignal: 0)
        close(descriptor)
        self.wait("the orphan") {
            SmallFile.text(self.databaseDirectory + "/postmaster.pid")?.contains("ready") == true
        }
        #expect(orphan.processID != postmaster)

        let second = try self.start()
        #expect(orphan.ended() != nil)
        #expect(self.said("database processes left over"))
        #expect(try self.ask(second, "SELECT id FROM seat") == "7")
        second.stop()

        // The number of this very process: it runs, and is no server.
        let pidFile = self.databaseDirectory + "/postmaster.pid"
        try Data("\(getpid())\n\(self.databaseDirectory)\n1\n5432\n.\n\n 1 1\nready   \n".utf8).write(
            to: URL(filePath: pidFile))
        try Data("\(getpid())\n".utf8).write(to: URL(filePath: self.databaseDirectory + "/.s.PGSQL.5432.lock"))
        let third = try self.start()
        #expect(try self.ask(third, "SELECT id FROM seat") == "7")
        third.stop()
    }

    @Test
    func `an interrupted first start is begun anew`() throws {
        try FileManager.default.createDirectory(
            atPath: self.databaseDirectory + ".new/base", withIntermediateDirectories: true)
        try Data("15\n".utf8).write(to: URL(filePath: self.databaseDirectory + ".new/PG_VERSION"))
        let error = #expect(throws: ClusterError.self) {
            try PostgresCluster.start(self.options, log: self.log, isCancelled: { true })
        }
        #expect(error != nil)
        #expect(!FileManager.default.fileExists(atPath: self.databaseDirectory))
        let cluster = try self.start()
        #expect(try self.ask(cluster, "SELECT 1") == "1")
        cluster.stop()
        #expect(!FileManager.default.fileExists(atPath: self.databaseDirectory + ".new"))
    }

    @Test
    func `what an interrupted start had begun may still write while it is removed`() throws {
        let unfinished = self.databaseDirectory + ".new"
        try FileManager.default.createDirectory(atPath: unfinished, withIntermediateDirectories: true)
        let descriptor = open(unfinished, O_RDONLY | O_DIRECTORY)
        // It is in the directory, and not where a new one of that name will be.
        let writer = Thread {
            let end = MonotonicTime.now + .milliseconds(300)
            var count = 0
            while MonotonicTime.now < end {
                count += 1
                close(openat(descriptor, "\(count)", O_CREAT | O_WRONLY, 0o600))
            }
            close(descriptor)
        }
        writer.start()
        let cluster = try self.start()
        #expect(try self.ask(cluster, "SELECT 1") == "1")
        cluster.stop()
    }

    @Test
    func `a directory too deep for a socket has its socket elsewhere`() throws {
        var options = self.options
        options.dataDirectory += "/" + String(repeating: "deep/", count: 20) + "with, comma"
        try FileManager.default.createDirectory(
            atPath: options.dataDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let cluster = try PostgresCluster.start(options, log: self.log)
        #expect(cluster.place.socket.isApart)
        #expect(try self.ask(cluster, "SELECT 1") == "1")
        var status = stat()
        #expect(lstat(cluster.place.socket.directory, &status) == 0 && status.st_mode & 0o777 == 0o700)
        cluster.stop()
        #expect(!FileManager.default.fileExists(atPath: cluster.place.socket.directory))
    }

    @Test
    func `an operator's settings of where to listen change nothing about where it is reached`() throws {
        let first = try self.start()
        first.stop()
        let file = try FileHandle(forWritingTo: URL(filePath: self.databaseDirectory + "/postgresql.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\nport = 6000\nunix_socket_directories = '/tmp'\n".utf8))
        try file.close()
        let second = try self.start()
        #expect(try self.ask(second, "SHOW port") == "5432")
        second.stop()
    }

    @Test
    func `what libpq would take from the environment is forgotten`() throws {
        // No other: this process has connections to open meanwhile.
        setenv("PGGEQO", "on", 1)
        let cluster = try self.start()
        cluster.stop()
        #expect(getenv("PGGEQO") == nil)
        let names = Set(ClientEnvironment.names)
        #expect(names.isSuperset(of: ["PGHOSTADDR", "PGPORT", "PGSERVICE", "PGOPTIONS", "PGSSLMODE", "PGSERVICEFILE"]))
    }

    @Test
    func `one that does not end in time is told of, and not waited for`() throws {
        var options = self.options
        options.limits.fastStopTime = .seconds(0)
        options.limits.immediateStopTime = .seconds(0)
        options.limits.killTime = .seconds(0)
        let cluster = try PostgresCluster.start(options, log: self.log)
        cluster.stop()
        #expect(self.said("database does not end"))
        self.wait("its end") { cluster.isOver }
    }

    @Test
    func `a database of another version is refused and left alone`() throws {
        let cluster = try self.start()
        cluster.stop()
        let file = URL(filePath: self.databaseDirectory + "/PG_VERSION")
        try Data("14\n".utf8).write(to: file)
        let error = #expect(throws: ClusterError.self) { try self.start() }
        #expect(error?.sentence.contains("was made by PostgreSQL 14") == true)
        try Data("15\n".utf8).write(to: file)
        let again = try self.start()
        again.stop()
    }

    @Test
    func `a server that cannot start says why`() throws {
        let cluster = try self.start()
        cluster.stop()
        let control = self.databaseDirectory + "/global/pg_control"
        try FileManager.default.moveItem(atPath: control, toPath: control + ".away")
        let error = #expect(throws: ClusterError.self) { try self.start() }
        #expect(error?.sentence.contains("pg_control") == true, "\(error?.sentence ?? "")")
        #expect(self.processes().isEmpty)
    }

    @Test
    func `the log has nothing of what users send, not even when a statement fails`() throws {
        let cluster = try self.start()
        let connection = try AdministrationConnection(url: cluster.url)
        try connection.run("CREATE TABLE member (email text UNIQUE)")
        try connection.run("INSERT INTO member VALUES ('canary@example.com')")
        let error = #expect(throws: AdministrationError.self) {
            try connection.run("INSERT INTO member VALUES ($1)", ["canary@example.com"])
        }
        #expect(error?.sqlState == "23505")
        #expect(throws: AdministrationError.self) { try connection.run("SELECT 'canary'::int") }
        cluster.stop()
        #expect(self.said("database system is ready to accept connections"))
        #expect(!self.said("canary"))
    }
}
