internal import Commerce
package import Crypto
internal import HTTPServer
package import Observability
package import Postgres
internal import Primitives
package import Reactor
internal import Synchronization

/// The waiting queues: joining, telling members their places, and letting them in.
///
/// Where somebody stands is computed from his ticket and from what every loop knows of the queue, without the database.
/// The database is asked when somebody joins, takes his turn and buys, for many members with one statement; it alone
/// says who has a turn. `run` moves the pointers.
package final class QueueService: Sendable {
    let store: QueueStore
    private let currentSeals: Mutex<QueueSeals>
    let access: any QueueAccess
    let limits: QueueLimits
    let metrics: QueueMetrics
    let log: Log
    let rooms: QueueRooms
    private let loads: Batcher<Int64, QueueRoom?>
    private let joins: Batcher<(concert: Int64, member: Int64), QueueStore.Joined>
    private let claims: Batcher<(ticket: QueueTicket, place: Int64), Int64?>
    private let checks: Batcher<QueueTicket, Bool>

    /// `loops` are those that requests come on. The keys seal tickets and passes: the first does, the others are
    /// believed.
    package init(
        database: PostgresDatabase, loops: [EventLoop], keys: [(number: UInt8, key: SecretBytes)],
        access: any QueueAccess, limits: QueueLimits = QueueLimits(), metrics: QueueMetrics, log: Log
    ) {
        let store = QueueStore(database: database, limits: limits, node: SecureRandom.bytes(16))
        let rooms = QueueRooms(loops: loops)
        self.store = store
        self.currentSeals = Mutex(QueueSeals(keys: keys))
        self.access = access
        self.limits = limits
        self.metrics = metrics
        self.log = log
        self.rooms = rooms
        let (countMax, gatheringCountMax) = (limits.batchCountMax, limits.gatheringCountMax)
        self.loads = Batcher(countMax: countMax, gatheringCountMax: gatheringCountMax) { concerts in
            do {
                let readAt = MonotonicTime.now
                let found = rooms.put(try await store.rooms(Array(Set(concerts))), readAt: readAt)
                return concerts.map { concert in .success(found.first { $0.concert == concert }) }
            } catch {
                return concerts.map { _ in .failure(error) }
            }
        }
        self.joins = Batcher(countMax: countMax, gatheringCountMax: gatheringCountMax) { joins in
            await Self.each(joins, concert: \.concert) { try await store.join($0, $1.map(\.member)) }
        }
        self.claims = Batcher(countMax: countMax, gatheringCountMax: gatheringCountMax) { claims in
            await Self.each(claims, concert: \.ticket.concert) { try await store.claim($0, $1) }
        }
        self.checks = Batcher(countMax: countMax, gatheringCountMax: gatheringCountMax) { tickets in
            await Self.each(tickets, concert: \.concert) { try await store.check($0, $1) }
        }
        metrics.watch(
            waiting: { Int(rooms.all.reduce(0) { $0 + $1.room.waitingCount }) },
            active: { Int(rooms.all.reduce(0) { $0 + $1.room.active }) })
    }

    /// What writes and reads tickets and passes.
    var seals: QueueSeals { self.currentSeals.withLock { $0 } }

    // MARK: For other parts

    /// From now on the first of these seals, and the others are believed: after the secret was rotated.
    package func replaceKeys(_ keys: [(number: UInt8, key: SecretBytes)]) {
        let seals = QueueSeals(keys: keys)
        self.currentSeals.withLock { $0 = seals }
    }

    /// Whether a member may reserve seats of a concert: always without a queue, otherwise with a pass that is his and
    /// not over. `pass` is what came in the header `Queue-Pass`. Throws what the client is to be told when the database
    /// does not answer.
    package func mayBuy(concert: Int64, member: Int64, pass: ArraySlice<UInt8>?) async throws -> Bool {
        guard let known = try await self.known(concert), known.room.settings.isEnabled else { return true }
        guard let pass = pass.flatMap(self.seals.pass), pass.ticket.concert == concert, pass.ticket.member == member,
            pass.until > known.now()
        else { return false }
        return try await self.guarded { try await self.checks.answer(to: pass.ticket) }
    }

    /// A member has bought what he came for: the next one may come. The turn ends with the transaction, which is that
    /// of whoever tells of it; a turn that began after the reservation is another one and goes on. A turn that nobody
    /// ends ends by itself.
    package func purchaseFinished(
        concert: Int64, member: Int64, reservation: Int64, in transaction: PostgresTransaction
    ) async throws {
        guard self.rooms[concert]?.room.settings.isEnabled != false else { return }
        try await self.store.finish(concert, member, reservation: reservation, in: transaction)
    }

    /// Nothing is left to buy: everybody who waits is told so at once, by this process, and within `tickTime` by the
    /// others. With false, something has come back, and the queue moves on.
    package func setSoldOut(_ isSoldOut: Bool, concert: Int64) async throws {
        try await self.guarded { try await self.store.setSoldOut(isSoldOut, concert) }
        self.rooms.setSoldOut(isSoldOut, concert)
    }

    // MARK: For its routes

    /// What is known of a concert's queue; nil when there is no such concert.
    func known(_ concert: Int64) async throws -> QueueRooms.Known? {
        if let known = self.rooms[concert] { return known }
        let room = try await self.guarded { try await self.loads.answer(to: concert) }
        if self.rooms.concerts.count > self.limits.roomCountMax {
            self.rooms.trim(idleTime: self.limits.idleTime, countMax: self.limits.roomCountMax, now: .now)
        }
        return room.map { QueueRooms.Known($0, readAt: .now) }
    }

    /// Reads one anew, for whoever has changed it.
    func reload(_ concert: Int64) async throws {
        let readAt = MonotonicTime.now
        self.rooms.put(try await self.store.rooms([concert]), readAt: readAt)
    }

    func number(of member: Int64, in concert: Int64) async throws -> Int64 {
        switch try await self.joins.answer(to: (concert, member)) {
        case .number(let number): return number
        case .full: throw HTTPProblem.overloaded(retryAfterSeconds: self.limits.retryAfterSeconds)
        case .unverified: throw QueueProblems.unverified
        case .tooNew: throw QueueProblems.tooNew
        }
    }

    /// Until when the bearer may buy; nil when his turn is over.
    func claim(_ ticket: QueueTicket, place: Int64) async throws -> Int64? {
        try await self.claims.answer(to: (ticket, place))
    }

    /// Turns what the database says into what a client is told.
    func guarded<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw HTTPProblem.database(error)
        } catch is BatcherFull {
            throw HTTPProblem.overloaded(retryAfterSeconds: self.limits.retryAfterSeconds)
        }
    }

    /// Asks for each concert by itself: what goes wrong with one is nothing to the others.
    private static func each<Item: Sendable, Answer: Sendable>(
        _ items: [Item], concert: (Item) -> Int64, _ ask: (Int64, [Item]) async throws -> [Answer]
    ) async -> [Result<Answer, any Error>] {
        var answers = [Result<Answer, any Error>?](repeating: nil, count: items.count)
        for (concert, places) in Dictionary(grouping: items.indices, by: { concert(items[$0]) }) {
            do {
                let found = try await ask(concert, places.map { items[$0] })
                for (place, answer) in zip(places, found) { answers[place] = .success(answer) }
            } catch {
                for place in places { answers[place] = .failure(error) }
            }
        }
        return answers.map { $0 ?? .failure(HTTPProblem.internalError) }
    }
}
