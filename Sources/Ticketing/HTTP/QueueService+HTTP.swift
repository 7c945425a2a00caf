internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

/// Handlers of queues. Who asks always comes from the token, never from the request.
extension QueueService {
    static let ticketField = HTTPFieldName("queue-ticket")
    static let passField = HTTPFieldName("queue-pass")

    // MARK: Waiting

    func join(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (concert, member) = (try Self.concert(values), try Self.member(of: request))
        guard let known = try await self.known(concert) else { throw HTTPProblem.notFound }
        guard known.room.settings.isEnabled else { return Self.private(.created, self.free()) }
        guard !known.room.isSoldOut else { return Self.private(.created, self.soldOut(nil)) }
        let answer = try await self.guarded {
            let number = try await self.number(of: member, in: concert)
            let ticket = QueueTicket(concert: concert, member: member, number: number)
            if let answer = try await self.answer(to: ticket, known) { return answer }
            // The turn of this number is over: he stands behind all others.
            _ = try await self.store.leave(ticket, place: known.room.place(of: number))
            let next = try await self.number(of: member, in: concert)
            let again = QueueTicket(concert: concert, member: member, number: next)
            guard let answer = try await self.answer(to: again, known) else { throw QueueProblems.ticketOver }
            return answer
        }
        self.metrics.joined.add(loop: nil)
        return Self.private(.created, answer)
    }

    func status(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (concert, member) = (try Self.concert(values), try Self.member(of: request))
        guard let known = try await self.known(concert) else { throw HTTPProblem.notFound }
        guard known.room.settings.isEnabled else { return Self.private(.ok, self.free()) }
        guard let text = request.fields.bytes(Self.ticketField), !text.isEmpty else {
            throw self.refusal("no-ticket", QueueProblems.ticketRequired)
        }
        guard let ticket = self.seals.ticket(text) else { throw self.refusal("invalid", QueueProblems.ticketInvalid) }
        guard ticket.concert == concert, ticket.member == member else {
            throw self.refusal("foreign", QueueProblems.ticketInvalid)
        }
        let answer = try await self.guarded { try await self.answer(to: ticket, known) }
        guard let answer else { throw self.refusal("over", QueueProblems.ticketOver) }
        return Self.private(.ok, answer)
    }

    func leave(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (concert, member) = (try Self.concert(values), try Self.member(of: request))
        guard let known = try await self.known(concert) else { throw HTTPProblem.notFound }
        try await self.guarded {
            guard let entry = try await self.store.find(concert, [member])[member] else { return }
            let ticket = QueueTicket(concert: concert, member: member, number: entry.number)
            _ = try await self.store.leave(ticket, place: known.room.place(of: entry.number))
        }
        return Self.empty
    }

    /// Where the bearer of a ticket stands; nil when his turn is over.
    private func answer(to ticket: QueueTicket, _ known: QueueRooms.Known) async throws -> QueueAnswer? {
        let number = ticket.number
        var answer = QueueAnswer(
            status: .waiting, pollAfterMilliseconds: 0, ticket: self.seals.text(of: ticket), number: number)
        switch known.room.standing(of: number) {
        case .free: return self.free()
        case .soldOut: return self.soldOut(ticket)
        case .unknown: return nil
        case .drawing:
            let seconds = known.room.secondsToOpening(now: known.now())
            answer.etaSeconds = seconds
            answer.opensAt = known.room.settings.opensAt
            answer.pollAfterMilliseconds = known.room.pollMilliseconds(
                toOpening: seconds, number: number, limits: self.limits)
        case .waiting(let place, let ahead):
            // A sale that was put off goes on when it opens again.
            let toOpening = known.room.secondsToOpening(now: known.now())
            let seconds = toOpening + known.room.seconds(ahead: ahead)
            if toOpening > 0 { answer.opensAt = known.room.settings.opensAt }
            answer.place = place
            answer.position = ahead + 1
            answer.isPaused = known.room.isPaused
            answer.etaSeconds = seconds
            answer.pollAfterMilliseconds = known.room.pollMilliseconds(
                seconds: seconds, number: number, limits: self.limits)
        case .due(let place):
            guard let until = try await self.claim(ticket, place: place) else { return nil }
            answer.status = .admitted
            answer.place = place
            answer.position = 0
            answer.etaSeconds = 0
            answer.pollAfterMilliseconds = self.limits.pollTimeMax.milliseconds
            answer.pass = (self.seals.text(of: QueuePass(ticket: ticket, until: until)), until)
        }
        return answer
    }

    private func free() -> QueueAnswer {
        QueueAnswer(
            status: .admitted, position: 0, etaSeconds: 0,
            pollAfterMilliseconds: self.limits.pollTimeMax.milliseconds)
    }

    private func soldOut(_ ticket: QueueTicket?) -> QueueAnswer {
        QueueAnswer(
            status: .soldOut, pollAfterMilliseconds: self.limits.pollTimeMax.milliseconds,
            ticket: ticket.map(self.seals.text), number: ticket?.number)
    }

    private func refusal(_ reason: StaticString, _ problem: HTTPProblem) -> HTTPProblem {
        self.metrics.refused.add(reason, loop: nil)
        return problem
    }

    // MARK: Looking and managing

    func watermark(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        guard let known = try await self.known(try Self.concert(values)) else { throw HTTPProblem.notFound }
        var response = HTTPResponse(json: QueueWatermark(room: known.room))
        response.fields.append(.cacheControl, "public, max-age=1")
        return response
    }

    func settle(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let concert = try Self.concert(values)
        guard let caller = request.caller else { throw HTTPProblem.internalError }
        let input = try request.decodeJSON(QueueSettingsInput.self)
        guard try await self.access.mayManageQueue(of: concert, caller) else { throw QueueProblems.forbidden }
        let room = try await self.guarded {
            if input.isPaused == true { try await self.store.create(concert) }
            let actor = "member:\(caller.memberID)"
            try await self.store.database.transaction("queue_settings", actor: actor) { transaction in
                _ = try await transaction.run(
                    QueueRoomStatements.settle, concert, input.isEnabled, input.admitPerSecond, input.activeMax,
                    input.isForVerified, input.isForOlder)
                if let isPaused = input.isPaused {
                    _ = try await transaction.run(QueueRoomStatements.pause, concert, isPaused)
                }
            }
            try await self.reload(concert)
            return try await self.store.room(concert)
        }
        guard let room else { throw HTTPProblem.notFound }
        return Self.private(.ok, QueueWatermark(room: room))
    }

    // MARK: Helpers

    private static func member(of request: HTTPRequest) throws(HTTPProblem) -> Int64 {
        guard let caller = request.caller else { throw .internalError }
        return caller.memberID
    }

    private static func concert(_ values: HTTPPathParameters) throws(HTTPProblem) -> Int64 {
        guard let bytes = values.bytes("id"), let id = DecimalText.parse(bytes), id > 0 else { throw .notFound }
        return Int64(id)
    }

    private static func `private`(_ status: HTTPStatus, _ value: some JSONEncodable) -> HTTPResponse {
        var response = HTTPResponse(status, json: value)
        response.fields.append(.cacheControl, "no-store")
        return response
    }

    private static var empty: HTTPResponse {
        var response = HTTPResponse(.noContent)
        response.fields.append(.cacheControl, "no-store")
        return response
    }
}
