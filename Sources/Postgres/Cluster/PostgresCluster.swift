internal import CLinux
internal import Glibc
package import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// A private PostgreSQL below the data directory: made when it is missing, started, watched over and started again,
/// and stopped with Podo.
///
/// A thread of its own starts the server, reads what it says and waits for its end. When that thread ends, by the end
/// of the process however it came, the kernel ends the server: it is never left alone. Everything here blocks, and is
/// for the main thread or a pool, never for a loop.
package final class PostgresCluster: Sendable {
    /// The name of the database, and of the user that owns it and can do nothing beyond it.
    static let name = "podo"

    /// For libpq. No secret: only Podo's user and root get to the socket.
    package let url: String
    /// Of the programs.
    package let major: Int
    let place: ClusterPlace
    let limits: ClusterLimits
    let log: Log
    let shared = Mutex(Shared())
    let wakeUps: CInt

    /// What the thread and its callers tell each other.
    struct Shared {
        var status = ClusterStatus()
        /// How the server is to end.
        var stop: ClusterSignal?
        var isOver = false
    }

    /// Makes and starts it, and returns when it takes connections. `isCancelled` is asked from time to time.
    package static func start(
        _ options: ClusterOptions, log: Log, isCancelled: () -> Bool = { false }
    ) throws(ClusterError) -> PostgresCluster {
        let place = try ClusterPlace.prepare(options, isCancelled: isCancelled)
        if place.isNew {
            log.info("database made", ["directory": .text(place.directory), "user": .text(place.user.name)])
        }
        let cluster = try PostgresCluster(place, limits: options.limits, log: log)
        Thread.start { cluster.supervise() }
        do throws(ClusterError) {
            try cluster.waitUntilReady(isCancelled: isCancelled)
            try cluster.makeDatabase()
        } catch {
            cluster.stop(.immediate)
            throw error
        }
        log.info(
            "database started",
            [
                "version": .number(place.programs.major), "directory": .text(place.directory),
                "user": .text(place.user.name), "url": .text(cluster.url),
            ])
        return cluster
    }

    private init(_ place: ClusterPlace, limits: ClusterLimits, log: Log) throws(ClusterError) {
        self.place = place
        self.limits = limits
        self.log = log
        self.major = place.programs.major
        self.url = place.socket.url(database: Self.name, user: Self.name)
        self.wakeUps = eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
        guard self.wakeUps >= 0 else {
            throw ClusterError("no descriptor is left: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(self.wakeUps) }

    package var status: ClusterStatus { self.shared.withLock { $0.status } }

    /// The server has ended for good.
    package var isOver: Bool { self.shared.withLock { $0.isOver } }

    /// Ends the server, harder when it takes too long, and returns when it is gone. `hurry` is asked meanwhile, and
    /// true ends it at once. One that does not even end when it is killed is left to the kernel.
    package func stop(_ signal: ClusterSignal = .fast, hurry: () -> Bool = { false }) {
        self.requestStop(signal)
        let deadline = MonotonicTime.now + self.limits.stopTime
        while !self.isOver {
            guard MonotonicTime.now < deadline else {
                return self.log.error("database does not end", ["pid": .number(Int(self.status.processID ?? 0))])
            }
            if hurry() { self.requestStop(.immediate) }
            usleep(5000)
        }
    }

    /// The same without waiting. May be called again, to hurry.
    package func requestStop(_ signal: ClusterSignal) {
        self.shared.withLock { shared in
            guard shared.stop.map({ $0.rawValue < signal.rawValue }) ?? true else { return }
            shared.stop = signal
        }
        eventfd_write(self.wakeUps, 1)
    }

    private func waitUntilReady(isCancelled: () -> Bool) throws(ClusterError) {
        while true {
            let (status, isOver) = self.shared.withLock { ($0.status, $0.isOver) }
            if status.phase == .running { return }
            guard !isOver else {
                throw ClusterError("PostgreSQL did not start: \(status.reason ?? "it said nothing")")
            }
            guard !isCancelled() else { throw ClusterError("told to end while PostgreSQL was starting") }
            usleep(2000)
        }
    }

    /// The database and its owner, if they are missing: what an interrupted first start has left out.
    private func makeDatabase() throws(ClusterError) {
        let url = self.place.socket.url(database: "postgres", user: "postgres")
        do throws(AdministrationError) {
            let connection = try AdministrationConnection(url: Secret(url), timeMax: .seconds(10))
            let name = Self.name
            if try connection.run("SELECT 1 FROM pg_roles WHERE rolname = $1", [name]).isEmpty {
                try connection.run("CREATE ROLE \(name) LOGIN")
            }
            if try connection.run("SELECT 1 FROM pg_database WHERE datname = $1", [name]).isEmpty {
                try connection.run("CREATE DATABASE \(name) OWNER \(name)")
            }
        } catch {
            throw ClusterError("the database \(Self.name) cannot be made: \(error)")
        }
    }
}
