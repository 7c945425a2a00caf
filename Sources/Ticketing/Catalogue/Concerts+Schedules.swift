internal import Commerce
internal import HTTPServer
internal import Postgres

/// Performances that are taken away, and prices.
extension Concerts {
    /// What became of a performance.
    enum Removal: Sendable {
        case deleted
        /// Somebody has seats, which are given back after the answer.
        case canceled
    }

    /// Takes a performance away. Where somebody has a seat it is called off, and he gets all his money back; twice is
    /// once. The last one of a concert that is for all to see stays: without it there is nothing left to show.
    func removeSchedule(_ id: Int64, by caller: HTTPCaller) async throws -> Removal {
        try await self.access.requireManager(ofSchedule: id, caller)
        let (removal, isNew) = try await self.database.transaction(
            "schedule_remove", actor: caller.actor, options: PostgresTransactionOptions(purpose: .long)
        ) { transaction in
            guard let row = try await transaction.run(ScheduleStatements.lock, id).first else {
                throw HTTPProblem.notFound
            }
            if try row.get(1, as: String.self) == "CANCELED" { return (Removal.canceled, false) }
            let isDraft = try row.get(3, as: String.self) == ConcertStatus.draft.rawValue
            guard try isDraft || row.get(4, as: Int64.self) > 0 else {
                throw CatalogueProblems.state("It is the only performance. Cancel the concert instead.")
            }
            _ = try await transaction.run(ScheduleStatements.blockFreeSeats, [id])
            let isTaken: Bool = try await transaction.run(ScheduleStatements.hasTakenSeats, id).single()
            if isTaken, try row.get(2) { throw CatalogueProblems.state("The show has begun.") }
            _ = try await transaction.run(isTaken ? ScheduleStatements.cancel : ScheduleStatements.delete, id)
            try await Self.tell(.scheduleCanceled, of: id, concert: row.get(0), in: transaction)
            _ = try await transaction.run(ScheduleStatements.tellOfSeats, [id])
            return (isTaken ? .canceled : .deleted, true)
        }
        if isNew { self.metrics.changed(removal == .deleted ? "schedule-deleted" : "schedule-canceled") }
        return removal
    }

    /// Calls off what of a concert is still to come, in the transaction that holds its lock. Returns the performances.
    ///
    /// The one that is on goes on, for those who sit in it: unless nothing else is left that could be meant. Of one
    /// that breaks off everybody gets his money back.
    ///
    /// - Parameter isRepeated: It may have been asked before, and then all that was meant is called off.
    static func cancelRest(
        of concert: Int64, isRepeated: Bool, in transaction: PostgresTransaction
    ) async throws -> [Int64] {
        func cancel(withCurrent: Bool) async throws -> [Int64] {
            try await transaction.run(ScheduleStatements.cancelRest, concert, withCurrent).map { try $0.get(0) }
        }
        var ids = try await cancel(withCurrent: false)
        if ids.isEmpty, !isRepeated { ids = try await cancel(withCurrent: true) }
        for id in ids { try await Self.tell(.scheduleCanceled, of: id, concert: concert, in: transaction) }
        _ = try await transaction.run(ScheduleStatements.blockFreeSeats, ids)
        _ = try await transaction.run(ScheduleStatements.tellOfSeats, ids)
        return ids
    }

    /// Grades cost something else from now on, as long as nobody has a seat of them.
    static func change(_ prices: [GradePrice], of concert: Int64, in transaction: PostgresTransaction) async throws {
        guard !prices.isEmpty else { return }
        let ids = prices.map(\.gradeID)
        let known: [Int64] = try await transaction.run(ScheduleStatements.lockGrades, concert, ids)
            .map { try $0.get(0) }
        for (index, id) in ids.enumerated() where !known.contains(id) {
            throw CatalogueProblems.invalid("grades/\(index)/gradeId", "unknown-grade", "the concert has none such")
        }
        for statement in [ScheduleStatements.seenTakenGrades, ScheduleStatements.takenGrades] {
            guard let row = try await transaction.run(statement, concert, ids).first else { continue }
            let id: Int64 = try row.get(0)
            throw CatalogueProblems.state("Somebody has a seat of grade \(id): its price stays.")
        }
        let schedules: [Int64] = try await transaction.run(
            ScheduleStatements.changePrices, concert, ids, prices.map(\.price)
        ).map { try $0.get(0) }
        _ = try await transaction.run(ScheduleStatements.tellOfSeats, schedules)
    }

    static func tell(
        _ topic: OutboxTopic, of schedule: Int64, concert: Int64, in transaction: PostgresTransaction
    ) async throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("scheduleId", schedule)
            writer.member("concertId", concert)
        }
        try await Outbox.add(
            topic, of: "schedule:\(schedule)", payload: String(decoding: writer.bytes, as: UTF8.self), in: transaction)
    }
}

/// What a grade is to cost.
struct GradePrice: JSONDecodable, Equatable, Sendable {
    let gradeID: Int64
    let price: Int64

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let grade = json.integer("gradeId", in: 1...CatalogueNumber.max)
        let price = json.integer("price", in: 0...Money.amountMax)
        guard let grade, let price else { throw json.failure }
        self.gradeID = grade
        self.price = price
    }
}
