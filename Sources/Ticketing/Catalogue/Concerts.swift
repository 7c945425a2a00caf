internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// Concerts: made with all their seats, changed, published, closed, canceled and taken away.
final class Concerts: Sendable {
    let database: PostgresDatabase
    let access: CatalogueAccess
    let stages: Stages
    let metrics: CatalogueMetrics

    init(stages: Stages, metrics: CatalogueMetrics) {
        self.database = stages.database
        self.access = stages.access
        self.stages = stages
        self.metrics = metrics
    }

    /// A schedule that was made.
    struct Made: Sendable {
        let id: Int64
        let startsAt: WallClock
    }

    // MARK: Making

    /// Everything in one transaction: the concert is there with all its seats, or not at all.
    func create(_ draft: ConcertDraft, by caller: HTTPCaller) async throws -> (id: Int64, schedules: [Made]) {
        var stage: Stage?
        if let id = draft.stageID { stage = try await self.stage(id, for: caller) }
        let seller = stage?.sellerID ?? draft.sellerID ?? caller.memberID
        if stage == nil {
            guard try await self.access.mayActFor(seller: seller, member: caller.memberID, role: caller.role) else {
                throw CatalogueProblems.forbidden
            }
        }
        try await self.requireTimeZones(of: draft.schedules)
        let plan = try SeatPlan(draft.grades, on: stage?.layout)
        let seatCount = try Self.seatCount(plan.seatCount, of: draft.schedules.count)
        let made = try await self.database.transaction(
            "concert_create", actor: caller.actor, options: Self.options(seatCount)
        ) { transaction in
            let kept = try await Self.keep(stage, in: transaction)
            try await SellerRoom.requireConcert(seller, in: transaction)
            let id: Int64 = try await transaction.run(
                CatalogueStatements.insertConcert, parameters: Self.parameters(of: draft, seller: seller)
            ).single()
            try await Self.insert(plan, of: id, in: transaction)
            try await Outbox.add(
                .concertCreated, of: "concert:\(id)", payload: Self.payload(id, seller, draft.details.name),
                in: transaction)
            if !draft.isDraft {
                try await Outbox.add(
                    .concertPublished, of: "concert:\(id)", payload: Self.payload(id, seller, draft.details.name),
                    in: transaction)
            }
            let times = Times(
                runtimeMinutes: draft.details.runtimeMinutes, zone: kept?.timeZone ?? StageDraft.timeZoneDefault,
                stageID: kept?.id)
            let schedules = try await Self.insert(
                draft.schedules, of: id, times, seatCount: plan.seatCount, in: transaction
            ) { "schedules/\($0)/" }
            return (id: id, schedules: schedules)
        }
        self.metrics.changed("created")
        self.metrics.changed("schedule-created", count: made.schedules.count)
        self.metrics.made(seatCount: seatCount)
        if !draft.isDraft { self.metrics.changed("published") }
        return made
    }

    /// One more performance, with its seats.
    func addSchedule(_ draft: ScheduleDraft, to concert: Int64, by caller: HTTPCaller) async throws -> Made {
        try await self.access.requireManager(of: concert, caller)
        if let zone = draft.timeZone { try await self.stages.requireTimeZone(zone) }
        let grades = try await self.database.run(CatalogueReadStatements.seatCount, concert)
        let planned = try grades.first?.get(0, as: Int.self) ?? 0
        let seatCount = try Self.seatCount(planned, of: 1)
        let made = try await self.database.transaction(
            "schedule_create", actor: caller.actor, options: Self.options(seatCount)
        ) { transaction in
            guard let row = try await transaction.run(CatalogueStatements.lockConcert, concert).first else {
                throw HTTPProblem.notFound
            }
            guard try row.get(0, as: String.self) != ConcertStatus.canceled.rawValue else {
                throw CatalogueProblems.state("The concert is canceled.")
            }
            let times = Times(
                runtimeMinutes: try row.get(4), zone: try row.get(5, as: String?.self) ?? StageDraft.timeZoneDefault,
                stageID: try row.get(3))
            if let stage = times.stageID { _ = try await transaction.run(CatalogueStageStatements.keep, stage) }
            return try await Self.insert([draft], of: concert, times, seatCount: planned, in: transaction)
        }
        guard let schedule = made.first else { throw HTTPProblem.internalError }
        self.metrics.changed("schedule-created")
        self.metrics.made(seatCount: seatCount)
        return schedule
    }

    // MARK: Before it

    private func stage(_ id: Int64, for caller: HTTPCaller) async throws -> Stage {
        guard let row = try await self.database.run(CatalogueStageStatements.byID, id).first else {
            throw CatalogueProblems.invalid("stageId", "unknown-stage", "there is no such stage")
        }
        let stage = try Stage(row)
        try await self.stages.requireManager(of: stage, caller)
        return stage
    }

    private func requireTimeZones(of schedules: [ScheduleDraft]) async throws {
        for (index, schedule) in schedules.enumerated() {
            guard let zone = schedule.timeZone else { continue }
            try await self.stages.requireTimeZone(zone, at: "schedules/\(index)/timeZone")
        }
    }

    private static func seatCount(_ count: Int, of scheduleCount: Int) throws(HTTPProblem) -> Int {
        guard count * scheduleCount <= CatalogueLimits.seatCountMax else {
            throw CatalogueProblems.invalid(
                "schedules", "too-many",
                "at most \(CatalogueLimits.seatCountMax) seats at once; add further schedules one by one")
        }
        return count * scheduleCount
    }

    /// Many seats are made beside what everybody else waits for.
    private static func options(_ seatCount: Int) -> PostgresTransactionOptions {
        PostgresTransactionOptions(purpose: seatCount > CatalogueLimits.quickSeatCountMax ? .long : .interactive)
    }

    /// The stage that the seats were planned for, which stays as it is until the transaction ends.
    private static func keep(_ stage: Stage?, in transaction: PostgresTransaction) async throws -> Stage? {
        guard let stage else { return nil }
        guard let row = try await transaction.run(CatalogueStageStatements.keep, stage.id).first else {
            throw CatalogueProblems.invalid("stageId", "unknown-stage", "there is no such stage")
        }
        let kept = try Stage(row)
        guard kept.layout == stage.layout else { throw CatalogueProblems.busy }
        return kept
    }
}
