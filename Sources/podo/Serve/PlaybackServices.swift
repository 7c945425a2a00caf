internal import Auth
internal import Commerce
internal import Crypto
internal import Glibc
internal import HLSPackager
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives
internal import Reactor
internal import Synchronization
internal import Ticketing

/// Who may watch, put together, and what goes on for it while nobody asks.
final class PlaybackServices: Sendable {
    let gates: PlaybackGates
    let sessions: PlaybackSessions
    let service: PlaybackService
    private let news: PlaybackNews
    private let database: PostgresDatabase
    private let log: Log
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// After a failure, before it is tried again.
    private static let retryTime = TimeAmount.seconds(1)
    /// Between rounds of throwing away.
    private static let sweepTime = TimeAmount.seconds(3600)
    /// What a start waits at most for the database to tell whose sessions are void.
    private static let loadTime = TimeAmount.seconds(5)
    private static let leaseTimeMin = TimeAmount.seconds(10)

    /// Before the loops run.
    init(
        _ configuration: Configuration, root: RootSecret, authorizer: MemberAuthorizer, sales: SaleServices,
        database: PostgresDatabase, loops: [EventLoop], publicURL: String, metrics: MetricsRegistry, log: Log
    ) {
        self.database = database
        self.log = log
        var limits = PlaybackLimits()
        limits.networkCountMax = configuration.playbackNetworkCountMax
        let gates = PlaybackGates(
            root: root, loops: loops, limits: limits, metrics: PlaybackMetrics(registry: metrics, log: log))
        self.gates = gates
        self.news = PlaybackNews(database: database, gates: gates)
        let targetTime = PlaylistPromises(configuration.streamLimits).targetDuration
        self.sessions = PlaybackSessions(
            database: database, gates: gates,
            rights: TicketPlaybackRights(database: database, access: sales.catalogue.access), publicURL: publicURL,
            lease: max(.nanoseconds(targetTime.nanoseconds &* 3), Self.leaseTimeMin))
        self.service = PlaybackService(sessions: self.sessions, authorizer: authorizer)
    }

    /// Before the loops run: who waits for media is asked for the token again as soon as sessions end.
    func tell(_ delivery: HLSDelivery) {
        self.gates.whenSessionsEnd { loop, holders in delivery.review(holders, on: loop) }
    }

    /// Told of tickets once more, in case that what told of them first was lost.
    var consumer: OutboxConsumer {
        let sessions = self.sessions
        return OutboxConsumer("playback", topics: [.ticketRevoked, .ticketTransferred]) { event, _ in
            guard let ticket = try SaleEvent(event).ticket else { return }
            try await sessions.lookAgain(ticket: ticket)
        }
    }

    // MARK: While it runs

    /// Waits until it is known whose sessions are void: before anybody is let in. Until then nobody is, so a start goes
    /// on without. Blocks, for the main thread.
    func waitUntilOpen() -> Bool {
        let deadline = MonotonicTime.now + Self.loadTime
        while !self.gates.opening.isOpen(at: .now) {
            if MonotonicTime.now > deadline { return false }
            usleep(1000)
        }
        return true
    }

    func start(on loop: EventLoop) {
        let limits = self.gates.limits
        let works: [@Sendable () async -> Void] = [
            { await self.listen(on: loop) },
            {
                await self.repeatedly("sessions not caught up", every: limits.catchUpTime, on: loop) {
                    try await self.news.catchUp()
                }
            },
            {
                await self.repeatedly("shared sessions not ended", every: limits.catchUpTime, on: loop) {
                    try await self.sessions.endShared()
                }
            },
            {
                await self.repeatedly("viewers not counted", every: limits.countTime, on: loop) {
                    try await self.sessions.count()
                }
            },
            {
                await self.repeatedly("sessions not swept", every: Self.sweepTime, on: loop) {
                    try await self.sessions.sweep()
                }
            },
        ]
        self.tasks.withLock { tasks in
            tasks = works.map { work in Task(executorPreference: loop) { await work() } }
        }
    }

    /// Writes down who has watched until now, as far as the database takes it in that time.
    func finish(until deadline: MonotonicTime, on loop: EventLoop) async {
        let (hasEnded, ended) = AsyncStream.makeStream(of: Void.self)
        Task(executorPreference: loop) {
            do {
                try await self.sessions.finish()
            } catch {
                self.log.warning("viewers not counted", ["reason": .text("\(error)")])
            }
            ended.finish()
        }
        loop.execute { _ = loop.schedule(at: deadline) { ended.finish() } }
        for await _ in hasEnded {}
    }

    func stop() {
        for task in self.tasks.withLock({ $0 }) { task.cancel() }
    }

    private func listen(on loop: EventLoop) async {
        let notifications = self.database.listen(PlaybackNews.channel)
        while let notification = await notifications.next(), !Task.isCancelled {
            switch notification {
            case .message(let text): await self.news.hear(text)
            case .resynchronize:
                while !Task.isCancelled {
                    do {
                        try await self.news.reload()
                        break
                    } catch {
                        self.log.warning("sessions not read", ["reason": .text("\(error)")])
                        await loop.pause(Self.retryTime)
                    }
                }
            }
        }
    }

    private func repeatedly(
        _ event: StaticString, every time: TimeAmount, on loop: EventLoop, _ body: () async throws -> Void
    ) async {
        while !Task.isCancelled {
            do {
                try await body()
            } catch {
                self.log.warning(event, ["reason": .text("\(error)")])
            }
            await loop.pause(time)
        }
    }
}

extension PodoServer {
    /// Everybody, where a developer has asked for that, or those who have a ticket.
    static func gate(_ configuration: Configuration, _ playback: PlaybackServices) -> any PlaybackGate {
        configuration.openGate ? OpenGate() : TicketGate(gates: playback.gates)
    }
}
