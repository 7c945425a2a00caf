internal import Commerce
internal import HTTPServer

/// The routes of seats that are kept out of the sale.
enum SeatBlockRoutes {
    private static let path = ReservationRoutes.prefix + "/schedule/{id}/seat"
    private static let tag = "seats"
    /// As many seats as there may be, of the longest numbers.
    private static let bodyByteCountMax = 128 * 1024

    static var table: [HTTPServiceRoute<ReservationService>] {
        [
            HTTPServiceRoute(
                .get, self.path + "/blocked", access: .member,
                HTTPRouteDescription(
                    "See which seats are kept out of the sale", korean: "판매 제외 좌석 조회", tag: self.tag,
                    details: HTTPWording(
                        "Those that can be given back, as runs: the first seat, and how many there are with numbers "
                            + "that follow. To everybody else they are SOLD. For the seller, ADMIN of his team and "
                            + "managers.",
                        korean: "다시 판매할 수 있는 제외 좌석을, 번호가 이어지는 묶음(첫 좌석과 개수)으로 응답합니다. 다른 사람에게는 SOLD로 "
                            + "보입니다. 판매자와 팀의 ADMIN, 관리자만 볼 수 있습니다."),
                    parameters: [ReservationRoutes.id],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "By their numbers.", examples: ReservationRoutes.pages(of: [SeatBlocks.Run.example]),
                            named: "BlockedSeats")
                    ],
                    problems: [
                        ReservationRoutes.badPage, CatalogueRoutes.forbidden, ReservationRoutes.missing,
                        ReservationRoutes.away,
                    ], options: .pages)
            ) { service in .concurrent { request, values in try await service.blockedSeats(request, values) } },
            HTTPServiceRoute(
                .post, self.path + "/block", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                self.change(
                    "Keep seats out of the sale", "좌석을 판매에서 제외",
                    HTTPWording(
                        "All of them, or none: of seats that are held or sold, errors names each. Buyers see them as "
                            + "SOLD, now or before.",
                        korean: "모두 제외되거나 하나도 제외되지 않습니다. 선점되었거나 팔린 좌석은 errors에 표시됩니다. 구매자에게는 SOLD로 보입니다."),
                    conflicts: HTTPProblemDescription(.conflict, "seat-taken", "invalid-state"))
            ) { service in .concurrent { request, values in try await service.blockSeats(request, values) } },
            HTTPServiceRoute(
                .post, self.path + "/release", access: .member, bodyByteCountMax: self.bodyByteCountMax,
                self.change(
                    "Give seats back to the sale", "제외한 좌석을 다시 판매",
                    HTTPWording(
                        "What was not kept out of it is passed over. Where nobody can sit, as the stage has it, "
                            + "nothing is sold: invalid-seat.",
                        korean: "제외되지 않은 좌석은 그대로 둡니다. 공연장에서 앉을 수 없는 자리로 등록한 곳은 판매할 수 없습니다(invalid-seat)."),
                    conflicts: HTTPProblemDescription(.conflict, "invalid-state"))
            ) { service in .concurrent { request, values in try await service.releaseSeats(request, values) } },
        ]
    }

    private static func change(
        _ summary: String, _ korean: String, _ details: HTTPWording, conflicts: HTTPProblemDescription
    ) -> HTTPRouteDescription {
        HTTPRouteDescription(
            summary, korean: korean, tag: self.tag, details: details, parameters: [ReservationRoutes.id],
            takes: SeatBlockInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .ok, "So it is, now or before.", examples: [SeatBlockAnswer(schedule: 3, changedCount: 2)],
                    named: "SeatBlockChange")
            ],
            problems: [
                HTTPProblemDescription(.badRequest, "invalid-request", "invalid-seat"), CatalogueRoutes.forbidden,
                ReservationRoutes.missing, conflicts, ReservationRoutes.away,
            ], options: .idempotencyKey)
    }
}

extension SeatBlocks.Run {
    static var example: SeatBlocks.Run { SeatBlocks.Run(first: SeatAnswer.example.seat, count: 4) }
}
