internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// Handlers of reservations. Whose they are always comes from the token, never from the request.
extension ReservationService {
    func reserve(_ request: HTTPRequest) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let input = try request.decodeJSON(ReservationInput.self)
        let pass = request.fields[HTTPFieldName("queue-pass")]
        return try await ReservationProblems.guarded {
            switch input.wish {
            case .impossible(let field): throw ReservationProblems.invalidSeat(field)
            case .seats(let seats, let schedule, let field):
                try await self.admit(member, to: schedule, concert: input.concert, pass, field: field)
                let outcome = try await self.reservations.hold(schedule: schedule, member: member, seats: seats)
                return try await self.answer(outcome, schedule: schedule, member, asked: seats.map(\.value), field)
            case .best(let schedule, let grade, let quantity):
                try await self.admit(member, to: schedule, concert: input.concert, pass, field: "scheduleId")
                let outcome = try await self.reservations.holdBest(
                    schedule: schedule, member: member, grade: grade, quantity: quantity)
                return try await self.answer(outcome, schedule: schedule, member, asked: [], "gradeId")
            }
        }
    }

    /// Throws unless the member may buy there now.
    private func admit(
        _ member: Int64, to schedule: Int64, concert asked: Int64?, _ pass: String?, field: String
    ) async throws {
        guard let concert = try await self.concert(of: schedule) else { throw HTTPProblem.notFound }
        if let asked, asked != concert { throw ReservationProblems.invalidSeat(field) }
        guard try await self.gate.mayBuy(concert: concert, member: member, pass: pass) else {
            throw ReservationProblems.passRequired
        }
    }

    private func answer(
        _ outcome: HoldOutcome, schedule: Int64, _ member: Int64, asked: [Int64], _ field: String
    ) async throws -> HTTPResponse {
        switch outcome {
        case .held(let hold):
            return Self.uncached(HTTPResponse(.created, json: ReservationAnswer(hold, schedule: schedule)))
        case .taken(let seats): throw ReservationProblems.taken(seats, schedule: schedule, of: asked)
        // Nobody has them yet: it is not said that somebody has, which would be kept for whoever asks the same again.
        case .busy: throw HTTPProblem.overloaded(retryAfterSeconds: self.reservations.limits.retryAfterSeconds)
        case .limit: throw ReservationProblems.limit
        case .tooOften: throw HTTPProblem.rateLimited(try await self.reservations.unpaidWait(schedule, of: member))
        case .notOnSale: throw ReservationProblems.notOnSale
        case .notFound: throw HTTPProblem.notFound
        case .invalid: throw ReservationProblems.invalidSeat(field)
        }
    }

    func reservation(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let id = try Self.id(values)
        let found = try await ReservationProblems.guarded {
            try await self.reservations.database.run(ReservationReadingStatements.one, id, member)
                .first.map { try ReservationAnswer($0) }
        }
        guard let found else { throw HTTPProblem.notFound }
        return Self.uncached(HTTPResponse(json: found))
    }

    func listReservations(_ request: HTTPRequest) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let page = try PageRequest(request.decodeQuery(), of: "reservations")
        let below = try page.numberBelow()
        let found = try await ReservationProblems.guarded {
            try await self.reservations.database.run(
                ReservationReadingStatements.list, member, below, page.limit + 1
            ).map { try ReservationAnswer($0) }
        }
        let answer = Page(found, limit: page.limit) { PageCursor("reservations", .number($0.id)) }
        return Self.uncached(HTTPResponse(json: answer))
    }

    func release(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let id = try Self.id(values)
        try await ReservationProblems.guarded { try await self.reservations.release(id, of: member) }
        return Self.uncached(HTTPResponse(.noContent))
    }
}
