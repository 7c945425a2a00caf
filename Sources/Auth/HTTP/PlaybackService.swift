internal import HTTPServer
internal import Postgres
internal import Primitives

/// Everything that the routes of watching work with.
package struct PlaybackService: Sendable {
    package let sessions: PlaybackSessions
    private let authorizer: MemberAuthorizer

    package init(sessions: PlaybackSessions, authorizer: MemberAuthorizer) {
        self.sessions = sessions
        self.authorizer = authorizer
    }

    func begin(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (ticket, member) = (try Self.id(values), try AuthService.member(of: request))
        let issued = try await Self.guarded {
            try await self.sessions.begin(
                ticket: ticket, member: member, device: Self.device(of: request), now: .now)
        }
        return Self.answer(issued)
    }

    func preview(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let schedule = try Self.id(values)
        guard let caller = request.caller else { throw HTTPProblem.internalError }
        let signIn = try self.authorizer.token(of: request).session
        let issued = try await Self.guarded {
            try await self.sessions.preview(
                schedule: schedule, caller, signIn: signIn, device: Self.device(of: request), now: .now)
        }
        return Self.answer(issued)
    }

    func list(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (ticket, member) = (try Self.id(values), try AuthService.member(of: request))
        let sessions = try await Self.guarded { try await self.sessions.list(ticket: ticket, member: member) }
        return Self.uncached(HTTPResponse(json: PlaybackListAnswer(sessions: sessions)))
    }

    func end(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (ticket, member) = (try Self.id(values), try AuthService.member(of: request))
        guard let text = values.bytes("session"), let session = PlaybackSessionID(text) else {
            throw HTTPProblem.notFound
        }
        try await Self.guarded { try await self.sessions.end(session, ticket: ticket, member: member) }
        return Self.uncached(HTTPResponse(.noContent))
    }

    // MARK: Helpers

    private static func answer(_ issued: IssuedPlayback) -> HTTPResponse {
        self.uncached(HTTPResponse(.created, json: PlaybackAnswer(issued: issued)))
    }

    private static func device(of request: HTTPRequest) -> String {
        PlaybackDevice.name(request.fields[HTTPFieldName("user-agent")])
    }

    /// What is no number is nothing that there is.
    private static func id(_ values: HTTPPathParameters) throws(HTTPProblem) -> Int64 {
        guard let bytes = values.bytes("id"), let number = DecimalText.parse(bytes), number > 0 else {
            throw .notFound
        }
        return Int64(number)
    }

    private static func guarded<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw HTTPProblem(error)
        }
    }

    /// Nobody but the member may keep it, and no page that it leads to may be told of it.
    private static func uncached(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.fields.append(.cacheControl, "no-store")
        return response
    }
}
