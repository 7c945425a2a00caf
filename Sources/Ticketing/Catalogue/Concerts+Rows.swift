internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// What a concert becomes in the database.
extension Concerts {
    /// What schedules take from their concert and its stage.
    struct Times {
        let runtimeMinutes: Int
        let zone: String
        let stageID: Int64?
    }

    static func parameters(of draft: ConcertDraft, seller: Int64) -> [any PostgresEncodable] {
        let (details, more) = (draft.details, draft.details.more)
        let rules = more.refundRules ?? []
        return [
            seller, draft.stageID, details.name, more.performers ?? "", more.description ?? "",
            details.category.rawValue, StoredJSON.text(more.fields ?? []), details.runtimeMinutes, more.ageRating ?? 0,
            draft.currency.rawValue, PostgresTimestamp(details.saleOpensAt), PostgresTimestamp(details.saleClosesAt),
            more.purchaseLimit ?? 4, more.holdSeconds ?? 300, more.queue.isEnabled ?? false,
            more.queue.admitPerSecond ?? 200, more.queue.activeCountMax ?? 2000,
            rules.isEmpty ? nil : StoredJSON.text(rules),
            (draft.isDraft ? ConcertStatus.draft : .published).rawValue,
        ]
    }

    static func parameters(of change: ConcertChange, concert: Int64, version: Int?) -> [any PostgresEncodable] {
        [
            concert, version, change.name, change.performers, change.description, change.category?.rawValue,
            change.fields.map { StoredJSON.text($0) }, change.runtimeMinutes, change.ageRating,
            change.saleOpensAt.map(PostgresTimestamp.init), change.saleClosesAt.map(PostgresTimestamp.init),
            change.purchaseLimit, change.holdSeconds, change.queue.isEnabled, change.queue.admitPerSecond,
            change.queue.activeCountMax, change.refundRules.map { StoredJSON.text($0) },
        ]
    }

    static func insert(_ plan: SeatPlan, of concert: Int64, in transaction: PostgresTransaction) async throws {
        let grades = plan.grades
        func side(_ side: (StageLayout.Area) -> Int) -> [Int32] { grades.map { Int32($0.areas.first.map(side) ?? 0) } }
        let sections = grades.map { $0.draft.sectionNames.first ?? "" }
        let capacities: [Int32] = grades.map {
            switch $0.draft.places {
            case .rows, .section, .sections: 0
            case .general(let capacity), .online(let capacity): Int32(capacity)
            }
        }
        _ = try await transaction.run(
            CatalogueStatements.insertGrades, concert, grades.map(\.draft.name), grades.map(\.draft.price),
            grades.map(\.draft.kind.rawValue), side { $0.rows.lowerBound }, side { $0.rows.upperBound },
            side { $0.columns.lowerBound }, side { $0.columns.upperBound }, sections, capacities,
            grades.map { Int32($0.draft.playback.heightMax ?? 0) }, grades.map(\.draft.playback.hasReplay),
            grades.map { Int16($0.draft.playback.deviceCount) })
        // What a grade has besides its first section.
        let more = grades.flatMap { grade in
            zip(grade.draft.sectionNames, grade.areas).dropFirst()
                .map { (grade: grade.draft.name, section: $0, area: $1) }
        }
        guard !more.isEmpty else { return }
        _ = try await transaction.run(
            CatalogueStatements.insertGradeAreas, concert, more.map(\.grade), more.map(\.section),
            more.map { Int32($0.area.rows.lowerBound) }, more.map { Int32($0.area.rows.upperBound) },
            more.map { Int32($0.area.columns.lowerBound) }, more.map { Int32($0.area.columns.upperBound) })
    }

    /// Schedules with all their seats, as the grades of the concert say, and an event for each. `place` is where in
    /// what was sent each of them is.
    static func insert(
        _ drafts: [ScheduleDraft], of concert: Int64, _ times: Times, seatCount: Int,
        in transaction: PostgresTransaction, at place: (Int) -> String = { _ in "" }
    ) async throws -> [Made] {
        guard !drafts.isEmpty else { return [] }
        try await SellerRoom.requireSchedules(drafts.count, seatCount: seatCount, of: concert, in: transaction)
        let now = WallClock.now
        for (index, draft) in drafts.enumerated() where draft.end(runtimeMinutes: times.runtimeMinutes) <= now {
            // Nobody can buy it, and bounds are counted of what is to come.
            throw CatalogueProblems.invalid(place(index) + "startsAt", "out-of-range", "it would be over already")
        }
        let never = PostgresTimestamp(microseconds: .min)
        let replays = try drafts.enumerated().map { index, draft in
            let end = draft.end(runtimeMinutes: times.runtimeMinutes)
            let until = try draft.replay?.end(of: (end, place(index)))
            return (until ?? nil).map(PostgresTimestamp.init) ?? never
        }
        let rows = try await transaction.run(
            CatalogueStatements.insertSchedules, concert, times.stageID,
            drafts.map { PostgresTimestamp($0.startsAt) },
            drafts.map { PostgresTimestamp($0.end(runtimeMinutes: times.runtimeMinutes)) },
            drafts.map { $0.timeZone ?? times.zone }, replays,
            drafts.map { Int32($0.doorsMinutes ?? CatalogueLimits.doorsMinutesDefault) })
        let ids = try rows.map { try $0.get(0, as: Int64.self) }
        let made = zip(ids, drafts).map { Made(id: $0, startsAt: $1.startsAt) }
        let seats = try await transaction.run(CatalogueStatements.insertSeats, concert, ids)
        guard seats.affectedCount == seatCount * ids.count else { throw HTTPProblem.internalError }
        _ = try await transaction.run(CatalogueStatements.countSeats, ids, seatCount)
        for schedule in made {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("scheduleId", schedule.id)
                writer.member("concertId", concert)
                writer.member("startsAt", schedule.startsAt.rfc3339)
                writer.member("seatCount", seatCount)
            }
            try await Outbox.add(
                .scheduleCreated, of: "schedule:\(schedule.id)", payload: String(decoding: writer.bytes, as: UTF8.self),
                in: transaction)
        }
        return made
    }

    /// What the events of a concert say.
    static func payload(_ concert: Int64, _ seller: Int64, _ name: String) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("concertId", concert)
            writer.member("sellerId", seller)
            writer.member("name", name)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
