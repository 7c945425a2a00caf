internal import HTTPServer
internal import Primitives
internal import Reactor

/// Handlers of accounts. Whose account it is always comes from the token, never from the request.
extension AuthService {
    func signUp(_ request: HTTPRequest) async throws -> HTTPResponse {
        let input = try request.decodeJSON(SignUpInput.self)
        try self.take(self.limits.signUps, request)
        let id = try await self.guarded {
            try await self.members.signUp(input.signUp, from: Self.address(of: request))
        }
        return Self.uncached(HTTPResponse(.created, json: SignUpAnswer(id: id, role: input.signUp.role)))
    }

    func profile(_ request: HTTPRequest) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let profile = try await self.guarded { try await self.members.profile(member) }
        return Self.uncached(HTTPResponse(json: ProfileAnswer(profile: profile)))
    }

    func changeProfile(_ request: HTTPRequest) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let input = try request.decodeJSON(ProfileInput.self)
        let profile = try await self.guarded {
            guard let name = input.name else { return try await self.members.profile(member) }
            return try await self.members.rename(member, to: name)
        }
        return Self.uncached(HTTPResponse(json: ProfileAnswer(profile: profile)))
    }

    func leave(_ request: HTTPRequest) async throws -> HTTPResponse {
        let token = try self.authorizer.token(of: request)
        let member = token.memberID
        let input = try request.decodeJSONIfAny(LeaveInput.self)
        try await self.guarded {
            try await self.passwords.confirm(input?.password, by: token, from: Self.address(of: request))
            let epoch = try await self.members.erase(member, actor: AuditEvent.name(member))
            self.signIns.raise(member, to: epoch)
        }
        return self.signedOut(request)
    }

    // MARK: Following

    func follow(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let seller = try Self.member(values)
        try await self.guarded { try await self.follows.follow(seller, as: member) }
        return Self.empty(.noContent)
    }

    func unfollow(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let seller = try Self.member(values)
        try await self.guarded { try await self.follows.unfollow(seller, as: member) }
        return Self.empty(.noContent)
    }

    /// Anybody may see who sells a show; who is signed in is told whether he follows him, too.
    func organizer(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let seller = try Self.member(values)
        // Without a token, or with one that is good no more, he is anybody.
        let caller = try? self.authorizer.caller(of: request, for: .member)
        let found = try await self.guarded { try await self.follows.organizer(seller, seenBy: caller?.memberID) }
        return Self.uncached(HTTPResponse(json: OrganizerAnswer(organizer: found)))
    }

    func following(_ request: HTTPRequest) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let page = try PageRequest(request.decodeQuery())
        let found = try await self.guarded {
            try await self.follows.list(of: member, after: page.cursor, countMax: page.countMax)
        }
        let items = found.items.map(FollowedSeller.init)
        return Self.uncached(HTTPResponse(json: PageAnswer(items: items, next: found.next)))
    }

    // MARK: For managers

    func listMembers(_ request: HTTPRequest) async throws -> HTTPResponse {
        let member = try Self.member(of: request)
        let query = try request.decodeQuery()
        let page = try PageRequest(query)
        let search = Members.Search(
            role: try query.choice(MemberRole.self, "role"), id: try query.number("memberId", in: 1...MemberNumber.max),
            email: try query.text("email", lengthMax: EmailAddress.byteCountMax))
        let found = try await self.guarded {
            try await self.members.list(
                search, after: page.cursor, countMax: page.countMax, manager: member,
                address: request.peer?.host)
        }
        let items = found.items.map(ListedMember.init)
        return Self.uncached(HTTPResponse(json: PageAnswer(items: items, next: found.next)))
    }

    /// Nobody who is locked out may go on here until the notice of it has come.
    func setLocked(
        _ isLocked: Bool, _ request: HTTPRequest, _ values: HTTPPathParameters
    ) async throws -> HTTPResponse {
        let manager = try Self.member(of: request)
        let member = try Self.member(values)
        try await self.guarded {
            let epoch = try await self.members.setLocked(
                isLocked, member, actor: AuditEvent.name(manager), sparesManagers: true, address: request.peer?.host)
            if let epoch { self.signIns.raise(member, to: epoch) }
        }
        return Self.empty(.noContent)
    }

    // MARK: Helpers

    /// What is no number of a member is nobody.
    private static func member(_ values: HTTPPathParameters) throws(HTTPProblem) -> Int64 {
        guard let bytes = values.bytes("id"), let number = DecimalText.parse(bytes),
            let id = Int64(exactly: number), (1...MemberNumber.max).contains(id)
        else { throw .notFound }
        return id
    }

    private static func uncached(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.fields.append(.cacheControl, "no-store")
        return response
    }
}

/// Which part of a list is asked for.
struct PageRequest {
    static let countDefault = 20
    static let countMax = 100

    let cursor: MemberCursor
    let countMax: Int

    init(_ query: HTTPQuery) throws(HTTPProblem) {
        var cursor = MemberCursor.start
        if let text = try query.single("cursor") { cursor = try MemberCursor(text) }
        self.cursor = cursor
        self.countMax = Int(try query.number("limit", in: 1...Int64(Self.countMax)) ?? Int64(Self.countDefault))
    }
}
