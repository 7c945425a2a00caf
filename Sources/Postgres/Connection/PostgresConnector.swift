internal import Primitives
internal import Reactor
internal import Synchronization

/// Opens the sessions of pools, of LISTEN and of COPY, on threads that may block.
final class PostgresConnector: Sendable {
    enum Outcome: Sendable {
        case session(PostgresSession)
        /// Why not, for the log.
        case failed(String)
    }

    /// Threads, and so attempts at the same time.
    private static let threadCount = 2

    private let options: PostgresConnectionOptions
    private let limits: PostgresLimits
    private let threads: BlockingPool
    /// Where the last session was to be had; looked at first.
    private let lastHost = Atomic<Int>(0)

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
        let hosts = self.options.hosts { $0.forPool(purpose, limits, self.limits) }
        let first = self.lastHost.load(ordering: .relaxed)
        let time = self.options.connectTime ?? self.limits.connectTime
        var messages: [String] = []
        for turn in hosts.indices {
            let index = (first + turn) % hosts.count
            do throws(SessionOpening.Failure) {
                let session = try SessionOpening.open(hosts[index], time: time)
                session.history = try SessionOpening.ask(session, TransactionStatements.history, time: time)
                self.lastHost.store(index, ordering: .relaxed)
                return .session(session)
            } catch {
                messages.append(error.message)
            }
        }
        return .failed(messages.joined(separator: "; "))
    }
}
