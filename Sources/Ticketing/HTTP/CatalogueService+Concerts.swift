internal import HTTPServer

/// Handlers that change concerts.
extension CatalogueService {
    func createConcert(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(of: request)
        let draft = try request.decodeJSON(ConcertDraft.self)
        let made = try await self.guarded { try await self.concerts.create(draft, by: caller) }
        let schedules = made.schedules.map { MadeSchedule(id: $0.id, startsAt: $0.startsAt) }
        return Self.uncached(HTTPResponse(.created, json: MadeConcert(id: made.id, schedules: schedules)))
    }

    func addSchedule(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        let draft = try request.decodeJSON(ScheduleDraft.self)
        let made = try await self.guarded { try await self.concerts.addSchedule(draft, to: id, by: caller) }
        return Self.uncached(HTTPResponse(.created, json: MadeSchedule(id: made.id, startsAt: made.startsAt)))
    }

    func removeSchedule(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        switch try await self.guarded({ try await self.concerts.removeSchedule(id, by: caller) }) {
        case .deleted: return Self.empty
        case .canceled: return Self.uncached(HTTPResponse(.accepted, json: CanceledSchedule(id: id)))
        }
    }

    func changeConcert(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        let version = try Self.version(of: request)
        let change = try request.decodeJSON(ConcertChange.self)
        let changed = try await self.guarded {
            try await self.concerts.change(id, change, version: version, by: caller)
        }
        var response = Self.uncached(HTTPResponse(json: ChangedConcert(id: id, version: changed)))
        // An error cannot come: the value is digits in quotes.
        try? response.fields.append(.etag, checking: "\"\(changed)\"")
        return response
    }

    func deleteConcert(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        try await self.guarded { try await self.concerts.delete(id, by: caller) }
        return Self.empty
    }

    func publishConcert(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        try await self.guarded { try await self.concerts.publish(id, by: caller) }
        return Self.uncached(HTTPResponse(json: MovedConcert(id: id, status: .published)))
    }

    func closeConcert(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        try await self.guarded { try await self.concerts.close(id, by: caller) }
        return Self.uncached(HTTPResponse(json: MovedConcert(id: id, status: .closed)))
    }

    /// Accepted: the money goes back after the answer.
    func cancelConcert(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        let status = try await self.guarded { try await self.concerts.cancel(id, by: caller) }
        return Self.uncached(HTTPResponse(.accepted, json: MovedConcert(id: id, status: status)))
    }

    func putPoster(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        let digest = try await self.guarded { try await self.posters.put(request.body, of: id, by: caller) }
        return Self.uncached(HTTPResponse(.created, json: PosterAnswer(concertID: id, digest: digest)))
    }
}
