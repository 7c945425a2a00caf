internal import Commerce
internal import HTTPServer

/// Which seats are kept out of the sale, or given back to it.
struct SeatBlockInput: JSONDecodable {
    /// As they were asked for; nil for what is no seat.
    let seats: [SeatID]?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let ids = json.integers(
            "seatIds", in: 1...(.max), countMax: SeatLimits.blockCountMax,
            about: "Seats of the performance, each once.")
        guard let ids, json.errors.isEmpty else { throw json.failure }
        let seats = ids.compactMap { SeatID($0) }
        self.seats = seats.count == ids.count ? seats : nil
    }
}

/// What a change of blocked seats has come to.
struct SeatBlockAnswer: JSONEncodable {
    let schedule: Int64
    /// Seats that were otherwise before.
    let changedCount: Int

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("scheduleId", self.schedule)
            writer.member("changedCount", self.changedCount)
        }
    }
}

extension SeatBlocks.Run: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("seatId", self.first.value)
            writer.member("count", self.count)
        }
    }
}

/// Handlers of blocked seats.
extension ReservationService {
    func blockSeats(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        try await self.changeBlocks(request, values) { try await self.blocks.block($0, of: $1, by: $2) }
    }

    func releaseSeats(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        try await self.changeBlocks(request, values) { try await self.blocks.release($0, of: $1, by: $2) }
    }

    private func changeBlocks(
        _ request: HTTPRequest, _ values: HTTPPathParameters,
        _ change: ([SeatID], Int64, HTTPCaller) async throws -> Int
    ) async throws -> HTTPResponse {
        let (caller, schedule) = (
            try CatalogueService.caller(of: request), try Self.id(values, max: SeatID.scheduleMax)
        )
        guard let seats = try request.decodeJSON(SeatBlockInput.self).seats else {
            throw ReservationProblems.invalidSeat("seatIds")
        }
        let count = try await ReservationProblems.guarded { try await change(seats, schedule, caller) }
        return Self.uncached(HTTPResponse(json: SeatBlockAnswer(schedule: schedule, changedCount: count)))
    }

    func blockedSeats(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, schedule) = (
            try CatalogueService.caller(of: request), try Self.id(values, max: SeatID.scheduleMax)
        )
        let page = try PageRequest(request.decodeQuery(), of: "blocked-seats")
        let last = try page.cursor?.number(0) ?? -1
        let found = try await ReservationProblems.guarded {
            try await self.blocks.list(of: schedule, after: last, countMax: page.limit + 1, by: caller)
        }
        let answer = Page(found, limit: page.limit) { run in
            PageCursor("blocked-seats", .number(Int64(run.first.number) + Int64(run.count) - 1))
        }
        return Self.uncached(HTTPResponse(json: answer))
    }
}
