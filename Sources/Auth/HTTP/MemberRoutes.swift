internal import HTTPServer
internal import Primitives

/// The routes of accounts.
enum MemberRoutes {
    static var table: [HTTPServiceRoute<AuthService>] { self.accounts + self.following + self.forManagers }

    private static let prefix = AuthRoutes.prefix
    private static let bodyByteCountMax = AuthRoutes.bodyByteCountMax

    private static var accounts: [HTTPServiceRoute<AuthService>] {
        let signUp = HTTPServiceRoute<AuthService>(
            .post, self.prefix + "/member", access: .anyone, bodyByteCountMax: self.bodyByteCountMax,
            self.signUpDescription
        ) { service in .concurrent { request, _ in try await service.signUp(request) } }
        let look = HTTPServiceRoute<AuthService>(
            .get, self.prefix + "/member/me", access: .member, self.profileDescription("See one's account", "내 정보 조회")
        ) { service in .concurrent { request, _ in try await service.profile(request) } }
        let change = HTTPServiceRoute<AuthService>(
            .patch, self.prefix + "/member/me", access: .member, bodyByteCountMax: self.bodyByteCountMax,
            self.changeDescription
        ) { service in .concurrent { request, _ in try await service.changeProfile(request) } }
        let leave = HTTPServiceRoute<AuthService>(
            .delete, self.prefix + "/member/me", access: .member, bodyByteCountMax: self.bodyByteCountMax,
            self.leaveDescription
        ) { service in .concurrent { request, _ in try await service.leave(request) } }
        return [signUp, signUp.alias("/member"), look, look.alias("/member/me"), change, leave]
    }

