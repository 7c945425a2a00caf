internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// When a show is, and when it can be seen, as somebody wants it from now on. What is nil stays.
struct ScheduleChange: JSONDecodable, Equatable, Sendable {
    var startsAt: WallClock?
    /// Nil is as long after the start as it was.
    var endsAt: WallClock?
    var doorsMinutes: Int?
    var replay: ReplayDraft?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.startsAt = json.time(
            "startsAt", isRequired: false,
            about: "Of a show that has not begun. Whoever has bought a ticket by then may give it back whole.")
        self.endsAt = json.time(
            "endsAt", isRequired: false, about: "Of a show that is not over; moves with the start by itself.")
        self.doorsMinutes = json.doorsMinutes()
        self.replay = json.replay()
        guard json.errors.isEmpty else { throw json.failure }
    }
}

extension ScheduleChange {
    /// When the show is from now on, with no start if that stays; nil for as it was. What has begun begins at no other
    /// time, and what is over is over: also where nobody has streamed it, and so only its times tell.
    fileprivate func times(
        of show: LiveShow, hasTickets: Bool, now: WallClock
    ) throws(HTTPProblem) -> (start: WallClock?, end: WallClock)? {
        guard self.startsAt != nil || self.endsAt != nil else { return nil }
        // Nobody has seen a draft, whatever its times say.
        let isOver = show.endsAt <= now && show.live.state == .scheduled && show.isPublic
        let isSeen = show.live.state == .scheduled && show.startsAt <= now && hasTickets
        if self.startsAt != nil, show.live.state != .scheduled || isSeen {
            throw CatalogueProblems.state("The show has begun.")
        }
        if show.live.state == .ended || isOver { throw CatalogueProblems.state("The show has ended.") }
        let start = self.startsAt ?? show.startsAt
        let length = show.endsAt.unixMilliseconds - show.startsAt.unixMilliseconds
        let end = self.endsAt ?? start.adding(.nanoseconds(length * 1_000_000))
        if self.startsAt != nil, start <= now {
            throw CatalogueProblems.invalid("startsAt", "out-of-range", "in the future")
        }
        let time = end.unixMilliseconds - start.unixMilliseconds
        guard (1...CatalogueLimits.showTimeMaxMilliseconds).contains(time), end > now else {
            throw CatalogueProblems.invalid(
                "endsAt", "out-of-range", "after the start and in the future, within 14 days")
        }
        return (self.startsAt, end)
    }

    /// Until when the recording can be seen, or that it cannot: as long after a new end as before, if nothing else is
    /// said. Nil for as it was.
    fileprivate func replayEnd(of show: LiveShow, endsAt: WallClock?) throws(HTTPProblem) -> WallClock?? {
        if let replay { return .some(try replay.end(of: (endsAt: endsAt ?? show.endsAt, place: ""))) }
        guard let endsAt, let replayUntil = show.replayUntil else { return nil }
        let moved = endsAt.unixMilliseconds - show.endsAt.unixMilliseconds
        return .some(WallClock(unixMilliseconds: replayUntil.unixMilliseconds + moved))
    }
}

/// Until when a recording can be seen.
enum ReplayDraft: Equatable, Sendable {
    case until(WallClock)
    /// After the end; 0 is not at all.
    case hours(Int)

    /// Nil is not at all. Throws when it is before the end, or too late.
    func end(of show: (endsAt: WallClock, place: String)) throws(HTTPProblem) -> WallClock? {
        let until: WallClock
        switch self {
        case .hours(0): return nil
        case .hours(let hours): until = show.endsAt.adding(.seconds(Int64(hours) * 3600))
        case .until(let time): until = time
        }
        let time = until.unixMilliseconds - show.endsAt.unixMilliseconds
        guard (1...CatalogueLimits.replayTimeMaxMilliseconds).contains(time) else {
            throw CatalogueProblems.invalid(
                show.place + "replayUntil", "out-of-range",
                "after the end, within \(CatalogueLimits.replayTimeMaxMilliseconds / 86_400_000) days")
        }
        return until
    }
}

