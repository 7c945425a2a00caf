internal import Commerce
internal import HTTPServer
internal import Postgres

/// Seats that their seller keeps out of the sale for himself: for the press, for desks and cameras, or because a pillar
/// is in the way. Buyers are told as little of them as of others that they cannot have.
///
/// All of a request are blocked, or none. One that somebody holds, or has bought, is his.
struct SeatBlocks: Sendable {
    private let database: PostgresDatabase
    private let maps: SeatMaps
    private let metrics: ReservationMetrics
    private let access: CatalogueAccess

    init(database: PostgresDatabase, maps: SeatMaps, metrics: ReservationMetrics) {
        self.database = database
        self.maps = maps
        self.metrics = metrics
        self.access = CatalogueAccess(database: database)
    }

    /// Seats that follow each other.
    struct Run: Sendable {
        let first: SeatID
        let count: Int
    }

    // MARK: Changing

    /// How many were for sale before. Throws what the client is to be told.
    func block(_ seats: [SeatID], of schedule: Int64, by caller: HTTPCaller) async throws -> Int {
        let changes = try await self.change(seats, of: schedule, by: caller, .seatsBlocked) { numbers, transaction in
            let rows = try await transaction.run(SeatBlockStatements.block, schedule, numbers)
            if rows.count < numbers.count {
                let others = try await transaction.run(SeatBlockStatements.unblocked, schedule, numbers)
                guard try others.allSatisfy({ try $0.get(1) }) else {
                    throw ReservationProblems.invalidSeat("seatIds")
                }
                let taken: [Int32] = try others.map { try $0.get(0) }
                // What was blocked just now goes back with the transaction.
                guard taken.isEmpty else {
                    throw ReservationProblems.taken(taken, schedule: schedule, of: seats.map(\.value))
                }
            }
            return try rows.map { try Self.change($0, to: .blocked) }
        }
        self.metrics.blocked(changes.count)
        return changes.count
    }

    /// They are for sale again: how many were not. Places where nobody can sit are never.
    func release(_ seats: [SeatID], of schedule: Int64, by caller: HTTPCaller) async throws -> Int {
        let changes = try await self.change(seats, of: schedule, by: caller, .seatsReleased) { numbers, transaction in
            guard try await transaction.run(SeatBlockStatements.unusable, schedule, numbers).isEmpty else {
                throw ReservationProblems.invalidSeat("seatIds")
            }
            return try await transaction.run(SeatBlockStatements.release, schedule, numbers)
                .map { try Self.change($0, to: .free) }
        }
        self.metrics.released(changes.count)
        return changes.count
    }

    /// In one transaction with what is told of it; maps hear of it when it has committed.
    private func change(
        _ seats: [SeatID], of schedule: Int64, by caller: HTTPCaller, _ topic: OutboxTopic,
        _ body: ([Int32], PostgresTransaction) async throws -> [SeatChange]
    ) async throws -> [SeatChange] {
        try await self.access.requireManager(ofSchedule: schedule, caller)
        guard seats.allSatisfy({ $0.schedule == schedule }), Set(seats).count == seats.count else {
            throw ReservationProblems.invalidSeat("seatIds")
        }
        let numbers = seats.map(\.number).sorted()
        let changes = try await self.database.transaction("seat_block", actor: caller.actor) { transaction in
            guard let row = try await transaction.run(SeatBlockStatements.schedule, schedule).first else {
                throw HTTPProblem.notFound
            }
            guard try row.get(1) else { throw CatalogueProblems.state("The performance is over, or was called off.") }
            let changes = try await body(numbers, transaction)
            guard !changes.isEmpty else { return changes }
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("scheduleId", schedule)
                writer.member("memberId", caller.memberID)
                writer.member("seatIds", changes.map { schedule << 20 | Int64($0.number) })
            }
            try await Outbox.add(
                topic, of: "schedule:\(schedule)", payload: String(decoding: writer.bytes, as: UTF8.self),
                in: transaction)
            return changes
        }
        self.maps.apply(schedule: schedule, changes)
        return changes
    }

    private static func change(_ row: PostgresRow, to state: SeatState) throws(PostgresError) -> SeatChange {
        SeatChange(number: try row.get(0), version: try row.get(1), state: state, until: nil)
    }

    // MARK: Looking

    /// Those that can be given back, after a seat of this number.
    func list(
        of schedule: Int64, after number: Int64, countMax: Int, by caller: HTTPCaller
    ) async throws -> [Run] {
        try await self.access.requireManager(ofSchedule: schedule, caller)
        return try await self.database.run(SeatBlockStatements.list, schedule, number, countMax).map { row in
            guard let first = SeatID(schedule: schedule, number: try row.get(0)) else { throw PostgresError(.decoding) }
            return Run(first: first, count: try row.get(1))
        }
    }
}
