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

    package init(
        database: PostgresDatabase, loops: [EventLoop], limits: SeatLimits = SeatLimits(), metrics: ReservationMetrics
    ) {
        self.database = database
        self.limits = limits
        self.metrics = metrics
        self.pool = BlockingPool(name: "podo-seat-map", threadCount: 1, waitingCountMax: 256, niceness: 5)
        self.hubs = loops.map { SeatEventHub(loop: $0, limits: limits) }
    }

    /// Writes nothing any more.
    package func stop() { self.pool.stop() }

    // MARK: Loading

    /// Sees to it that the map is in memory; does nothing when it is, or when there is no such schedule.
    package func load(_ schedule: Int64) async throws { _ = try await self.version(of: schedule) }

    /// The version of the map, which is loaded if need be; nil when there is no such schedule.
    func version(of schedule: Int64) async throws -> Int64? {
        let known = self.state.withLock { table -> Int64?? in
            if table.isKept(schedule, self.limits), let entry = table.use(schedule) { return entry.map.version }
            table.beginLoading(schedule)
            return nil
        }
        if let known { return known }
        do {
            let map = try await self.read(schedule)
            return self.state.withLock { $0.endLoading(schedule, map, limits: self.limits) }
        } catch {
            self.state.withLock { $0.failLoading(schedule) }
            throw error
        }
    }

    /// Reads the map anew as a whole. Whoever follows it is told to do so too.
    func renew(_ schedule: Int64) async throws {
        self.state.withLock { $0.beginRenewing(schedule) }
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
        var reading = SeatMapReading(currency: try head.currency(1))
        for row in try await self.database.run(SeatStatements.grades, concert) { try reading.addGrade(row) }
        var last: Int32 = -1
        while true {
            let rows = try await self.database.run(SeatStatements.page, schedule, last, self.limits.pageCountMax)
            for row in rows { last = try reading.addSeat(row) }
            if rows.count < self.limits.pageCountMax { break }
        }
        self.metrics.mapLoads.add(loop: nil)
        let layout = SeatLayout(
            schedule: schedule, concert: concert, rowCount: try head.get(2), columnCount: try head.get(3),
            classes: reading.classes, places: reading.places)
        var map = SeatMap(layout: layout, version: version, rememberedCountMax: self.limits.rememberedChangeCountMax)
        map.fill(reading.states)
        return map
    }

    // MARK: Asking

    /// Those of the seats that are surely not to be had; none when the map is not in memory, or nobody keeps it.
    func taken(schedule: Int64, seats: [Int32]) -> [Int32] {
        self.state.withLock { table in
            guard table.isKept(schedule, self.limits) else { return [] }
            return table.entries[schedule]?.map.taken(seats, now: .now, skew: self.limits.clockSkewMax) ?? []
        }
    }

    /// Chooses seats and keeps others from choosing them too, until they are released.
    func promise(schedule: Int64, grade: Int64, quantity: Int) -> BestSeats.Choice {
        let chance = Int.random(in: .min ... .max)
        return self.state.withLock { table in
            guard let entry = table.entries[schedule] else { return .noSuchGrade }
            let best = BestSeats(
                map: entry.map, promised: entry.promised, now: .now, skew: self.limits.clockSkewMax)
            let choice = best.choose(grade: grade, quantity: quantity, chance: chance)
            if case .seats(let seats) = choice { table.entries[schedule]?.promised.formUnion(seats) }
            return choice
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
            table.expect(schedule, wrong, countMax: self.limits.newsCountMax)
        }
    }

    /// These seats may change soon, or have changed: the news look at them until they have.
    package func expect(schedule: Int64, seats: [Int32]) {
        self.state.withLock { $0.expect(schedule, seats, countMax: self.limits.newsCountMax) }
    }
}
