internal import Crypto
internal import Observability
package import Postgres
internal import Primitives
package import Reactor
internal import Synchronization

/// The maps of the schedules that are being looked at, in memory, and what is known to be about to change in them.
package final class SeatMaps: Sendable {
    let database: PostgresDatabase
    package let limits: SeatLimits
    let metrics: ReservationMetrics
    /// Maps are written here: a large one takes longer than a loop may.
    let pool: BlockingPool
    /// Those of each loop who follow maps.
    let hubs: [SeatEventHub]
    let state = Mutex(SeatMapTable())
    /// Tells versions of this process from those of others, and of itself before a restart.
    let mark = Base64URL.string(SecureRandom.bytes(6))
    private let loads: SharedReads<Int64, Int64?>

    package init(
        database: PostgresDatabase, loops: [EventLoop], limits: SeatLimits = SeatLimits(), metrics: ReservationMetrics
    ) {
        self.database = database
        self.limits = limits
        self.metrics = metrics
        self.pool = BlockingPool(name: "podo-seat-map", threadCount: 1, waitingCountMax: 256, niceness: 5)
        self.loads = SharedReads(waitingCountMax: limits.loadWaiterCountMax)
        self.hubs = loops.map { SeatEventHub(loop: $0, limits: limits) }
    }

    /// Writes nothing any more.
    package func stop() { self.pool.stop() }

    // MARK: Loading

    /// Sees to it that the map is in memory; does nothing when it is, or when there is no such schedule.
    package func load(_ schedule: Int64) async throws { _ = try await self.version(of: schedule) }

    /// The version of the map, which is loaded if need be, once for all who want it; nil when there is no such
    /// schedule. Throws `SeatMapsFull` where there is no room for it.
    func version(of schedule: Int64) async throws -> Int64? {
        if let known = self.keptVersion(of: schedule) { return known }
        switch try await self.loads.read(schedule, { try await self.loaded(schedule) }) {
        case .asked(let version), .shared(let version): return version
        case .shed: throw SeatMapsFull()
        }
    }

    private func keptVersion(of schedule: Int64) -> Int64? {
        self.state.withLock { table in
            table.isKept(schedule, self.limits) ? table.use(schedule)?.map.version : nil
        }
    }

    private func loaded(_ schedule: Int64) async throws -> Int64? {
        // Another may have read it while this one waited for its turn.
        if let known = self.keptVersion(of: schedule) { return known }
        self.state.withLock { $0.beginLoading(schedule) }
        do {
            let map = try await self.read(schedule)
            return try self.state.withLock { try $0.endLoading(schedule, map, limits: self.limits) }
        } catch {
            self.state.withLock { $0.failLoading(schedule) }
            throw error
        }
    }

    /// Reads the map anew as a whole. Whoever follows it is told to do so too.
    func renew(_ schedule: Int64) async throws {
        guard self.state.withLock({ $0.beginRenewing(schedule) }) else { return }
        do {
            let map = try await self.read(schedule)
            self.state.withLock { $0.endRenewing(schedule, map) }
        } catch {
            self.state.withLock { table in
                table.failLoading(schedule)
                table.outdate(schedule, isWhole: true)
            }
            throw error
        }
        for hub in self.hubs { hub.changed(schedule, self) }
    }

    private func read(_ schedule: Int64) async throws -> SeatMap? {
        let version = WallClock.now.unixMilliseconds
        guard let head = try await self.database.run(SeatStatements.head, schedule).first else { return nil }
        let concert = try head.get(0, as: Int64.self)
        let stage = StageLayout(
            rowCount: try head.get(2), columnCount: try head.get(3), sections: try StoredJSON.list(try head.get(6)),
            aisles: try head.get(4, as: [Int32].self).map(Int.init),
            rowAisles: try head.get(5, as: [Int32].self).map(Int.init))
        var reading = SeatMapReading(currency: try head.currency(1), stage: stage)
        for row in try await self.database.run(SeatStatements.grades, concert) { try reading.addGrade(row) }
        var last: Int32 = -1
        while true {
            let rows = try await self.database.run(SeatStatements.page, schedule, last, self.limits.pageCountMax)
            for row in rows { last = try reading.addSeat(row) }
            if rows.count < self.limits.pageCountMax { break }
        }
        self.metrics.mapLoads.add(loop: nil)
        let (read, rememberedCountMax) = (reading, self.limits.rememberedChangeCountMax)
        // Sorting so many takes longer than a loop may.
        return try await self.pool.run {
            let layout = SeatLayout(
                schedule: schedule, concert: concert, stage: read.stage, classes: read.classes, places: read.places)
            var map = SeatMap(layout: layout, version: version, rememberedCountMax: rememberedCountMax)
            map.fill(read.states)
            return map
        }
    }

    // MARK: Asking

    /// Those of the seats that are surely not to be had; none when the map is not in memory, or nobody keeps it.
    func taken(schedule: Int64, seats: [Int32]) -> [Int32] {
        self.state.withLock { table in
            guard table.isKept(schedule, self.limits) else { return [] }
            return table.entries[schedule]?.map.taken(seats, now: .now, skew: self.limits.clockSkewMax) ?? []
        }
    }

    /// Chooses seats and keeps others from choosing them too, until they are released. Nil when others were quicker
    /// every time. Chosen from what was there at a moment, while nobody waits for it; only the promise has the lock.
    func promise(schedule: Int64, grade: Int64, quantity: Int, attemptCountMax: Int) -> BestSeats.Choice? {
        for _ in 0..<attemptCountMax {
            let seen = self.state.withLock { $0.entries[schedule].map { (map: $0.map, promised: $0.promised) } }
            guard let seen else { return .noSuchGrade }
            let best = BestSeats(map: seen.map, promised: seen.promised, now: .now, skew: self.limits.clockSkewMax)
            let choice = best.choose(grade: grade, quantity: quantity, chance: .random(in: .min ... .max))
            guard case .seats(let seats) = choice else { return choice }
            if self.promise(schedule, seats) { return choice }
        }
        return nil
    }

    /// False when one of them was taken or promised meanwhile.
    private func promise(_ schedule: Int64, _ seats: [Int32]) -> Bool {
        self.state.withLock { table in
            guard table.entries[schedule]?.promised.isDisjoint(with: seats) == true,
                table.entries[schedule]?.map.taken(seats, now: .now, skew: self.limits.clockSkewMax).isEmpty == true
            else { return false }
            table.entries[schedule]?.promised.formUnion(seats)
            return true
        }
    }

    /// The seats are held by now, or will not be.
    func release(schedule: Int64, seats: [Int32]) {
        self.state.withLock { $0.entries[schedule]?.promised.subtract(seats) }
    }

    // MARK: Changing

    /// What a transaction of this process has done and committed.
    package func apply(schedule: Int64, _ changes: [SeatChange]) {
        self.change(schedule, changes) { table, taken in
            table.addNews(schedule, taken, countMax: self.limits.newsCountMax)
        }
    }

    /// What another process has told.
    func hear(schedule: Int64, _ changes: [SeatChange]) { self.change(schedule, changes) { _, _ in } }

    private func change(
        _ schedule: Int64, _ changes: [SeatChange], _ then: (inout SeatMapTable, [SeatChange]) -> Void
    ) {
        let isVisible = self.state.withLock { table in
            let before = table.entries[schedule]?.map.version
            let taken = table.apply(schedule, changes, limits: self.limits)
            then(&table, taken)
            return before != table.entries[schedule]?.map.version
        }
        if isVisible { for hub in self.hubs { hub.changed(schedule, self) } }
    }

    /// The database says that these are not to be had: where the map thinks otherwise, it is wrong.
    func doubt(schedule: Int64, seats: [Int32]) {
        self.state.withLock { table in
            guard let map = table.entries[schedule]?.map else { return }
            let wrong = seats.filter { map.state(Int($0)) == .free }
            table.expect(schedule, wrong, nil, countMax: self.limits.newsCountMax)
        }
    }

    /// These seats may become `state` soon, or have: the news look at them until they are seen to be.
    package func expect(schedule: Int64, seats: [Int32], _ state: SeatState) {
        self.state.withLock { $0.expect(schedule, seats, state, countMax: self.limits.newsCountMax) }
    }
}
