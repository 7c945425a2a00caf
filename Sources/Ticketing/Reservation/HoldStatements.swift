internal import Commerce
internal import Postgres
internal import Primitives

/// Runs the statements that take seats, and finds out what became of one whose answer was lost.
struct HoldStatements: Sendable {
    let database: PostgresDatabase
    let maps: SeatMaps
    let limits: ReservationLimits
    let metrics: ReservationMetrics

    /// All of them in one statement, which is one commit. Never throws: each request has its answer.
    func perform(_ requests: [HoldRequest]) async -> [Result<HoldOutcome, any Error>] {
        self.metrics.batch(requestCount: requests.count)
        do {
            return try await self.together(requests).map { .success($0) }
        } catch {
            // One that the database does not take must not spoil the others.
            guard requests.count > 1, !(error as? PostgresError).map(\.isTemporary, default: true) else {
                return requests.map { _ in .failure(error) }
            }
            var answers: [Result<HoldOutcome, any Error>] = []
            for request in requests {
                do { answers.append(.success(try await self.together([request])[0])) } catch {
                    answers.append(.failure(error))
                }
            }
            return answers
        }
    }

    /// In a transaction of its own, which also finds out what became of a lost commit.
    func performAlone(_ request: HoldRequest) async throws -> HoldOutcome {
        var attemptCount = 1
        while true {
            self.metrics.batch(requestCount: 1)
            let parameters = self.parameters([request])
            let answers = try await self.database.transaction("reservation_hold", actor: "member:\(request.member)") {
                try Self.answers(await $0.run(ReservationHoldStatements.hold, parameters: parameters), to: [request])
            }
            self.note([request], answers)
            guard case .busy(let seats) = answers[0].outcome, !seats.isEmpty,
                attemptCount < self.limits.busyAttemptCountMax
            else {
                return answers[0].outcome
            }
            attemptCount += 1
        }
    }

    private func together(_ requests: [HoldRequest]) async throws -> [HoldOutcome] {
        var attemptCount = 1
        var rest = Array(requests.enumerated())
        var outcomes = [HoldOutcome?](repeating: nil, count: requests.count)
        while true {
            let asked = rest.map(\.element)
            do {
                let rows = try await self.database.run(
                    ReservationHoldStatements.hold, parameters: self.parameters(asked))
                let answers = try Self.answers(rows, to: asked)
                self.note(asked, answers)
                for (place, answer) in zip(rest, answers) { outcomes[place.offset] = answer.outcome }
                return outcomes.map { $0 ?? .invalid }
            } catch let error as PostgresError {
                let isWorthwhile = error.code == .commitUnknown || error.code == .conflict
                guard isWorthwhile, attemptCount < self.limits.conflictAttemptCountMax else { throw error }
                if error.code == .commitUnknown {
                    self.metrics.resolved()
                    let made = try await self.made(asked)
                    for (index, outcome) in made { outcomes[rest[index].offset] = outcome }
                    rest = rest.filter { outcomes[$0.offset] == nil }
                    if rest.isEmpty { return outcomes.map { $0 ?? .invalid } }
                }
            }
            attemptCount += 1
        }
    }

    /// What a statement did whose answer was lost, by the tokens. Nothing of it is under way any more when this
    /// returns.
    private func made(_ requests: [HoldRequest]) async throws -> [Int: HoldOutcome] {
        let rows = try await self.database.transaction("reservation_made") {
            try await $0.run(
                ReservationHoldStatements.made, requests.map(\.schedule), requests.map(\.member),
                requests.map(\.token), requests.map { $0.seats[0] })
        }
        var outcomes: [Int: HoldOutcome] = [:]
        for row in rows {
            let index = try row.get(0, as: Int.self) - 1
            guard requests.indices.contains(index) else { throw PostgresError(.decoding) }
            let request = requests[index]
            self.maps.expect(schedule: request.schedule, seats: request.seats, .held)
            outcomes[index] = .held(
                Hold(
                    reservation: try row.get(1), seats: request.seats,
                    until: try row.get(2, as: PostgresTimestamp.self).wallClock,
                    total: Money(try row.get(3), try Self.currency(row.get(4)))))
        }
        return outcomes
    }

    // MARK: In and out

    private struct Answer: Sendable {
        var outcome = HoldOutcome.invalid
        var changes: [SeatChange] = []
    }

    private func parameters(_ requests: [HoldRequest]) -> [any PostgresEncodable] {
        let places = requests.enumerated().flatMap { index, request in
            [Int32](repeating: Int32(truncatingIfNeeded: index + 1), count: request.seats.count)
        }
        return [
            requests.map(\.schedule), requests.map(\.member), requests.map(\.token),
            requests.map { Int64($0.seats.count) }, places, requests.flatMap(\.seats),
            self.limits.unpaidHoldsMax, self.limits.unpaidHoldsWindow,
        ]
    }

    private static func answers(_ rows: PostgresRows, to requests: [HoldRequest]) throws -> [Answer] {
        var answers = [Answer](repeating: Answer(), count: requests.count)
        guard rows.count == requests.count else { throw PostgresError(.decoding) }
        for row in rows {
            let index = try row.get(0, as: Int.self) - 1
            guard requests.indices.contains(index) else { throw PostgresError(.decoding) }
            let seats = try row.get(6, as: [Int32]?.self) ?? []
            switch try row.get(1, as: String.self) {
            case "HELD":
                let until = try row.get(3, as: PostgresTimestamp.self).wallClock
                let versions = try row.get(7, as: [Int32].self)
                guard versions.count == seats.count, let money = try row.get(5, as: String?.self) else {
                    throw PostgresError(.decoding)
                }
                answers[index].outcome = .held(
                    Hold(
                        reservation: try row.get(2), seats: seats.sorted(), until: until,
                        total: Money(try row.get(4), try Self.currency(money))))
                answers[index].changes = zip(seats, versions).map {
                    SeatChange(number: $0, version: $1, state: .held, until: until)
                }
            case "TAKEN": answers[index].outcome = .taken(seats.sorted())
            case "BUSY": answers[index].outcome = .busy(seats.sorted())
            case "TOO_OFTEN": answers[index].outcome = .tooOften
            case "LIMIT": answers[index].outcome = .limit
            case "NOT_ON_SALE": answers[index].outcome = .notOnSale
            case "NOT_FOUND": answers[index].outcome = .notFound
            case "INVALID": answers[index].outcome = .invalid
            default: throw PostgresError(.decoding)
            }
        }
        return answers
    }

    private static func currency(_ code: String) throws(PostgresError) -> Currency {
        guard let currency = Currency(rawValue: code) else { throw PostgresError(.decoding) }
        return currency
    }

    /// What has been committed changes the maps, each once for the whole statement; a seat that was not to be had is
    /// one that they may be wrong about.
    private func note(_ requests: [HoldRequest], _ answers: [Answer]) {
        var changes: [Int64: [SeatChange]] = [:]
        for (request, answer) in zip(requests, answers) {
            if case .taken(let seats) = answer.outcome { self.maps.doubt(schedule: request.schedule, seats: seats) }
            if !answer.changes.isEmpty { changes[request.schedule, default: []] += answer.changes }
        }
        for (schedule, changes) in changes { self.maps.apply(schedule: schedule, changes) }
    }
}

extension Optional {
    fileprivate func map<Value>(_ transform: (Wrapped) -> Value, default value: Value) -> Value {
        self.map(transform) ?? value
    }
}
