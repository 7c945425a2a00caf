internal import CLibPQ
internal import Glibc
internal import Observability
internal import Primitives
internal import Reactor

/// Opens sessions, on threads that may block: names are looked up, certificates read and passwords hashed meanwhile,
/// all of which libpq does where it is called.
final class PostgresConnector: Sendable {
    enum Outcome: Sendable {
        case session(PostgresSession)
        /// Why not, for the log: SQLSTATE and what the server said, which is about the connection string.
        case failed(String)
    }

    /// Threads, and so attempts at the same time.
    private static let threadCount = 2

    private let options: PostgresConnectionOptions
    private let limits: PostgresLimits
    private let threads: BlockingPool

    init(options: PostgresConnectionOptions, limits: PostgresLimits, attemptCountMax: Int) {
        self.options = options
        self.limits = limits
        self.threads = BlockingPool(
            name: "podo-pg", threadCount: Self.threadCount, waitingCountMax: max(attemptCountMax, 1))
    }

    /// False when too many attempts wait already.
    func connect(
        _ purpose: PostgresPurpose, limits: PoolLimits, then done: @escaping @Sendable (Outcome) -> Void
    ) -> Bool {
        self.threads.submit { [self] in done(self.connectNow(purpose, limits)) }
    }

    func stop() { self.threads.stop() }

    // MARK: On a thread of the pool

    private func connectNow(_ purpose: PostgresPurpose, _ limits: PoolLimits) -> Outcome {
        let settings = self.options.parameters(purpose: purpose, pool: limits, limits: self.limits)
        guard let raw = Self.begin(settings) else { return .failed("out of memory") }
        let session = PostgresSession(raw)
        podo_pg_silence(raw)
        // With the code in it; the server's language is not known.
        PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
        let deadline = MonotonicTime.now + self.options.connectTime(self.limits)
        var wanted = PGRES_POLLING_WRITING
        while PQstatus(raw) != CONNECTION_BAD {
            guard Self.wait(for: PQsocket(raw), wanted, until: deadline) else { return .failed("timed out") }
            wanted = PQconnectPoll(raw)
            if wanted == PGRES_POLLING_OK { return .session(session) }
            if wanted == PGRES_POLLING_FAILED { break }
        }
        return .failed(Self.message(raw))
    }

    private static func begin(_ settings: [(keyword: String, value: String)]) -> OpaquePointer? {
        let texts = (settings.map(\.keyword) + settings.map(\.value)).map { strdup($0) }
        defer { for text in texts { free(text) } }
        var keywords = texts[..<settings.count].map { UnsafePointer($0) }
        var values = texts[settings.count...].map { UnsafePointer($0) }
        keywords.append(nil)
        values.append(nil)
        return PQconnectStartParams(keywords, values, 0)
    }

    /// False when the time is over.
    private static func wait(
        for descriptor: CInt, _ wanted: PostgresPollingStatusType, until deadline: MonotonicTime
    ) -> Bool {
        while true {
            let milliseconds = (deadline - .now).milliseconds
            if milliseconds <= 0 { return false }
            let events = CShort(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT)
            var entry = pollfd(fd: descriptor, events: events, revents: 0)
            let count = poll(&entry, 1, CInt(clamping: milliseconds))
            if count > 0 { return true }
            // An own descriptor: only a signal interrupts. What else there may be libpq will find out.
            if count < 0, errno != EINTR { return true }
        }
    }

    /// One line, bounded.
    private static func message(_ raw: OpaquePointer) -> String {
        guard let text = PQerrorMessage(raw) else { return "unknown" }
        let lines = String(cString: text).split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
        return String(lines.joined(separator: " ").prefix(300))
    }
}

/// A session on its way from the thread that opened it to the loop that uses it.
final class PostgresSession: @unchecked Sendable {
    // SAFETY: handed over once; only one thread has it at a time.
    private var raw: OpaquePointer?

    init(_ raw: OpaquePointer) { self.raw = raw }

    deinit { if let raw = self.raw { PQfinish(raw) } }

    func take() -> OpaquePointer {
        guard let raw = self.raw.take() else { preconditionFailure("a session is taken once") }
        return raw
    }
}
