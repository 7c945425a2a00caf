internal import Commerce
internal import Crypto
internal import HTTPServer
package import Postgres
internal import Primitives
package import Reactor

/// Who has which seats: held, sold and given back. The database alone decides; what is in memory spares it questions.
package final class Reservations: Sendable {
    package let database: PostgresDatabase
    package let maps: SeatMaps
    package let limits: ReservationLimits
    let metrics: ReservationMetrics
    private let loops: [EventLoop]
    private let queues: [HoldQueue]

    /// `loops` are those on which requests come: each has statements of its own.
    package init(
        database: PostgresDatabase, maps: SeatMaps, loops: [EventLoop], limits: ReservationLimits = ReservationLimits(),
        metrics: ReservationMetrics
    ) {
        precondition(!loops.isEmpty, "requests come on a loop")
        self.database = database
        self.maps = maps
        self.limits = limits
        self.metrics = metrics
        self.loops = loops
        let statements = HoldStatements(database: database, maps: maps, limits: limits, metrics: metrics)
        let queues = loops.map { _ in HoldQueue(limits: limits) { await statements.perform($0) } }
        self.queues = queues
        self.statements = statements
        metrics.watch(waiting: { queues.reduce(0) { $0 + $1.waitingCount } })
    }

    private let statements: HoldStatements

    // MARK: Holding

    /// Holds these seats for the member, all or none. Returns after the commit. They are busy when somebody stood
    /// before them all the time; where something else is decided of the member, it throws.
    package func hold(schedule: Int64, member: Int64, seats: [SeatID]) async throws -> HoldOutcome {
        guard seats.allSatisfy({ $0.schedule == schedule }) else { return .invalid }
        return try await self.hold(schedule: schedule, member: member, numbers: seats.map(\.number))
    }

    private func hold(schedule: Int64, member: Int64, numbers: [Int32]) async throws -> HoldOutcome {
        guard
            let request = HoldRequest(schedule: schedule, member: member, seats: numbers, token: Self.randomToken())
        else { return .invalid }
        let outcome = try await self.patientOutcome(of: request)
        self.metrics.held(outcome)
        if case .busy(let seats) = outcome, seats.isEmpty {
            throw HTTPProblem.overloaded(retryAfterSeconds: self.limits.retryAfterSeconds)
        }
        return outcome
    }

    /// Asks again while something else is decided of the member, or of a seat, which is done without keeping a
    /// connection or others waiting for it.
    private func patientOutcome(of request: HoldRequest) async throws -> HoldOutcome {
        var wait = self.limits.lockWaitTime
        var attemptCount = 1
        while true {
            let outcome = try await self.outcome(of: request)
            guard case .busy(let seats) = outcome else { return outcome }
            let countMax = seats.isEmpty ? self.limits.lockAttemptCountMax : self.limits.seatAttemptCountMax
            guard attemptCount < countMax else { return outcome }
            attemptCount += 1
            // By chance up to half as long again, so that two who meet do not meet again.
            await self.pause(.nanoseconds(wait.nanoseconds + .random(in: 0...max(wait.nanoseconds / 2, 0))))
            wait = min(.nanoseconds(wait.nanoseconds * 2), self.limits.lockWaitTimeMax)
        }
    }

    private func outcome(of request: HoldRequest) async throws -> HoldOutcome {
        let lost = self.maps.taken(schedule: request.schedule, seats: request.seats)
        if !lost.isEmpty {
            self.metrics.refusedByMap()
            return .taken(lost)
        }
        if !self.limits.isBatching { return try await self.statements.performAlone(request) }
        guard let outcome = try await self.queue().hold(request) else {
            self.metrics.shed()
            throw HTTPProblem.overloaded(retryAfterSeconds: self.limits.retryAfterSeconds)
        }
        return outcome
    }

    /// Holds seats of a grade beside each other, as good as there are. Those that somebody else takes meanwhile, or
    /// stands before, are replaced a few times.
    package func holdBest(schedule: Int64, member: Int64, grade: Int64, quantity: Int) async throws -> HoldOutcome {
        guard (1...HoldRequest.seatCountMax).contains(quantity) else { return .invalid }
        try await self.maps.load(schedule)
        var outcome = HoldOutcome.taken([])
        for _ in 0..<self.limits.bestAttemptCountMax {
            let choice: [Int32]
            switch self.maps.promise(
                schedule: schedule, grade: grade, quantity: quantity, attemptCountMax: self.limits.choiceAttemptCountMax
            )
            {
            case .seats(let seats)?: choice = seats
            case .noneLeft?: return outcome
            case .noSuchGrade?: return .notFound
            case nil: throw HTTPProblem.overloaded(retryAfterSeconds: self.limits.retryAfterSeconds)
            }
            do {
                defer { self.maps.release(schedule: schedule, seats: choice) }
                outcome = try await self.hold(schedule: schedule, member: member, numbers: choice)
            }
            switch outcome {
            case .taken, .busy: break
            default: return outcome
            }
        }
        return outcome
    }

    /// How long somebody gets no seats there who has kept some too long without paying.
    func unpaidWait(_ schedule: Int64, of member: Int64) async throws -> TimeAmount {
        let rows = try await self.database.run(
            ReservationHoldStatements.unpaidWait, schedule, member, self.limits.unpaidHoldsMax,
            self.limits.unpaidHoldsWindow)
        guard let row = rows.first else { return self.limits.unpaidWaitTime }
        return .seconds(max(try row.get(0, as: Int64.self), 1))
    }

    /// The queue of the loop that the caller is on; that of the first for callers on none.
    private func queue() -> HoldQueue { self.queues[self.loopIndex] }

    private var loopIndex: Int { self.loops.firstIndex { $0.isOnLoop } ?? 0 }

    private func pause(_ time: TimeAmount) async {
        let loop = self.loops[self.loopIndex]
        await withCheckedContinuation { continuation in
            loop.execute { _ = loop.schedule(at: loop.now + time) { continuation.resume() } }
        }
    }

    private static func randomToken() -> Int64 {
        Int64(bitPattern: SecureRandom.bytes(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    }
}

/// The database holds something that its rules do not allow: nothing is done, and somebody has to look.
package struct ReservationFault: Error {
    package let reason: StaticString
}
