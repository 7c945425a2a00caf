internal import HTTPServer

/// What changes concerts.
extension CatalogueRoutes {
    private static let badState = HTTPProblemDescription(.conflict, "invalid-state")
    private static let overlap = HTTPProblemDescription(.conflict, "schedule-overlap", "seller-limit")

    static var concerts: [HTTPServiceRoute<CatalogueService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/concert", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                self.creation
            ) { service in .concurrent { request, _ in try await service.createConcert(request) } },
            HTTPServiceRoute(
                .patch, self.prefix + "/concert/{id}", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "Change a concert", korean: "공연 수정", tag: self.concertTag,
                    details: HTTPWording(
                        "What is left out stays. A grade can cost something else as long as nobody has a seat of it; "
                            + "seats stay where they are.",
                        korean: "보내지 않은 항목은 그대로입니다. 등급의 가격은 그 등급의 좌석이 하나도 팔리지 않았을 때만 바꿀 수 있습니다."),
                    parameters: [self.concert, self.ifMatch], takes: ConcertChange.schema,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Changed.", examples: [ChangedConcert(id: 17, version: 4)], named: "ChangedConcert",
                            fields: [("ETag", "The new version, for `If-Match`.")])
                    ],
                    problems: [
                        self.invalid, self.forbidden, self.missing, self.badState, self.outdated, self.away,
                    ])
            ) { service in .concurrent { request, values in try await service.changeConcert(request, values) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/concert/{id}", access: .member,
                HTTPRouteDescription(
                    "Take a concert away of which nobody has a seat", korean: "공연 삭제", tag: self.concertTag,
                    parameters: [self.concert], answers: [HTTPAnswerDescription(.noContent, "It is gone.")],
                    problems: [self.forbidden, self.missing, self.badState, self.away])
            ) { service in .concurrent { request, values in try await service.deleteConcert(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/concert/{id}/schedule", access: .member, bodyByteCountMax: 4096,
                HTTPRouteDescription(
                    "Add a performance, with its seats", korean: "회차 추가", tag: self.concertTag,
                    parameters: [self.concert], takes: ScheduleDraft.schema,
                    answers: [
                        HTTPAnswerDescription(
                            .created, "There is a schedule.",
                            examples: [MadeSchedule(id: 42, startsAt: ConcertDetail.example.serverTime)],
                            named: "MadeSchedule")
                    ],
                    problems: [
                        self.invalid, self.forbidden, self.missing,
                        HTTPProblemDescription(.conflict, "schedule-overlap", "invalid-state", "seller-limit"),
                        self.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.addSchedule(request, values) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/schedule/{id}", access: .member,
                HTTPRouteDescription(
                    "Take a performance away; whoever has a seat gets the money back", korean: "회차 삭제 (전액 환불)",
                    tag: self.concertTag, parameters: [self.id("The schedule.")],
                    answers: [
                        HTTPAnswerDescription(.noContent, "Nobody had a seat: it is gone."),
                        HTTPAnswerDescription(
                            .accepted, "It is called off; the money goes back, now or before.",
                            examples: [CanceledSchedule(id: 42)], named: "CanceledSchedule"),
                    ], problems: [self.forbidden, self.missing, self.badState, self.away])
            ) { service in .concurrent { request, values in try await service.removeSchedule(request, values) } },
        ] + self.moves
    }

    private static var creation: HTTPRouteDescription {
        HTTPRouteDescription(
            "Put a concert on sale", korean: "공연 등록", tag: self.concertTag,
            details: HTTPWording(
                "Grades, schedules and all seats are made with it, or nothing is. A row that belongs to no grade is "
                    + "not sold. It is for all to see at once, and on sale in its time, unless it is a draft.",
                korean: "등급, 회차, 좌석이 한 번에 만들어집니다. 어느 등급에도 속하지 않는 행은 판매하지 않습니다. draft가 아니면 바로 공개됩니다."),
            takes: ConcertDraft.schema,
            answers: [
                HTTPAnswerDescription(
                    .created, "There is a concert.",
                    examples: [
                        MadeConcert(
                            id: 17, schedules: [MadeSchedule(id: 42, startsAt: ConcertDetail.example.serverTime)])
                    ], named: "MadeConcert")
            ], problems: [self.invalid, self.forbidden, self.overlap, self.away], options: .idempotencyKey)
    }

    private static var moves: [HTTPServiceRoute<CatalogueService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/concert/{id}/publish", access: .member,
                self.move("Let everybody see a concert", "공연 공개", .ok, .published)
            ) { service in .concurrent { request, values in try await service.publishConcert(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/concert/{id}/close", access: .member,
                self.move("End the sale of a concert", "공연 판매 종료", .ok, .closed)
            ) { service in .concurrent { request, values in try await service.closeConcert(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/concert/{id}/cancel", access: .member,
                self.move(
                    "Cancel a concert; everybody gets the money back", "공연 취소 (전액 환불)", .accepted, .canceled,
                    details: HTTPWording(
                        "Where performances are over that somebody has paid for, only the others are canceled, and the "
                            + "concert is CLOSED. One that is on goes on while others are to come; otherwise it is "
                            + "canceled too.",
                        korean: "이미 끝난 회차에 결제한 사람이 있으면 남은 회차만 취소되고 공연은 CLOSED가 됩니다. "
                            + "진행 중인 회차는 남은 회차가 있으면 계속되고, 남은 회차가 없을 때만 함께 취소됩니다."))
            ) { service in .concurrent { request, values in try await service.cancelConcert(request, values) } },
        ]
    }

    private static func move(
        _ summary: String, _ korean: String, _ status: HTTPStatus, _ to: ConcertStatus, details: HTTPWording? = nil
    ) -> HTTPRouteDescription {
        HTTPRouteDescription(
            summary, korean: korean, tag: self.concertTag, details: details, parameters: [self.concert],
            answers: [
                HTTPAnswerDescription(
                    status, "So it is, now or before.", examples: [MovedConcert(id: 17, status: to)],
                    named: "MovedConcert"
                ) { $0.refining("status", JSONSchema.choice(of: ConcertStatus.self).kind) }
            ], problems: [self.forbidden, self.missing, self.badState, self.away], options: .idempotencyKey)
    }

    // MARK: Posters

    static var posters: [HTTPServiceRoute<CatalogueService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/concert/{id}/poster", access: .member,
                bodyByteCountMax: CatalogueLimits.posterByteCountMax,
                HTTPRouteDescription(
                    "Give a concert a poster", korean: "포스터 등록", tag: self.concertTag,
                    details: HTTPWording(
                        "The body is a JPEG or PNG as it is. It is decoded and written anew.",
                        korean: "본문에 JPEG 또는 PNG를 그대로 보냅니다. 서버에서 다시 인코딩합니다."),
                    parameters: [self.concert],
                    answers: [
                        HTTPAnswerDescription(
                            .created, "It has a poster.",
                            examples: [PosterAnswer(concertID: 17, digest: "0f3a9c415d2e8b70")], named: "PosterURL")
                    ],
                    problems: [
                        self.forbidden, self.missing,
                        HTTPProblemDescription(.unsupportedMediaType, "content-type-not-picture"),
                        HTTPProblemDescription(.unprocessableContent, "picture-unreadable", "picture-size"),
                        self.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.putPoster(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/concert/{id}/poster", access: .anyone,
                HTTPRouteDescription(
                    "The poster of a concert", korean: "포스터 조회", tag: self.concertTag, parameters: [self.concert],
                    answers: [HTTPAnswerDescription(.ok, "A JPEG.", mediaType: "image/jpeg")],
                    problems: [self.missing, self.away], options: .conditional)
            ) { service in .concurrent { request, values in try await service.poster(request, values) } },
        ]
    }
}
