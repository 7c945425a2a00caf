package import Observability
internal import Primitives
package import Reactor
internal import Synchronization

/// A PostgreSQL server, by the connections that Podo keeps to it.
///
/// Every loop has connections of its own for interactive work, so a statement stays on the loop of its caller; a caller
/// that is on no loop is given one in turn. Statements of different callers share a connection in pipeline mode, a
/// transaction has one for itself. What `PostgresLimits` say is the most that waits, runs or is tried again.
package final class PostgresDatabase: Sendable {
    package let limits: PostgresLimits
    let metrics: PostgresMetrics
    let log: Log
    private let pools: [[PostgresPool]]
    let connector: PostgresConnector
    private let listener: PostgresListener
    /// COPY statements that are under way.
    let copyCount = Atomic<Int>(0)
    private let turn = Atomic<Int>(0)

    /// Connects to nothing yet.
    package init(
        options: PostgresConnectionOptions, loops: [EventLoop], limits: PostgresLimits = PostgresLimits(),
        metrics: PostgresMetrics, log: Log
    ) {
        precondition(!loops.isEmpty, "a database has a loop")
        self.limits = limits
        self.metrics = metrics
        self.log = log
        let connector = PostgresConnector(
            options: options, limits: limits, attemptCountMax: limits.connectionCountMax(loopCount: loops.count))
        self.connector = connector
        // Loops accept connections in their order; the last has the least to do beside.
        self.pools = PostgresPurpose.allCases.map { purpose in
            (purpose == .interactive ? loops : [loops[loops.count - 1]]).map { loop in
                PostgresPool(
                    loop: loop, purpose: purpose, limits: limits, connector: connector, metrics: metrics, log: log)
            }
        }
        self.listener = PostgresListener(
            loop: loops[loops.count - 1], connector: connector, limits: limits, metrics: metrics, log: log)
    }

    /// Opens the first connections, and from then on those that are needed.
    package func start() {
        for pool in self.pools.joined() { pool.start() }
    }

    /// Refuses every caller from now on. Connections close as soon as nothing is on its way over them.
    package func stop() {
        for pool in self.pools.joined() { pool.stop() }
        self.listener.stop()
        self.connector.stop()
    }

    /// Listens to a channel, whose name is of letters, digits and underscores. Everyone who listens shares one
    /// connection, which comes back by itself; what was lost meanwhile is told as `.resynchronize`.
    package func listen(_ channel: StaticString) -> PostgresNotifications {
        let name = channel.description
        let isPlain = name.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0 & 0xDF) || $0 == 95 }
        precondition(!name.isEmpty && isPlain, "a channel's name is of letters, digits and underscores")
        return self.listener.listen(name)
    }

    // MARK: One statement

    /// Runs a statement that commits by itself.
    ///
    /// Returns when the server has acknowledged it. A read whose answer is lost is asked again; of a write whose answer
    /// is lost nobody knows whether it happened, and the error is `.commitUnknown`: where that matters, a transaction
    /// finds out.
    package func run(
        _ statement: PostgresStatement, _ parameters: any PostgresEncodable...
    ) async throws(PostgresError) -> PostgresRows {
        try await self.run(statement, parameters: parameters)
    }

    /// The same with a list of parameters that is put together while the program runs.
    package func run(
        _ statement: PostgresStatement, parameters: [any PostgresEncodable]
    ) async throws(PostgresError) -> PostgresRows {
        let parameters = try self.encode(parameters, of: statement)
        let pool = self.pool(statement.purpose)
        var attemptCount = 1
        if statement.effect == .writes { CrashPoint.pass("before-write", statement.name.description) }
        while true {
            switch await Self.perform(.autocommit, statement, parameters, pool) {
            case .done(let rows):
                if statement.effect == .writes { CrashPoint.pass("after-write", statement.name.description) }
                return rows
            case .failed(let error): throw error
            case .lost(let afterDeadline):
                if statement.effect == .writes { throw PostgresError(.commitUnknown, statement: statement.name) }
                if afterDeadline { throw PostgresError(.timedOut, statement: statement.name) }
                if attemptCount >= self.limits.readAttemptCountMax {
                    throw PostgresError(.unavailable, statement: statement.name)
                }
            }
            attemptCount += 1
            self.metrics.retried()
        }
    }

    // MARK: For transactions

    func encode(
        _ values: [any PostgresEncodable], of statement: PostgresStatement
    ) throws(PostgresError) -> PostgresParameters {
        guard values.count <= PostgresParameters.countMax else {
            throw PostgresError(.tooLarge, statement: statement.name)
        }
        let parameters = PostgresParameters(values)
        guard parameters.bytes.count <= self.limits.parameterByteCountMax else {
            throw PostgresError(.tooLarge, statement: statement.name)
        }
        return parameters
    }

    /// The pool of the loop that the caller is on; in turn, for callers on none and for purposes with one pool.
    func pool(_ purpose: PostgresPurpose) -> PostgresPool {
        let pools = self.pools[purpose.rawValue]
        if pools.count == 1 { return pools[0] }
        if let pool = pools.first(where: { $0.loop.isOnLoop }) { return pool }
        let turn = self.turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return pools[Int(UInt(bitPattern: turn) % UInt(pools.count))]
    }

    static func perform(
        _ kind: PostgresRequest.Kind, _ statement: PostgresStatement, _ parameters: PostgresParameters,
        _ pool: PostgresPool
    ) async -> RequestOutcome {
        await withUnsafeContinuation { continuation in
            pool.submit(PostgresRequest(kind, statement, parameters, continuation: continuation))
        }
    }
}
