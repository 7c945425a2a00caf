internal import Commerce
internal import HTTPServer
package import Observability
package import Postgres
package import Primitives
package import Reactor
internal import Synchronization

/// The shows of this process: how far they are, from memory for whoever asks, and decided with the database.
///
/// What publishers do here is only noted; `run` brings it to the database, as often as that takes, and what counts then
/// is who publishes at that time. So nothing is lost while the database is away, and nothing is queued but the numbers
/// of shows.
package final class LiveShows: Sendable {
    package let limits: LiveLimits
    let database: PostgresDatabase
    let bell = Bell()
    let hubs: [LiveEventHub]
    let log: Log
    /// When this process began to have shows.
    let startedAt: MonotonicTime
    /// Whether there was an answer to what shows there are.
    let isRead = Atomic(false)
    private let metrics: LiveMetrics
    private let table = Mutex(LiveShowTable())
    private let observer = Mutex<(@Sendable (LiveShow) -> Void)?>(nil)
    private let readObserver = Mutex<(@Sendable () -> Void)?>(nil)
    private let reads = SharedReads<Int64, LiveShow?>(waitingCountMax: CatalogueLimits.readerCountMax)

    package init(
        database: PostgresDatabase, loops: [EventLoop], limits: LiveLimits = LiveLimits(),
        startedAt: MonotonicTime = .now, metrics: LiveMetrics, log: Log
    ) {
        self.database = database
        self.limits = limits
        self.metrics = metrics
        self.log = log
        self.startedAt = startedAt
        let hubs = loops.map { LiveEventHub(loop: $0, limits: limits) }
        self.hubs = hubs
        metrics.watch(
            followers: { hubs.reduce(0) { $0 + $1.count } },
            live: { [weak self] in self?.table.withLock { $0.shows.values.count { $0.live.state == .live } } ?? 0 })
    }

    /// Who is told of every show that is new here or has changed. Set once, before anything happens; called from
    /// anywhere, in no order between calls that overlap, so `known` says what holds.
    package func observe(_ observer: @escaping @Sendable (LiveShow) -> Void) {
        self.observer.withLock { $0 = observer }
    }

    /// Who is told, once, when all shows that have begun were told. Set once, before anything happens.
    package func whenRead(_ observer: @escaping @Sendable () -> Void) {
        self.readObserver.withLock { $0 = observer }
    }

    // MARK: Asking

    /// How far shows are that have begun is known here; until then they are taken for shows that have not.
    package var areRead: Bool { self.isRead.load(ordering: .acquiring) }

    /// From memory; nil when it is not there.
    package func known(_ schedule: Int64) -> LiveShow? { self.table.withLock { $0.shows[schedule] } }

    /// From memory if it is there; nil when there is no such show.
    package func show(_ schedule: Int64) async throws -> LiveShow? {
        if let known = self.known(schedule) { return known }
        return try await self.freshShow(schedule)
    }

    /// As the database has it now. Those who ask at once share an answer.
    func freshShow(_ schedule: Int64) async throws -> LiveShow? {
        switch try await self.reads.read(schedule, { try await self.read([schedule]).first }) {
        case .asked(let show), .shared(let show): return show
        case .shed: throw CatalogueProblems.busy
        }
    }

    package func isPublished(_ schedule: Int64) -> Bool { self.table.withLock { $0.publishers[schedule] != nil } }

    // MARK: Telling

    /// Somebody publishes a show here, or does not any more. From any thread; returns at once.
    ///
    /// - Parameter publisher: What tells this publisher from others of the same show.
    package func publishing(_ schedule: Int64, by publisher: String, isOn: Bool) {
        self.table.withLock { $0.publishing(schedule, by: publisher, isOn: isOn) }
        self.bell.ring()
    }

    // MARK: Deciding

    /// What becomes of a show; nil when there is none. The outcome is in the database, and told.
    func apply(
        _ input: LiveShow.Input, to schedule: Int64, actor: String? = nil
    ) async throws -> (show: LiveShow, outcome: LiveShow.Outcome)? {
        let limits = self.limits
        let decided = try await self.database.transaction("live_show", actor: actor) { transaction in
            guard let (locked, now) = try await LiveShow.locked(schedule, in: transaction) else {
                return nil as (show: LiveShow, outcome: LiveShow.Outcome)?
            }
            var show = locked
            let outcome = show.apply(input, at: now, limits)
            switch outcome {
            case .unchanged, .impossible: break
            case .heard: try await show.put(in: transaction)
            case .changed:
                try await show.put(in: transaction)
                _ = try await transaction.run(LiveStatements.tell, schedule)
            }
            return (show, outcome)
        }
        guard let decided else { return nil }
        if decided.outcome == .changed { self.metrics.changed(decided.show.live) }
        self.take(decided.show)
        return decided
    }

    /// Of these schedules what there is, in memory from now on.
    @discardableResult
    func read(_ schedules: [Int64]) async throws -> [LiveShow] {
        var shows: [LiveShow] = []
        var rest = schedules[...]
        while !rest.isEmpty {
            let rows = try await self.database.run(
                LiveStatements.shows, Array(rest.prefix(self.limits.readCountMax)))
            rest = rest.dropFirst(self.limits.readCountMax)
            for row in rows { shows.append(try LiveShow(row)) }
        }
        for show in shows { self.take(show) }
        let missing = Set(schedules).subtracting(shows.map(\.schedule))
        if !missing.isEmpty { self.table.withLock { table in missing.forEach { table.remove($0) } } }
        return shows
    }

    func take(_ show: LiveShow) {
        let put = self.table.withLock { $0.put(show, countMax: self.limits.showCountMax) }
        guard put == .new else { return }
        let news = LiveAnswer(live: show.live).news(revision: show.revision)
        for hub in self.hubs { hub.send(news, of: show.schedule) }
        self.observer.withLock { $0 }?(show)
    }

    // MARK: For `run`

    /// Everything was read, and every show told.
    func haveRead() {
        guard !self.isRead.exchange(true, ordering: .acquiringAndReleasing) else { return }
        self.readObserver.withLock { $0 }?()
    }

    var allKnown: [Int64] { self.table.withLock { Array($0.shows.keys) } }

    var allPublished: [Int64] { self.table.withLock { Array($0.publishers.keys) } }

    func takeDirty() -> [Int64] { self.table.withLock { $0.takeDirty() } }

    func putBack(_ schedules: ArraySlice<Int64>) { self.table.withLock { $0.putBack(schedules) } }

    /// The hub of the loop that the caller is on.
    var hub: LiveEventHub? { self.hubs.first { $0.loop.isOnLoop } }
}