    private static var signUpDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Sign up", korean: "회원 가입", tag: AuthRoutes.tag, takes: SignUpInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .created, "There is an account; a mail to confirm the address is on its way.",
                    examples: [SignUpAnswer(id: MemberProfile.example.id, role: .user)], named: "SignUp")
            ],
            problems: [
                HTTPProblemDescription(.conflict, "duplicate-email"), AuthRoutes.invalidInput, AuthRoutes.rateLimited,
                AuthRoutes.away,
            ])
    }

    private static func profileDescription(_ summary: String, _ korean: String) -> HTTPRouteDescription {
        HTTPRouteDescription(
            summary, korean: korean, tag: AuthRoutes.tag,
            answers: [
                HTTPAnswerDescription(
                    .ok, "The account.", examples: [ProfileAnswer(profile: .example)], named: "Profile")
            ], problems: [HTTPProblemDescription(.notFound, "not-found"), AuthRoutes.away])
    }

    private static var changeDescription: HTTPRouteDescription {
        var description = self.profileDescription("Change one's account", "내 정보 수정")
        description.body = ProfileInput.schema
        description.problems += [HTTPProblemDescription(.conflict, "invalid-state"), AuthRoutes.invalidInput]
        return description
    }

    private static var leaveDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Delete one's account", korean: "회원 탈퇴", tag: AuthRoutes.tag,
            details: HTTPWording(
                "What is personal is destroyed at once; what the law wants kept is kept apart until it may go.",
                korean: "개인정보는 즉시 파기되며, 법령에 따라 보관해야 하는 정보만 별도로 보관됩니다."), takes: LeaveInput.schema,
            answers: [HTTPAnswerDescription(.noContent, "The account is gone.")],
            problems: [
                HTTPProblemDescription(.unauthorized, "bad-credentials"),
                HTTPProblemDescription(.forbidden, "sign-in-too-old"),
                HTTPProblemDescription(.notFound, "not-found"), AuthRoutes.invalidInput, AuthRoutes.rateLimited,
                AuthRoutes.away,
            ])
    }

    // MARK: Following

    private static var following: [HTTPServiceRoute<AuthService>] {
        let member = HTTPParameterDescription(.path, "id", .integer(1...MemberNumber.max), about: "The organizer.")
        return [
            HTTPServiceRoute(
                .post, self.prefix + "/member/{id}/follow", access: .member,
                HTTPRouteDescription(
                    "Follow an organizer", korean: "주최자 팔로우", tag: AuthRoutes.tag, parameters: [member],
                    answers: [HTTPAnswerDescription(.noContent, "Followed, now or before.")],
                    problems: [
                        HTTPProblemDescription(.notFound, "not-found"),
                        HTTPProblemDescription(.conflict, "follow-limit"),
                        AuthRoutes.away,
                    ])
            ) { service in .concurrent { request, values in try await service.follow(request, values) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/member/{id}/follow", access: .member,
                HTTPRouteDescription(
                    "Unfollow an organizer", korean: "팔로우 취소", tag: AuthRoutes.tag, parameters: [member],
                    answers: [HTTPAnswerDescription(.noContent, "Not followed any more.")],
                    problems: [HTTPProblemDescription(.notFound, "not-found"), AuthRoutes.away])
            ) { service in .concurrent { request, values in try await service.unfollow(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/organizer/{id}", access: .anyone,
                HTTPRouteDescription(
                    "Who sells a show", korean: "주최자 조회", tag: AuthRoutes.tag,
                    details: HTTPWording(
                        "Who is signed in is told whether he follows the organizer.",
                        korean: "로그인한 회원에게는 팔로우 여부도 알려 줍니다."),
                    parameters: [member],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The organizer.",
                            examples: [OrganizerAnswer(organizer: .init(id: 17, name: "포도 기획", isFollowed: true))],
                            named: "Organizer")
                    ],
                    problems: [HTTPProblemDescription(.notFound, "not-found"), AuthRoutes.away])
            ) { service in .concurrent { request, values in try await service.organizer(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/member/me/following", access: .member,
                HTTPRouteDescription(
                    "Whom one follows", korean: "팔로우한 주최자 목록", tag: AuthRoutes.tag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Latest first.", examples: Self.pages(of: FollowedSeller(followed: .example)),
                            named: "FollowedSellers")
                    ], problems: [self.badPage, AuthRoutes.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.following(request) } },
        ]
    }

    private static let badPage = HTTPProblemDescription(.badRequest, "invalid-cursor", "invalid-request")

    private static func pages<Item: JSONEncodable>(of item: Item) -> [PageAnswer<Item>] {
        [PageAnswer(items: [item], next: .start), PageAnswer(items: [item], next: nil)]
    }

    // MARK: For managers

    private static var forManagers: [HTTPServiceRoute<AuthService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix + "/admin/members", access: .manager,
                HTTPRouteDescription(
                    "See all members", korean: "회원 목록", tag: AuthRoutes.tag,
                    parameters: [
                        HTTPParameterDescription(.query, "role", JSONSchema.choice(of: MemberRole.self).kind),
                        HTTPParameterDescription(
                            .query, "email", .string(JSONStringRule(lengthMax: EmailAddress.byteCountMax)),
                            about: "All of it: addresses are kept sealed, and a part of one finds nobody."),
                        HTTPParameterDescription(.query, "memberId", .integer(1...MemberNumber.max)),
                    ],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Newest first.", examples: Self.pages(of: ListedMember(profile: .example)),
                            named: "Members")
                    ], problems: [self.badPage, AuthRoutes.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.listMembers(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/admin/members/{id}/lock", access: .manager,
                self.lockDescription(
                    "Lock a member out", "회원 잠금", "Locked, now or before.",
                    HTTPWording(
                        "Every session ends at once, playback too; stream keys and mailed links are void.",
                        korean: "모든 로그인과 시청이 즉시 끝나고, 스트림 키와 메일로 보낸 링크가 무효가 됩니다."))
            ) { service in .concurrent { request, values in try await service.setLocked(true, request, values) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/admin/members/{id}/lock", access: .manager,
                self.lockDescription(
                    "Let a member in again", "회원 잠금 해제", "Not locked any more.",
                    HTTPWording(
                        "The member can sign in again. What was ended stays so.",
                        korean: "다시 로그인할 수 있습니다. 끝난 로그인과 무효가 된 키는 돌아오지 않습니다."))
            ) { service in .concurrent { request, values in try await service.setLocked(false, request, values) } },
        ]
    }

    private static func lockDescription(
        _ summary: String, _ korean: String, _ about: String, _ details: HTTPWording
    ) -> HTTPRouteDescription {
        HTTPRouteDescription(
            summary, korean: korean, tag: AuthRoutes.tag, details: details,
            parameters: [HTTPParameterDescription(.path, "id", .integer(1...MemberNumber.max), about: "The member.")],
            answers: [HTTPAnswerDescription(.noContent, about)],
            problems: [
                HTTPProblemDescription(.forbidden, "manager-account"), HTTPProblemDescription(.notFound, "not-found"),
                AuthRoutes.away,
            ])
    }
}

extension MemberProfile {
    static let example = MemberProfile(
        id: 4_503_599_627_370_497, role: .user, isLocked: false, name: "김포도", email: "kim@example.com",
        isEmailVerified: true, hasPassword: true, createdAt: WallClock(unixMilliseconds: 1_767_225_600_000))
}

extension Follows.Followed {
    static let example = Follows.Followed(
        id: 4_503_599_627_370_499, name: "포도 기획", followedAtMilliseconds: 1_767_225_600_000)
}
