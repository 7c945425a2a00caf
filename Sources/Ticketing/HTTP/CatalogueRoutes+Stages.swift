internal import Commerce
internal import HTTPServer

/// Stages and teams.
extension CatalogueRoutes {
    private static let stage = Self.id("The stage.")
    private static let inUse = HTTPProblemDescription(.conflict, "venue-in-use")

    static var stages: [HTTPServiceRoute<CatalogueService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/stage", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Describe a stage", korean: "공연장 등록", tag: self.stageTag,
                    details: HTTPWording(
                        "Rows and columns are counted from 1. Sections, aisles and blocked places may be added; maps "
                            + "come apart at aisles and between sections.",
                        korean: "행과 열은 1부터 셉니다. 구역, 통로, 판매하지 않는 자리를 함께 등록할 수 있으며, 배치도는 통로와 구역 사이를 "
                            + "띄워 그립니다."),
                    takes: StageDraft.schema,
                    answers: [
                        HTTPAnswerDescription(
                            .created, "There is a stage.", examples: [MadeStage(id: 7)], named: "MadeStage")
                    ],
                    problems: [
                        self.invalid, self.forbidden, HTTPProblemDescription(.conflict, "seller-limit"), self.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, _ in try await service.createStage(request) } },
            HTTPServiceRoute(
                .get, self.prefix + "/stage", access: .member,
                HTTPRouteDescription(
                    "One's stages", korean: "내 공연장 목록", tag: self.stageTag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Newest first; those of sellers for whom one works too.",
                            examples: self.pages(of: StageAnswer(stage: .example)), named: "Stages")
                    ], problems: [self.badPage, self.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.listStages(request) } },
            HTTPServiceRoute(
                .get, self.prefix + "/stage/{id}", access: .anyone,
                HTTPRouteDescription(
                    "See a stage", korean: "공연장 조회", tag: self.stageTag, parameters: [self.stage],
                    answers: [self.stageAnswer], problems: [self.missing, self.away])
            ) { service in .concurrent { _, values in try await service.stage(values) } },
            HTTPServiceRoute(
                .patch, self.prefix + "/stage/{id}", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Change a stage", korean: "공연장 수정", tag: self.stageTag,
                    details: HTTPWording(
                        "Rows, columns, sections and blocked places stay as they are while there are concerts on it. "
                            + "Aisles can always be changed.",
                        korean: "공연이 있는 동안에는 행, 열, 구역, 판매하지 않는 자리를 바꿀 수 없습니다. 통로는 언제든지 바꿀 수 있습니다."),
                    parameters: [self.stage, self.ifMatch], takes: StageChange.schema, answers: [self.stageAnswer],
                    problems: [self.invalid, self.forbidden, self.missing, self.inUse, self.outdated, self.away])
            ) { service in .concurrent { request, values in try await service.changeStage(request, values) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/stage/{id}", access: .member,
                HTTPRouteDescription(
                    "Take a stage away", korean: "공연장 삭제", tag: self.stageTag, parameters: [self.stage],
                    answers: [HTTPAnswerDescription(.noContent, "It is gone.")],
                    problems: [self.forbidden, self.missing, self.inUse, self.away])
            ) { service in .concurrent { request, values in try await service.deleteStage(request, values) } },
        ]
    }

    private static var stageAnswer: HTTPAnswerDescription {
        HTTPAnswerDescription(
            .ok, "The stage.", examples: [StageAnswer(stage: .example)], named: "Stage",
            fields: [("ETag", "Its version, for `If-Match`.")])
    }

    // MARK: Teams

    static var team: [HTTPServiceRoute<CatalogueService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix + "/member/me/team", access: .seller,
                HTTPRouteDescription(
                    "See one's team", korean: "팀 구성원 목록", tag: self.stageTag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "All of it, in the order in which they came.",
                            examples: [Page(items: [FellowAnswer(fellow: .example)], next: nil)],
                            named: "Team")
                    ], problems: [self.away])
            ) { service in .concurrent { request, _ in try await service.team(request) } },
            HTTPServiceRoute(
                .get, self.prefix + "/member/me/teams", access: .member,
                HTTPRouteDescription(
                    "See whose teams one is in", korean: "내가 속한 팀 목록", tag: self.stageTag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "All of them, in the order in which one came.",
                            examples: [Page(items: [TeamAnswer(seller: .example)], next: nil)],
                            named: "Teams")
                    ], problems: [self.away])
            ) { service in .concurrent { request, _ in try await service.teamsOfOneself(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/member/me/team", access: .seller, bodyByteCountMax: 4096,
                HTTPRouteDescription(
                    "Take somebody into one's team", korean: "팀 구성원 추가", tag: self.stageTag,
                    details: HTTPWording(
                        "An ADMIN may do with concerts what the seller may, FINANCE sees the money, STREAMER streams. "
                            + "Whoever is in the team gets the new role.",
                        korean: "ADMIN은 판매자와 같은 권한, FINANCE는 정산 조회, STREAMER는 방송 권한을 가집니다. 이미 있으면 역할이 바뀝니다."),
                    takes: FellowInput.schema, answers: [HTTPAnswerDescription(.noContent, "In the team.")],
                    problems: [
                        self.invalid, self.missing, HTTPProblemDescription(.conflict, "team-limit"),
                        HTTPProblemDescription(.unprocessableContent, "member-not-found"), self.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, _ in try await service.addToTeam(request) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/member/me/team/{id}", access: .seller,
                HTTPRouteDescription(
                    "Take somebody out of one's team", korean: "팀 구성원 제외", tag: self.stageTag,
                    parameters: [self.id("The member.")],
                    answers: [HTTPAnswerDescription(.noContent, "Not in the team any more.")],
                    problems: [self.missing, self.away])
            ) { service in .concurrent { request, values in try await service.removeFromTeam(request, values) } },
        ]
    }
}
