internal import CLibPQ
internal import Primitives
internal import Reactor

/// One session with the server, in pipeline mode, on one loop for life.
///
/// Units are sent in the order in which they come, and settled in the same order. The pool decides how many there may
/// be; the connection only knows what is pending. It ends by an error, by the server's word, or when the answer to its
/// first unit does not come in time; then whoever waits is told what is known, and the pool what happened.
final class PostgresConnection: EventSource {
    /// A statement that this session knows, by its text and the types of its parameters.
    struct PreparedKey: Hashable {
        let sql: UInt
        let signature: UInt64
    }

    enum PreparedState {
        /// On its way: others that need the statement meanwhile send its text along.
        case preparing
        case ready(name: [CChar])
    }

    let loop: EventLoop
    let raw: OpaquePointer
    let descriptor: CInt
    /// Of the server: see `PostgresSession`.
    let history: String?
    let slot: Int
    let pool: PostgresPool
    let limits: PostgresLimits
    let poolLimits: PoolLimits

    @exclusivity(unchecked) var pending = PendingUnits()
    @exclusivity(unchecked) var requests = FIFO<PostgresRequest>()
    @exclusivity(unchecked) var prepared: [PreparedKey: PreparedState] = [:]
    /// The statements of `prepare` steps that are pending, in order.
    var preparing = FIFO<(key: PreparedKey, name: [CChar])>()
    var nameCount = 0
    /// libpq holds bytes that the socket did not take.
    private var isWriting = false
    private var timer: (id: TimerID, time: MonotonicTime)?
    /// The longest that one of the pending units may take for itself.
    @exclusivity(unchecked) var longestTime = TimeAmount.seconds(0)
    private(set) var isClosed = false
    let usesTLS: Bool

    /// Takes over a session that is authenticated and idle.
    init(_ session: PostgresSession, slot: Int, pool: PostgresPool) {
        self.raw = session.take()
        self.history = session.history
        self.descriptor = PQsocket(self.raw)
        self.slot = slot
        self.pool = pool
        self.loop = pool.loop
        self.limits = pool.databaseLimits
        self.poolLimits = pool.limits
        self.usesTLS = PQsslInUse(self.raw) == 1
    }

    deinit { if !self.isClosed { PQfinish(self.raw) } }

    /// Begins to listen for the server's words. False when the session is of no use.
    func start() -> Bool {
        guard PQsetnonblocking(self.raw, 1) == 0, PQenterPipelineMode(self.raw) == 1 else { return false }
        do {
            try self.loop.register(self.descriptor, .readable, self)
        } catch {
            return false
        }
        return true
    }

    /// Closes the session. What is pending is lost.
    func close() { self.end(afterDeadline: false, isOrderly: true) }

    // MARK: What comes from the loop

    func ready(_ events: ReadyEvents) {
        guard !self.isClosed else { return }
        let isAlive = self.receive()
        if !isAlive { return self.end(afterDeadline: false) }
        if self.isWriting, !self.isClosed { self.flush() }
    }

    /// Takes what has come, and settles what it settles. False when the session has ended.
    private func receive() -> Bool {
        var isOpen = true
        repeat {
            isOpen = PQconsumeInput(self.raw) == 1
            // Also at the end: what came before it counts.
            guard self.takeResults() else { return false }
        } while isOpen && self.usesTLS && !self.isClosed && podo_pg_tls_pending(self.raw) > 0
        return isOpen || self.isClosed
    }

    // MARK: What goes to the server

    /// Sends what libpq has; what the socket does not take now goes when it is writable.
    func flush() {
        let result = PQflush(self.raw)
        if result < 0 { return self.end(afterDeadline: false) }
        let isWriting = result != 0
        if isWriting { self.receiveLater() }
        guard isWriting != self.isWriting else { return }
        self.isWriting = isWriting
        self.loop.change(self.descriptor, isWriting ? [.readable, .writable] : .readable)
    }

    /// libpq reads what has come while the socket takes no more: epoll does not tell of that again.
    private func receiveLater() {
        _ = self.loop.schedule(at: self.loop.now) { [weak self] in
            guard let self, !self.isClosed else { return }
            if !self.receive() { self.end(afterDeadline: false) }
        }
    }

    /// Nothing is pending, and yet a transaction is open, or given up and not rolled back.
    var holdsTransaction: Bool { self.requests.isEmpty && PQtransactionStatus(self.raw) != PQTRANS_IDLE }

    // MARK: Time

    /// One timer for all that is pending: it looks again when it fires, and costs nothing for each statement.
    func watchDeadline() {
        guard let deadline = self.requests.first?.deadline else { return }
        if let timer = self.timer {
            if timer.time <= deadline { return }
            self.loop.cancel(timer.id)
        }
        let id = self.loop.schedule(at: deadline) { [weak self] in self?.checkDeadline() }
        self.timer = (id, deadline)
    }

    private func checkDeadline() {
        self.timer = nil
        guard !self.isClosed, let deadline = self.requests.first?.deadline else { return }
        if deadline <= self.loop.now { return self.end(afterDeadline: true) }
        self.watchDeadline()
    }

    // MARK: The end

    /// Gives up the session: the first pending request is the one whose time was over, if time was the reason.
    func end(afterDeadline: Bool, isOrderly: Bool = false) {
        guard !self.isClosed else { return }
        self.isClosed = true
        if let timer = self.timer.take() { self.loop.cancel(timer.id) }
        self.loop.remove(self.descriptor)
        PQfinish(self.raw)
        let pool = self.pool
        pool.connectionEnded(self, isOrderly: isOrderly)
        if let first = self.requests.popFirst() { pool.lost(first, afterDeadline: afterDeadline) }
        while let request = self.requests.popFirst() { pool.lost(request, afterDeadline: false) }
    }
}