extension JSONObjectReader {
    /// How long before the start the doors open.
    func doorsMinutes() -> Int? {
        self.integer(
            "doorsOpenMinutesBefore", in: 0...CatalogueLimits.doorsMinutesMax, isRequired: false,
            about: "From so long before the start on, ticket holders see the stream; 30 by itself."
        ).map(Int.init)
    }

    /// As a time, or in hours.
    func replay() -> ReplayDraft? {
        let until = self.time(
            "replayUntil", isRequired: false, about: "Until when the recording can be seen by ticket holders.")
        let hours = self.integer(
            "replayHours", in: 0...(CatalogueLimits.replayTimeMaxMilliseconds / 3_600_000), isRequired: false,
            about: "The same, instead of a time: so long after the end. 0 is not at all.")
        if until != nil && hours != nil {
            self.fail("replayHours", "contradiction", "a time or hours, not both")
        }
        return until.map { .until($0) } ?? hours.map { .hours(Int($0)) }
    }
}

/// Changes when shows can be seen.
struct ScheduleWindows: Sendable {
    let shows: LiveShows
    let keys: any ShowKeys

    /// `version` is the one that the change was made for; nil is any. Nil when there is no such show.
    func change(
        _ schedule: Int64, _ change: ScheduleChange, version: Int?, by caller: HTTPCaller
    ) async throws -> LiveShow? {
        let limits = self.shows.limits
        let changed = try await self.shows.database.transaction("schedule_change", actor: caller.actor) { transaction in
            guard let (old, now) = try await LiveShow.locked(schedule, in: transaction) else { return false }
            guard version.map({ $0 == old.version }) ?? true else { throw CatalogueProblems.versionMismatch }
            guard !old.isCanceled else { throw CatalogueProblems.state("The performance is canceled.") }
            let hasTickets: Bool = try await transaction.run(LiveStatements.hasTickets, schedule).single()
            let times = try change.times(of: old, hasTickets: hasTickets, now: now)
            let replay = try change.replayEnd(of: old, endsAt: times?.end)
            _ = try await transaction.run(
                LiveStatements.changeWindows, schedule, change.doorsMinutes, replay != nil,
                (replay ?? nil).map(PostgresTimestamp.init), (times?.start).map(PostgresTimestamp.init),
                (times?.end).map(PostgresTimestamp.init))
            guard let (new, _) = try await LiveShow.locked(schedule, in: transaction) else { return false }
            if new.keyFrom(limits) != old.keyFrom(limits) || new.keyUntil(limits) != old.keyUntil(limits) {
                try await self.keys.move(
                    schedule, seller: new.seller, from: new.keyFrom(limits), until: new.keyUntil(limits),
                    in: transaction)
            }
            if new.startsAt != old.startsAt || new.endsAt != old.endsAt {
                try await Self.tell(new, before: old, in: transaction)
            }
            _ = try await transaction.run(LiveStatements.tell, schedule)
            return true
        }
        guard changed else { return nil }
        return try await self.shows.read([schedule]).first
    }

    /// Whoever keeps its times somewhere else, in a calendar or in a mail, hears of others.
    private static func tell(_ show: LiveShow, before old: LiveShow, in transaction: PostgresTransaction) async throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("scheduleId", show.schedule)
            writer.member("concertId", show.concert)
            writer.member("startsAt", show.startsAt.rfc3339)
            writer.member("endsAt", show.endsAt.rfc3339)
            writer.member("wasStartsAt", old.startsAt.rfc3339)
            writer.member("wasEndsAt", old.endsAt.rfc3339)
        }
        try await Outbox.add(
            .scheduleChanged, of: "schedule:\(show.schedule)", payload: String(decoding: writer.bytes, as: UTF8.self),
            in: transaction)
    }
}
