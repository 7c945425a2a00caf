internal import Observability
internal import Primitives
internal import Reactor

/// The connections of one loop for one purpose: does what `PoolState` says.
final class PostgresPool: @unchecked Sendable {
    // SAFETY: everything that changes is touched on the loop only.

    let loop: EventLoop
    let purpose: PostgresPurpose
    let limits: PoolLimits
    let databaseLimits: PostgresLimits
    let metrics: PostgresMetrics
    let connector: PostgresConnector
    let log: Log
    @exclusivity(unchecked) var state: PoolState
    @exclusivity(unchecked) var connections: [PostgresConnection?]
    private var waiting: [UInt64: PostgresRequest] = [:]
    private var random = FastRandom()
    private var timer: (id: TimerID, time: MonotonicTime)?
    @exclusivity(unchecked) private var counted = PostgresMetrics.PoolCounts()
    private var isPumping = false
    /// By the place of a statement's name, which is in the program's text.
    @exclusivity(unchecked) private var histograms: [UInt: Histogram] = [:]

    init(
        loop: EventLoop, purpose: PostgresPurpose, limits: PostgresLimits, connector: PostgresConnector,
        metrics: PostgresMetrics, log: Log
    ) {
        self.loop = loop
        self.purpose = purpose
        self.limits = limits.pool(purpose)
        self.databaseLimits = limits
        self.connector = connector
        self.metrics = metrics
        self.log = log
        self.state = PoolState(limits: self.limits)
        self.connections = Array(repeating: nil, count: self.limits.connectionCountMax)
    }

    // MARK: From any thread

    /// Opens the first connection.
    func start() { self.loop.executeOnLoop { self.pump() } }

    func submit(_ request: PostgresRequest) {
        self.loop.isOnLoop ? self.take(request) : self.loop.execute { self.take(request) }
    }

    /// Refuses whoever comes or waits, and closes connections as they become idle.
    func stop() {
        self.loop.executeOnLoop {
            self.state.stop()
            self.pump()
        }
    }

    // MARK: Requests

    private func take(_ request: PostgresRequest) {
        request.submittedTime = self.loop.now
        switch request.kind {
        case .autocommit: self.place(request, request.statement.effect == .reads ? .read : .write)
        case .inTransaction(let lease): self.take(request, of: lease)
        case .commit(let lease), .rollback(let lease): self.end(lease, request)
        case .ping: preconditionFailure("pings begin in the pool")
        }
        self.pumpIfNeeded()
    }

    private func place(_ request: PostgresRequest, _ use: PoolState.Use) {
        switch self.state.request(use, now: self.loop.now) {
        case .use(let slot): self.begin(request, slot: slot)
        case .wait(let ticket):
            self.waiting[ticket] = request
            if case .inTransaction(let lease) = request.kind { lease.ticket = ticket }
        case .refuse(let refusal): self.refuse(request, refusal)
        }
    }

    private func begin(_ request: PostgresRequest, slot: Int) {
        self.metrics.acquired(self.purpose, after: self.loop.now - request.submittedTime, loop: self.loop.index)
        guard let connection = self.connections[slot] else {
            preconditionFailure("an open slot has a connection")
        }
        if case .inTransaction(let lease) = request.kind {
            lease.ticket = nil
            lease.connection = connection
            lease.history = connection.history
        }
        connection.send(request)
    }

    private func refuse(_ request: PostgresRequest, _ refusal: PoolState.Refusal) {
        let code = refusal == .overloaded ? PostgresError.Code.overloaded : .unavailable
        self.fail(request, PostgresError(code, statement: request.statement.name))
    }

    func fail(_ request: PostgresRequest, _ error: PostgresError) {
        if case .inTransaction(let lease) = request.kind {
            lease.ticket = nil
            lease.isBusy = false
            lease.phase = .failed(error)
        }
        self.metrics.failed(error, loop: self.loop.index)
        request.finish(.failed(error))
    }

    // MARK: Transactions

    private func take(_ request: PostgresRequest, of lease: TransactionLease) {
        if lease.isBusy { return request.finish(.failed(PostgresError(.protocolViolation).of(request.statement))) }
        switch lease.phase {
        case .fresh:
            lease.isBusy = true
            self.place(request, .exclusive)
        case .active:
            guard let connection = lease.connection, !connection.isClosed else {
                return self.fail(request, PostgresError(.unavailable, statement: request.statement.name))
            }
            lease.isBusy = true
            connection.send(request)
        case .failed(let error): request.finish(.failed(error))
        case .ended: request.finish(.failed(PostgresError(.protocolViolation).of(request.statement)))
        }
    }

