package import HTTPServer
internal import Observability
internal import Primitives

/// The routes of signing in. Each has its canonical path and, where programs know it so, one without the prefix.
package enum AuthRoutes {
    /// Every route of members.
    package static var table: [HTTPServiceRoute<AuthService>] {
        self.signingIn + self.byMail + MemberRoutes.table
    }

    /// What the API's description calls them.
    package static let tag = "members"
    static let prefix = "/api/v1"
    /// None of the bodies comes near.
    static let bodyByteCountMax = 8 * 1024

    static let invalidInput = HTTPProblemDescription(.badRequest, "invalid-request")
    static let rateLimited = HTTPProblemDescription(.tooManyRequests, "rate-limited", saysWhenToRetry: true)
    static let away = HTTPProblemDescription(
        .serviceUnavailable, "overloaded", "database-unavailable", saysWhenToRetry: true)

    // MARK: Signing in

    private static var signingIn: [HTTPServiceRoute<AuthService>] {
        let routes: [HTTPServiceRoute<AuthService>] = [
            HTTPServiceRoute(
                .post, self.prefix + "/auth/signin", access: .anyone, bodyByteCountMax: self.bodyByteCountMax,
                self.signInDescription
            ) { service in .concurrent { request, _ in try await service.signIn(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/auth/refresh", access: .anyone, bodyByteCountMax: self.bodyByteCountMax,
                self.refreshDescription
            ) { service in .concurrent { request, _ in try await service.refresh(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/auth/signout", access: .anyone, bodyByteCountMax: self.bodyByteCountMax,
                self.signOutDescription
            ) { service in .concurrent { request, _ in try await service.signOut(request) } },
        ]
        return routes.flatMap { [$0, $0.alias(String($0.unbound.path.dropFirst(self.prefix.count)))] }
    }

    private static var signInDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Sign in", korean: "로그인", tag: self.tag, takes: SignInInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .ok, "Signed in: with tokens, or with cookies.", examples: SignInAnswer.examples, named: "SignIn")
            ],
            problems: [
                HTTPProblemDescription(.unauthorized, "bad-credentials"),
                HTTPProblemDescription(.forbidden, "account-locked", "forbidden"), self.invalidInput,
                self.rateLimited, self.away,
            ])
    }

    private static var refreshDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Trade a refresh token for new tokens", korean: "토큰 갱신", tag: self.tag,
            details: HTTPWording(
                "A refresh token is used once. One that comes a second time ends the session it is of.",
                korean: "리프레시 토큰은 한 번만 쓸 수 있습니다. 다시 쓰면 그 세션이 종료됩니다."), takes: RefreshInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .ok, "New tokens, or new cookies.", examples: SignInAnswer.examples, named: "SignIn")
            ],
            problems: [
                HTTPProblemDescription(.unauthorized, "token-revoked"),
                HTTPProblemDescription(.forbidden, "forbidden"), self.invalidInput, self.rateLimited, self.away,
            ])
    }

    private static var signOutDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Sign out", korean: "로그아웃", tag: self.tag,
            details: HTTPWording(
                "Ends the session of the refresh token, of the cookie, or else of the access token.",
                korean: "리프레시 토큰, 쿠키 또는 액세스 토큰의 세션을 종료합니다."), takes: SignOutInput.schema,
            answers: [HTTPAnswerDescription(.noContent, "Signed out.")],
            problems: [
                MemberAuthorizer.refusal, HTTPProblemDescription(.forbidden, "forbidden"), self.invalidInput,
                self.rateLimited, self.away,
            ])
    }

    // MARK: By mail

    private static var byMail: [HTTPServiceRoute<AuthService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/auth/password/forgot", access: .anyone,
                bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Ask for a link to choose a new password", korean: "비밀번호 재설정 메일 요청", tag: self.tag,
                    details: HTTPWording(
                        "Answers the same whether or not there is such an account.",
                        korean: "계정이 있는지와 관계없이 같은 응답을 합니다."), takes: ForgotInput.schema,
                    answers: [HTTPAnswerDescription(.accepted, "If there is such an account, a mail is on its way.")],
                    problems: [self.invalidInput, self.rateLimited, self.away])
            ) { service in .concurrent { request, _ in try await service.forgot(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/auth/password/reset", access: .anyone, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Choose a new password by a link", korean: "비밀번호 재설정", tag: self.tag, takes: ResetInput.schema,
                    answers: [HTTPAnswerDescription(.noContent, "Changed; every session has ended.")],
                    problems: [
                        HTTPProblemDescription(.unprocessableContent, "link-invalid"), self.invalidInput,
                        self.rateLimited, self.away,
                    ])
            ) { service in .concurrent { request, _ in try await service.reset(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/auth/email/verify", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Confirm one's address by a link", korean: "이메일 인증", tag: self.tag,
                    details: HTTPWording(
                        "Only who is signed in to the account can: a link that came to a stranger vouches for nobody.",
                        korean: "해당 계정으로 로그인한 상태에서만 인증할 수 있습니다."), takes: VerifyInput.schema,
                    answers: [HTTPAnswerDescription(.noContent, "Confirmed.")],
                    problems: [
                        HTTPProblemDescription(.unprocessableContent, "link-invalid"), self.invalidInput,
                        self.rateLimited, self.away,
                    ])
            ) { service in .concurrent { request, _ in try await service.verifyEmail(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/auth/email/resend", access: .member,
                HTTPRouteDescription(
                    "Ask for another link to confirm one's address", korean: "인증 메일 다시 받기", tag: self.tag,
                    answers: [HTTPAnswerDescription(.accepted, "Unless it is confirmed, a mail is on its way.")],
                    problems: [self.rateLimited, self.away])
            ) { service in .concurrent { request, _ in try await service.resendVerification(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/auth/password/change", access: .member,
                bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Change one's password", korean: "비밀번호 변경", tag: self.tag, takes: PasswordChangeInput.schema,
                    answers: [HTTPAnswerDescription(.noContent, "Changed; every session has ended, this one too.")],
                    problems: [
                        HTTPProblemDescription(.unauthorized, "bad-credentials"),
                        HTTPProblemDescription(.forbidden, "sign-in-too-old"),
                        HTTPProblemDescription(.conflict, "invalid-state"), self.invalidInput, self.rateLimited,
                        self.away,
                    ])
            ) { service in .concurrent { request, _ in try await service.changePassword(request) } },
        ]
    }
}

extension SignInAnswer {
    /// One for programs, one for pages.
    static var examples: [SignInAnswer] {
        let signedIn = SignedIn(
            member: 4_503_599_627_370_497, role: .user, accessToken: Secret("eyJhbGciOiJFZERTQSJ9.e30.c2lnbmVk"),
            accessTime: .seconds(900), refreshToken: Secret(String(repeating: "r", count: RefreshToken.textByteCount)),
            refreshTime: .seconds(2_592_000))
        return [SignInAnswer(signedIn: signedIn, hasTokens: true), SignInAnswer(signedIn: signedIn, hasTokens: false)]
    }
}
