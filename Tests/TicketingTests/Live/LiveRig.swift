import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Ticketing

/// One process that has shows of a rig's database: several of them are several processes.
final class LiveRig: Sendable {
    let rig: TicketingRig
    let shows: LiveShows
    let keys = FakeShowKeys()
    let streams = FakeShowStreams()
    let told = Mutex<[LiveStatus]>([])
    let metrics: MetricsRegistry
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// - Parameter age: How long ago the process began.
    init(_ rig: TicketingRig, _ limits: LiveLimits = LiveLimits(), age: TimeAmount = .seconds(3600)) {
        self.rig = rig
        self.metrics = MetricsRegistry(loopCount: rig.group.loops.count)
        self.shows = LiveShows(
            database: rig.database, loops: rig.group.loops, limits: limits,
            startedAt: .now + .nanoseconds(-age.nanoseconds), metrics: LiveMetrics(registry: self.metrics),
            log: rig.log)
        self.shows.observe { [weak self] show in self?.told.withLock { $0.append(show.live) } }
    }

    deinit { self.stop() }

    /// As Podo does: works, listens, and reads what may have been missed.
    func start() {
        let (shows, loop, rig) = (self.shows, self.rig.group.loops[0], self.rig)
        let notifications = rig.database.listen(LiveShows.channel)
        let listening = Task(executorPreference: loop) {
            while let notification = await notifications.next(), !Task.isCancelled {
                do {
                    switch notification {
                    case .resynchronize: try await shows.reload()
                    case .message(let text): try await shows.hear(text)
                    }
                } catch { Issue.record("not heard: \(error)") }
            }
        }
        let working = Task(executorPreference: loop) { await shows.run(on: loop) }
        self.tasks.withLock { $0 = [listening, working] }
    }

    func stop() { for task in self.tasks.withLock({ $0 }) { task.cancel() } }

    func client() throws -> TicketingClient {
        let service = LiveService(
            shows: self.shows, access: CatalogueAccess(database: self.rig.database), keys: self.keys,
            streams: self.streams, authorizer: TestAuthorizer())
        return try TicketingClient(self.rig, routes: LiveRoutes.table.map { $0.bound(to: service) })
    }

    /// What the database says of it: state, whether it is interrupted, whether it has begun.
    func stored(_ schedule: Int64) throws -> String {
        try self.rig.sql(
            "SELECT state, interrupted_at IS NOT NULL FROM live_show WHERE schedule_id = \(schedule)")
    }

    @discardableResult
    func apply(_ input: LiveShow.Input, _ schedule: Int64) async throws -> LiveShow.Outcome? {
        let shows = self.shows
        return try await self.rig.onLoop { try await shows.apply(input, to: schedule)?.outcome }
    }

    func decide() async throws {
        let shows = self.shows
        try await self.rig.onLoop { try await shows.decideDirty() }
    }

    func look() async throws {
        let shows = self.shows
        try await self.rig.onLoop { try await shows.hearAndLook() }
    }
}

extension TicketingRig {
    /// So that it is on now, and for another hour.
    func moveNow(_ schedule: Int64) throws {
        try self.sql(
            """
            UPDATE schedule SET starts_at = now() - interval '1 hour', ends_at = now() + interval '1 hour'
            WHERE id = \(schedule)
            """)
    }
}

/// Stands for the stream keys of members.
final class FakeShowKeys: ShowKeys {
    struct Key: Equatable {
        var number: Int
        var seller: Int64
        var from: WallClock
        var until: WallClock
    }

    private let state = Mutex<(keys: [Int64: Key], count: Int)>(([:], 0))

    subscript(schedule: Int64) -> Key? { self.state.withLock { $0.keys[schedule] } }

    func issue(
        _ schedule: Int64, seller: Int64, from: WallClock, until: WallClock, actor: String
    ) async throws -> Secret<String> {
        self.state.withLock { state in
            state.count += 1
            state.keys[schedule] = Key(number: state.count, seller: seller, from: from, until: until)
            return Secret("key \(state.count)")
        }
    }

    func revoke(_ schedule: Int64, seller: Int64, actor: String) async throws -> Bool {
        self.state.withLock { state in
            guard state.keys[schedule]?.seller == seller else { return false }
            state.keys[schedule] = nil
            return true
        }
    }

    func move(
        _ schedule: Int64, seller: Int64, from: WallClock, until: WallClock, in transaction: PostgresTransaction
    ) async throws {
        self.state.withLock { state in
            guard var key = state.keys[schedule], key.seller == seller else { return }
            (key.from, key.until) = (from, until)
            state.keys[schedule] = key
        }
    }
}

/// Stands for the ingest and the packager.
final class FakeShowStreams: ShowStreams {
    let publishURL = "rtmp://podo.test:1935/live"
    private let known = Mutex<[Int64: ShowHealth]>([:])

    func set(_ health: ShowHealth, of schedule: Int64) { self.known.withLock { $0[schedule] = health } }

    func health(of schedule: Int64) -> ShowHealth? { self.known.withLock { $0[schedule] } }

    /// Of one that is published.
    func picture(of schedule: Int64) -> SharedBytes? {
        self.health(of: schedule).map { _ in SharedBytes(Array("a picture".utf8)) }
    }
}