    /// A transaction without a statement, or whose connection is gone, has nothing to end at the server.
    private func end(_ lease: TransactionLease, _ request: PostgresRequest) {
        if let ticket = lease.ticket, let first = self.waiting.removeValue(forKey: ticket) {
            // Its statement would be served later, and commit by itself.
            self.state.cancel(ticket: ticket)
            self.fail(first, PostgresError(.protocolViolation, statement: first.statement.name))
        }
        let phase = lease.phase
        lease.phase = .ended
        guard let connection = lease.connection, !connection.isClosed else {
            return self.endWithoutConnection(phase, request)
        }
        switch phase {
        case .fresh, .ended: request.finish(.done(.none))
        // Of a rollback too the caller hears when it is done: what it locked is free then.
        case .active: connection.send(request)
        case .failed(let error):
            // The server has let go of everything already.
            request.finish(.failed(error))
            self.send(.rollback(lease), TransactionStatements.rollback, over: connection)
        }
    }

    /// What the pool itself asks, and no caller waits for.
    private func send(_ kind: PostgresRequest.Kind, _ statement: PostgresStatement, over connection: PostgresConnection)
    {
        let request = PostgresRequest(kind, statement)
        request.submittedTime = self.loop.now
        connection.send(request)
    }

    private func endWithoutConnection(_ phase: TransactionLease.Phase, _ request: PostgresRequest) {
        switch phase {
        case .fresh, .ended: request.finish(.done(.none))
        // Its session ended while the transaction had nothing to do: the server has rolled it back.
        case .active: request.finish(.failed(PostgresError(.unavailable)))
        case .failed(let error): request.finish(.failed(error))
        }
    }

    // MARK: The pump

    /// Most calls find a connection and leave nothing to do.
    func pumpIfNeeded() {
        if self.state.wantsAttention { self.pump() } else { self.count() }
    }

    /// Does what the state wants done, until it wants nothing more.
    func pump() {
        if self.isPumping { return }
        self.isPumping = true
        let now = self.loop.now
        while let (ticket, refusal) = self.state.nextRefused(now: now) {
            if let request = self.waiting.removeValue(forKey: ticket) { self.refuse(request, refusal) }
        }
        while let (ticket, slot) = self.state.nextServed(now: now) {
            if let request = self.waiting.removeValue(forKey: ticket) { self.begin(request, slot: slot) }
        }
        while let slot = self.state.nextToClose(now: now) { self.connections[slot]?.close() }
        while let slot = self.state.nextToPing(now: now) {
            if let connection = self.connections[slot] { self.send(.ping, Self.ping, over: connection) }
        }
        while let slot = self.state.nextToConnect(now: now) { self.connect(slot: slot) }
        self.count()
        self.armTimer(now: now)
        self.isPumping = false
    }

    private static let ping = PostgresStatement("connection_ping", "", effect: .reads, timeout: .seconds(1))

    private func armTimer(now: MonotonicTime) {
        guard let next = self.state.nextDeadline(now: now) else { return }
        if let timer = self.timer {
            if timer.time <= next { return }
            self.loop.cancel(timer.id)
        }
        let id = self.loop.schedule(at: next) { [weak self] in
            self?.timer = nil
            self?.pump()
        }
        self.timer = (id, next)
    }

    private func count() {
        let counts = PostgresMetrics.PoolCounts(
            open: self.state.openCount, inUse: self.state.inUseCount, waiting: self.state.waiters.count,
            circuitOpen: self.state.isCircuitOpen ? 1 : 0)
        if counts.open == self.counted.open, counts.waiting == self.counted.waiting,
            counts.circuitOpen == self.counted.circuitOpen
        {
            // The one that changes with nearly every statement.
            guard counts.inUse != self.counted.inUse else { return }
            self.metrics.changed(self.purpose, inUse: counts.inUse - self.counted.inUse, loop: self.loop.index)
            self.counted.inUse = counts.inUse
            return
        }
        if counts.circuitOpen > self.counted.circuitOpen {
            self.log.error("database unreachable", ["purpose": .text(self.purpose.label)])
        }
        self.metrics.changed(self.purpose, from: self.counted, to: counts, loop: self.loop.index)
        self.counted = counts
    }

    func histogram(of statement: PostgresStatement) -> Histogram {
        let key = UInt(bitPattern: statement.name.utf8Start)
        if let histogram = self.histograms[key] { return histogram }
        let histogram = self.metrics.histogram(of: statement)
        self.histograms[key] = histogram
        return histogram
    }

    func chance() -> Double { Double.random(in: 0..<1, using: &self.random) }
}
