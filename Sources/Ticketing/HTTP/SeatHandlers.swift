internal import Commerce
internal import HTTPServer
internal import Primitives

/// Handlers of seat maps: from memory, without a question to the database but the first.
extension ReservationService {
    func seatMap(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let schedule = try Self.id(values, max: SeatID.scheduleMax)
        let query = try request.decodeQuery()
        let section = try query.single("section")
        let form: SeatRendering.Form
        switch try query.single("format") {
        case nil, "json": form = .json
        case "compact": form = .compact
        default: throw HTTPProblem(.badRequest, code: "invalid-request", detail: "format is json or compact")
        }
        guard form == .json || section == nil else {
            throw HTTPProblem(.badRequest, code: "invalid-request", detail: "the compact form is of the whole map")
        }
        let rendering = try await ReservationProblems.guarded {
            try await self.maps.rendering(of: schedule, SeatRendering.Key(form: form, section: section))
        }
        guard let rendering else { throw HTTPProblem.notFound }
        return rendering.response(to: request)
    }

    func seat(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        guard let seat = SeatID(try Self.id(values)) else { throw HTTPProblem.notFound }
        let found = try await ReservationProblems.guarded {
            try await self.maps.load(seat.schedule)
            return self.maps.seat(seat)
        }
        guard let found else { throw HTTPProblem.notFound }
        var response = HTTPResponse(json: found)
        response.fields.append(.cacheControl, "no-cache")
        return response
    }

    func seatEvents(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let schedule = try Self.id(values, max: SeatID.scheduleMax)
        let since = try ServerSentEvents.lastEventID(of: request) ?? request.decodeQuery().single("since")
        let maps = self.maps
        let seen = since.flatMap { maps.version(seen: $0) }
        guard try await ReservationProblems.guarded({ try await maps.version(of: schedule) }) != nil else {
            throw HTTPProblem.notFound
        }
        guard let hub = maps.hub, !hub.isFull, maps.mayFollow(schedule) else {
            throw HTTPProblem.overloaded(retryAfterSeconds: self.reservations.limits.retryAfterSeconds)
        }
        var limits = ServerSentEvents.Limits()
        limits.eventByteCountMax = maps.limits.rememberedChangeCountMax * 32
        return ServerSentEvents.response(slowClient: .skip, limits: limits) { events in
            hub.follow(schedule, events, seen: seen, maps: maps)
        }
    }
}
