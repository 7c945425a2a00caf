internal import Commerce
internal import HTTPServer
package import Postgres

/// Handlers of codes, for those who sell.
package struct PromotionService: Sendable {
    private let promotions: Promotions
    private let rights: any ConcertRights

    package init(database: PostgresDatabase, rights: any ConcertRights) {
        self.promotions = Promotions(database: database)
        self.rights = rights
    }

    func create(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, concert) = (try PaymentService.caller(request), try PaymentService.id(values))
        let draft = try request.decodeJSON(PromotionDraft.self)
        let made = try await PaymentProblems.guarded {
            let sold = try await self.rights.concert(concert, toChange: true, caller)
            return try await self.promotions.create(draft, of: concert, sold, by: caller.memberID)
        }
        return PaymentService.uncached(HTTPResponse(.created, json: PromotionAnswer(row: made)))
    }

    func list(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, concert) = (try PaymentService.caller(request), try PaymentService.id(values))
        let page = try PageRequest(request.decodeQuery(), of: "promotions")
        let before = try PaymentService.before(page)
        let found = try await PaymentProblems.guarded {
            _ = try await self.rights.concert(concert, toChange: false, caller)
            return try await self.promotions.list(of: concert, before: before, countMax: page.limit + 1)
        }
        let answer = Page(found.map { PromotionAnswer(row: $0) }, limit: page.limit) {
            PageCursor("promotions", .number($0.row.id))
        }
        return PaymentService.uncached(HTTPResponse(json: answer))
    }

    func change(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try PaymentService.caller(request), try PaymentService.id(values))
        let change = try request.decodeJSON(PromotionChange.self)
        let changed = try await PaymentProblems.guarded {
            try await self.requireRight(to: id, caller)
            return try await self.promotions.change(id, change, by: caller.memberID)
        }
        return PaymentService.uncached(HTTPResponse(json: PromotionAnswer(row: changed)))
    }

    func end(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (caller, id) = (try PaymentService.caller(request), try PaymentService.id(values))
        try await PaymentProblems.guarded {
            try await self.requireRight(to: id, caller)
            try await self.promotions.end(id, by: caller.memberID)
        }
        return PaymentService.uncached(HTTPResponse(.noContent))
    }

    /// Of a code of others nobody is told that there is one.
    private func requireRight(to id: Int64, _ caller: HTTPCaller) async throws {
        guard let promotion = try await self.promotions.promotion(id) else { throw HTTPProblem.notFound }
        do {
            _ = try await self.rights.concert(promotion.concertID, toChange: true, caller)
        } catch let problem as HTTPProblem where problem.status == .forbidden {
            throw HTTPProblem.notFound
        }
    }
}
