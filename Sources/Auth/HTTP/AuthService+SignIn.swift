internal import HTTPServer
internal import Observability

/// Handlers of signing in, and of what comes by mail.
extension AuthService {
    func signIn(_ request: HTTPRequest) async throws -> HTTPResponse {
        let input = try request.decodeJSON(SignInInput.self)
        // Otherwise another site could sign its visitors in to an account of its own.
        if input.isForPages { try self.authorizer.requireOwnPage(request) }
        let signedIn = try await self.guarded {
            try await self.signIns.signIn(input.email, input.password, from: Self.address(of: request))
        }
        return self.answer(signedIn, to: request, isForPages: input.isForPages)
    }

    func refresh(_ request: HTTPRequest) async throws -> HTTPResponse {
        try self.take(self.limits.tokens, request)
        let given = try request.decodeJSONIfAny(RefreshInput.self)?.refreshToken
        let cookie = given == nil ? self.refreshCookie(of: request) : nil
        if cookie != nil { try self.authorizer.requireOwnPage(request) }
        guard let text = given?.reveal() ?? cookie, let token = RefreshToken(text) else {
            throw AuthProblems.sessionOver
        }
        let signedIn = try await self.guarded {
            try await self.signIns.refresh(token, from: Self.address(of: request))
        }
        return self.answer(signedIn, to: request, isForPages: given == nil)
    }

    /// Whoever is signed out already is signed out.
    func signOut(_ request: HTTPRequest) async throws -> HTTPResponse {
        try self.take(self.limits.tokens, request)
        let input = try request.decodeJSONIfAny(SignOutInput.self)
        let given = input?.refreshToken?.reveal()
        // With a token of its own a request needs no cookie, and then it may come from anywhere.
        let cookie = given == nil ? self.refreshCookie(of: request) : nil
        if cookie != nil { try self.authorizer.requireOwnPage(request) }
        try await self.guarded {
            if input?.isEverywhere == true {
                try await self.signIns.signOutEverywhere(try self.authorizer.token(of: request).memberID)
            } else if let text = given ?? cookie {
                if let token = RefreshToken(text) { try await self.signIns.signOut(token) }
            } else {
                try await self.signIns.signOut(try self.authorizer.token(of: request))
            }
        }
        return self.signedOut(request)
    }

    // MARK: By mail

    func forgot(_ request: HTTPRequest) async throws -> HTTPResponse {
        try self.take(self.limits.mails, request)
        let input = try request.decodeJSON(ForgotInput.self)
        try await self.guarded { try await self.passwords.forgot(input.email) }
        return Self.empty(.accepted)
    }

    func reset(_ request: HTTPRequest) async throws -> HTTPResponse {
        try self.take(self.limits.tokens, request)
        let input = try request.decodeJSON(ResetInput.self)
        guard let token = LinkToken(input.token.reveal()) else { throw AuthProblems.linkInvalid }
        try await self.guarded {
            try await self.passwords.reset(token, new: input.new, from: Self.address(of: request))
        }
        return self.signedOut(request)
    }

    func verifyEmail(_ request: HTTPRequest) async throws -> HTTPResponse {
        try self.take(self.limits.tokens, request)
        let input = try request.decodeJSON(VerifyInput.self)
        let member = try Self.member(of: request)
        guard let token = LinkToken(input.token.reveal()) else { throw AuthProblems.linkInvalid }
        try await self.guarded { try await self.passwords.verifyEmail(token, as: member) }
        return Self.empty(.noContent)
    }

    func resendVerification(_ request: HTTPRequest) async throws -> HTTPResponse {
        try self.take(self.limits.mails, request)
        let member = try Self.member(of: request)
        try await self.guarded { try await self.passwords.sendVerification(to: member) }
        return Self.empty(.accepted)
    }

    func changePassword(_ request: HTTPRequest) async throws -> HTTPResponse {
        let token = try self.authorizer.token(of: request)
        let input = try request.decodeJSON(PasswordChangeInput.self)
        try await self.guarded {
            try await self.passwords.change(
                by: token, old: input.old, new: input.new, from: Self.address(of: request))
        }
        return self.signedOut(request)
    }

    // MARK: Helpers

    /// What holds tokens is kept by nobody on the way.
    func answer(_ signedIn: SignedIn, to request: HTTPRequest, isForPages: Bool) -> HTTPResponse {
        var response = HTTPResponse(json: SignInAnswer(signedIn: signedIn, hasTokens: !isForPages))
        response.fields.append(.cacheControl, "no-store")
        if isForPages { PageCookies.set(signedIn, isSecure: self.authorizer.isSecure(request), in: &response) }
        return response
    }

    private func refreshCookie(of request: HTTPRequest) -> String? {
        PageCookies.refreshToken(of: request, isSecure: self.authorizer.isSecure(request))
    }

    /// Takes the cookies away from whoever has any, unless another site's page has asked.
    func signedOut(_ request: HTTPRequest) -> HTTPResponse {
        var response = Self.empty(.noContent)
        if request.fields.contains(.cookie), self.authorizer.isFromOwnPage(request) {
            PageCookies.clear(isSecure: self.authorizer.isSecure(request), in: &response)
        }
        return response
    }

    static func empty(_ status: HTTPStatus) -> HTTPResponse {
        var response = HTTPResponse(status)
        response.fields.append(.cacheControl, "no-store")
        return response
    }
}

extension HTTPRequest {
    /// Nil where there is no body at all.
    func decodeJSONIfAny<Value: JSONDecodable>(_ type: Value.Type) throws(HTTPProblem) -> Value? {
        self.body.isEmpty ? nil : try self.decodeJSON(type)
    }
}
