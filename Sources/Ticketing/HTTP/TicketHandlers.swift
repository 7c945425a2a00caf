internal import Commerce
internal import HTTPServer
internal import Primitives

/// Handlers of tickets. Whose they are always comes from the token.
extension ReservationService {
    func listTickets(_ request: HTTPRequest) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let page = try PageRequest(request.decodeQuery(), of: "tickets")
        let below = try page.numberBelow()
        let found = try await ReservationProblems.guarded {
            try await self.tickets.list(of: member, before: below, countMax: page.limit + 1)
        }
        let answer = Page(found.map { TicketAnswer(ticket: $0, proof: nil) }, limit: page.limit) {
            PageCursor("tickets", .number($0.ticket.id))
        }
        return Self.uncached(HTTPResponse(json: answer))
    }

    func ticket(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let id = try Self.id(values)
        let found = try await ReservationProblems.guarded { try await self.tickets.ticket(id, of: member) }
        guard let found else { throw HTTPProblem.notFound }
        let proof = found.status == "ISSUED" ? self.signer.proof(of: found, now: .now) : nil
        return Self.uncached(HTTPResponse(json: TicketAnswer(ticket: found, proof: proof)))
    }

    func ticketPicture(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let id = try Self.id(values)
        let found = try await ReservationProblems.guarded { try await self.tickets.ticket(id, of: member) }
        guard let found else { throw HTTPProblem.notFound }
        guard found.status == "ISSUED" else { throw TicketProblems.notValid }
        let text = self.signer.proof(of: found, now: .now).text
        guard let code = QRCode(Array(text.utf8)) else { throw HTTPProblem.internalError }
        var response = HTTPResponse(.ok, body: .bytes(code.svg))
        response.fields.append(.contentType, "image/svg+xml")
        return Self.uncached(response)
    }

    func ticketKeys() -> HTTPResponse {
        var response = HTTPResponse(json: TicketKeysAnswer(keys: self.signer.publicKeys))
        response.fields.append(.cacheControl, "public, max-age=300")
        return response
    }

    func transfer(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let id = try Self.id(values)
        let input = try request.decodeJSON(TransferInput.self)
        try await ReservationProblems.guarded {
            try await self.tickets.transfer(id, of: member, toEmail: input.email)
        }
        return Self.uncached(HTTPResponse(.noContent))
    }
}
