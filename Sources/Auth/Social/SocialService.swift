internal import HTTPServer
internal import Observability
internal import Primitives

/// Everything that the routes of signing in by providers work with.
package struct SocialService: Sendable {
    /// Where one signs in.
    private static let accountPage = "/account/"

    private let auth: AuthService
    private let social: SocialSignIn
    private let starts: AddressLimiter

    /// `starts` is how often one address may begin: each attempt is a row in the database for some minutes.
    package init(
        auth: AuthService, social: SocialSignIn,
        starts: RatePolicy = RatePolicy(burstCount: 60, interval: .seconds(1))
    ) {
        self.auth = auth
        self.social = social
        self.starts = AddressLimiter(starts)
    }

    // MARK: Handlers

    func providers() -> HTTPResponse {
        HTTPResponse(json: SocialProviderList(names: self.social.providers.map(\.name)))
    }

    /// Sends a browser to a provider.
    func start(_ request: HTTPRequest, _ name: String?) async throws -> HTTPResponse {
        try self.auth.take(self.starts, request)
        let path = try request.decodeQuery().single("redirect") ?? "/"
        let departure = try await self.auth.guarded {
            try await self.social.start(name ?? "", returnPath: path, browser: self.browser(of: request))
        }
        return try self.redirect(.found, to: departure.location, keeping: departure.browser, request)
    }

    /// The same for a member who connects a provider with his account: his page goes there itself.
    func connect(_ request: HTTPRequest, _ name: String?) async throws -> HTTPResponse {
        try self.auth.take(self.starts, request)
        let token = try self.auth.authorizer.token(of: request)
        let input = try request.decodeJSONIfAny(SocialConnectInput.self)
        let departure = try await self.auth.guarded {
            try await self.auth.passwords.confirm(
                input?.password, by: token, from: AuthService.address(of: request))
            return try await self.social.start(
                name ?? "", returnPath: input?.returnPath ?? "/", browser: self.browser(of: request),
                connecting: SocialMember(member: token.memberID, epoch: token.epoch))
        }
        var response = HTTPResponse(json: SocialDeparture(location: departure.location))
        response.fields.append(.cacheControl, "no-store")
        SocialCookie.set(departure.browser, isSecure: self.auth.authorizer.isSecure(request), in: &response)
        return response
    }

    /// Takes a browser back from a provider, and sends it on to a page. A person who could not sign in comes to the
    /// page where he can try again; programs are told the problem.
    func callback(_ request: HTTPRequest, _ name: String?) async throws -> HTTPResponse {
        try self.auth.take(self.auth.limits.tokens, request)
        let query = try request.decodeQuery()
        let callback = SocialSignIn.Callback(
            code: try query.single("code"), state: try query.single("state"), error: try query.single("error"),
            issuer: try query.single("iss"))
        let location: String
        do {
            location = try await self.auth.guarded {
                try await self.social.finish(name ?? "", callback, browser: self.browser(of: request)?.reveal())
            }.location
        } catch let failure as any HTTPProblemConvertible where HTTPNegotiation.prefersHTML(request.fields) {
            location = Self.accountPage + "#social-error=\(failure.problem.code)"
        }
        return try self.redirect(.seeOther, to: location, keeping: nil, request)
    }

    /// Trades a page's code for a session.
    func exchange(_ request: HTTPRequest) async throws -> HTTPResponse {
        try self.auth.take(self.auth.limits.tokens, request)
        let input = try request.decodeJSON(SocialExchangeInput.self)
        if input.isForPages { try self.auth.authorizer.requireOwnPage(request) }
        guard let code = SocialFlowSecrets.parse(input.code.reveal()), let browser = self.browser(of: request) else {
            throw SocialFault.grantInvalid
        }
        let signedIn = try await self.auth.guarded {
            try await self.social.exchange(
                code, browser: browser.reveal(), from: AuthService.address(of: request))
        }
        var response = self.auth.answer(signedIn, to: request, isForPages: input.isForPages)
        SocialCookie.clear(isSecure: self.auth.authorizer.isSecure(request), in: &response)
        return response
    }

    func connected(_ request: HTTPRequest) async throws -> HTTPResponse {
        let member = try AuthService.member(of: request)
        let names = try await self.auth.guarded { try await self.social.store.providers(of: member) }
        var response = HTTPResponse(json: SocialProviderList(names: names))
        response.fields.append(.cacheControl, "no-store")
        return response
    }

    func disconnect(_ request: HTTPRequest, _ name: String?) async throws -> HTTPResponse {
        let member = try AuthService.member(of: request)
        try await self.auth.guarded { try await self.social.issuer.disconnect(name ?? "", from: member) }
        return self.auth.signedOut(request)
    }

    // MARK: Helpers

    private func browser(of request: HTTPRequest) -> Secret<[UInt8]>? {
        SocialCookie.browser(of: request, isSecure: self.auth.authorizer.isSecure(request))
    }

    private func redirect(
        _ status: HTTPStatus, to location: String, keeping browser: Secret<[UInt8]>?, _ request: HTTPRequest
    ) throws -> HTTPResponse {
        var response = AuthService.empty(status)
        try response.fields.append(.location, checking: location)
        if let browser {
            SocialCookie.set(browser, isSecure: self.auth.authorizer.isSecure(request), in: &response)
        }
        return response
    }
}
