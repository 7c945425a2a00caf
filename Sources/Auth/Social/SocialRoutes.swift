package import HTTPServer
internal import Primitives

/// The routes of signing in by other providers.
package enum SocialRoutes {
    package static var table: [HTTPServiceRoute<SocialService>] { self.signingIn + self.connecting }

    private static let prefix = AuthRoutes.prefix + "/auth/social"

    private static var signingIn: [HTTPServiceRoute<SocialService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix, access: .anyone,
                HTTPRouteDescription(
                    "List the providers that one can sign in by", korean: "소셜 로그인 제공자 목록", tag: AuthRoutes.tag,
                    answers: [self.list])
            ) { service in .immediate { _, _ in service.providers() } },
            HTTPServiceRoute(.get, self.prefix + "/{provider}/start", access: .anyone, self.startDescription) {
                service in .concurrent { request, path in try await service.start(request, path["provider"]) }
            },
            HTTPServiceRoute(.get, self.prefix + "/{provider}/callback", access: .anyone, self.callbackDescription) {
                service in .concurrent { request, path in try await service.callback(request, path["provider"]) }
            },
            HTTPServiceRoute(
                .post, self.prefix + "/exchange", access: .anyone, bodyByteCountMax: AuthRoutes.bodyByteCountMax,
                self.exchangeDescription
            ) { service in .concurrent { request, _ in try await service.exchange(request) } },
        ]
    }

    private static var connecting: [HTTPServiceRoute<SocialService>] {
        [
            HTTPServiceRoute(
                .get, AuthRoutes.prefix + "/member/me/social", access: .member,
                HTTPRouteDescription(
                    "List the providers that one has connected", korean: "연결된 소셜 로그인 목록", tag: AuthRoutes.tag,
                    answers: [self.list], problems: [AuthRoutes.away])
            ) { service in .concurrent { request, _ in try await service.connected(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/{provider}/connect", access: .member,
                bodyByteCountMax: AuthRoutes.bodyByteCountMax, self.connectDescription
            ) { service in .concurrent { request, path in try await service.connect(request, path["provider"]) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/{provider}", access: .member,
                HTTPRouteDescription(
                    "Disconnect a provider", korean: "소셜 로그인 연결 해제", tag: AuthRoutes.tag,
                    parameters: [self.provider],
                    answers: [HTTPAnswerDescription(.noContent, "Disconnected, and signed out everywhere.")],
                    problems: [
                        HTTPProblemDescription(.notFound, "not-found"),
                        HTTPProblemDescription(.conflict, "social-last-way"), AuthRoutes.away,
                    ])
            ) { service in .concurrent { request, path in try await service.disconnect(request, path["provider"]) } },
        ]
    }

    // MARK: Descriptions

    private static var provider: HTTPParameterDescription {
        HTTPParameterDescription(.path, "provider", .string(), about: "Its name, like google, kakao or naver.")
    }

    private static var list: HTTPAnswerDescription {
        HTTPAnswerDescription(
            .ok, "Their names.", examples: [SocialProviderList(names: ["google", "kakao"])], named: "SocialProviders")
    }

    private static let unavailable = HTTPProblemDescription(
        .serviceUnavailable, "social-provider-unavailable", "overloaded", "database-unavailable",
        saysWhenToRetry: true)
    private static let failed = HTTPProblemDescription(.badGateway, "social-provider-failed")

    private static var startDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Sign in by a provider", korean: "소셜 로그인 시작", tag: AuthRoutes.tag,
            details: HTTPWording(
                "For browsers: sends them to the provider, which sends them back.",
                korean: "브라우저를 제공자로 보내며, 제공자가 다시 돌려보냅니다."),
            parameters: [
                self.provider,
                HTTPParameterDescription(
                    .query, "redirect", .string(), about: "The path of this site where the page goes on; / by itself."),
            ],
            answers: [
                HTTPAnswerDescription(
                    .found, "To the provider.",
                    fields: [
                        ("location", "The provider's page."), ("set-cookie", "Binds the attempt to this browser."),
                    ])
            ],
            problems: [
                HTTPProblemDescription(.badRequest, "return-path-invalid", "invalid-request"),
                HTTPProblemDescription(.notFound, "not-found"), AuthRoutes.rateLimited, self.failed, self.unavailable,
            ])
    }

    private static var callbackDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Come back from a provider", korean: "소셜 로그인 콜백", tag: AuthRoutes.tag,
            details: HTTPWording(
                "Registered with the provider as the place to come back to.", korean: "제공자에 등록하는 콜백 주소입니다."),
            parameters: [self.provider]
                + ["code", "state", "error", "iss"].map { HTTPParameterDescription(.query, $0, .string()) },
            answers: [
                HTTPAnswerDescription(
                    .seeOther,
                    "To the page, with a code that it trades for a session. A browser for which that went wrong comes "
                        + "to /account/, with the code of the problem.",
                    fields: [
                        ("location", "The page, with #social-code=, #social-connected= or #social-error= behind it.")
                    ])
            ],
            problems: [
                HTTPProblemDescription(.badRequest, "social-state-invalid", "social-code-refused", "invalid-request"),
                HTTPProblemDescription(.unauthorized, "social-token-invalid"),
                HTTPProblemDescription(.forbidden, "social-denied"), HTTPProblemDescription(.notFound, "not-found"),
                HTTPProblemDescription(
                    .conflict, "social-linked-elsewhere", "social-email-unverified", "invalid-state"),
                AuthRoutes.rateLimited, self.failed, self.unavailable,
            ])
    }

    private static var exchangeDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Trade a page's code for tokens", korean: "소셜 로그인 코드를 토큰으로 교환", tag: AuthRoutes.tag,
            takes: SocialExchangeInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .ok, "Signed in: with tokens, or with cookies.", examples: SignInAnswer.examples, named: "SignIn")
            ],
            problems: [
                HTTPProblemDescription(.unauthorized, "social-grant-invalid", "bad-credentials"),
                HTTPProblemDescription(.forbidden, "account-locked", "forbidden"),
                HTTPProblemDescription(.notFound, "not-found"), AuthRoutes.invalidInput, AuthRoutes.rateLimited,
                AuthRoutes.away,
            ])
    }

    private static var connectDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Connect a provider with one's account", korean: "소셜 로그인 연결", tag: AuthRoutes.tag,
            parameters: [self.provider], takes: SocialConnectInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .ok, "Where the page is to go.",
                    examples: [SocialDeparture(location: "https://accounts.google.com/o/oauth2/v2/auth?state=x")],
                    named: "SocialDeparture")
            ],
            problems: [
                HTTPProblemDescription(.badRequest, "return-path-invalid"),
                HTTPProblemDescription(.unauthorized, "bad-credentials"),
                HTTPProblemDescription(.forbidden, "sign-in-too-old"),
                HTTPProblemDescription(.notFound, "not-found"),
                HTTPProblemDescription(.conflict, "social-email-unverified"), AuthRoutes.invalidInput,
                AuthRoutes.rateLimited, self.failed, self.unavailable,
            ])
    }
}
