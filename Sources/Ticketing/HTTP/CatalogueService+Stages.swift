internal import Commerce
internal import HTTPServer

/// Handlers of stages and teams.
extension CatalogueService {
    func createStage(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(of: request)
        let draft = try request.decodeJSON(StageDraft.self)
        let id = try await self.guarded { try await self.stages.create(draft, by: caller) }
        return Self.uncached(HTTPResponse(.created, json: MadeStage(id: id)))
    }

    func stage(_ values: HTTPPathParameters) async throws -> HTTPResponse {
        let id = try Self.id(values)
        let stage = try await self.guarded { try await self.stages.stage(id) }
        return Self.answer(stage)
    }

    func listStages(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(of: request)
        let page = try PageRequest(request.decodeQuery(), of: "stages")
        let below = try page.numberBelow()
        let found = try await self.guarded {
            try await self.stages.list(for: caller.memberID, below: below, countMax: page.limit + 1)
        }
        let answer = Page(found.map(StageAnswer.init), limit: page.limit) {
            PageCursor("stages", .number($0.stage.id))
        }
        return Self.uncached(HTTPResponse(json: answer))
    }

    func changeStage(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        let version = try Self.version(of: request)
        let change = try request.decodeJSON(StageChange.self)
        let stage = try await self.guarded {
            try await self.stages.change(id, change, version: version, by: caller)
        }
        return Self.answer(stage)
    }

    func deleteStage(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        try await self.guarded { try await self.stages.delete(id, by: caller) }
        return Self.empty
    }

    private static func answer(_ stage: Stage) -> HTTPResponse {
        var response = Self.uncached(HTTPResponse(json: StageAnswer(stage: stage)))
        // An error cannot come: the value is digits in quotes.
        try? response.fields.append(.etag, checking: "\"\(stage.version)\"")
        return response
    }

    // MARK: Teams

    func team(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(of: request)
        let fellows = try await self.guarded { try await self.teams.list(of: caller.memberID) }
        let items = fellows.map(FellowAnswer.init)
        return Self.uncached(HTTPResponse(json: Page(items: items, next: nil)))
    }

    func teamsOfOneself(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(of: request)
        let sellers = try await self.guarded { try await self.teams.teams(of: caller.memberID) }
        return Self.uncached(HTTPResponse(json: Page(items: sellers.map(TeamAnswer.init), next: nil)))
    }

    func addToTeam(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(of: request)
        let input = try request.decodeJSON(FellowInput.self)
        try await self.guarded { try await self.teams.add(input.invited, as: input.role, to: caller.memberID) }
        return Self.empty
    }

    func removeFromTeam(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try Self.caller(of: request), try Self.id(values))
        try await self.guarded { try await self.teams.remove(id, from: caller.memberID) }
        return Self.empty
    }
}
