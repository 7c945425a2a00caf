internal import HTTPServer
internal import Primitives

/// The routes of tickets.
enum TicketRoutes {
    private static let prefix = ReservationRoutes.prefix
    private static let tag = "tickets"

    static var table: [HTTPServiceRoute<ReservationService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix + "/ticket", access: .member,
                HTTPRouteDescription(
                    "See one's tickets", korean: "내 티켓 목록", tag: self.tag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Newest first.",
                            examples: [
                                ReservationListAnswer(Self.examples(hasCode: false), lastID: 5, countMax: 2),
                                ReservationListAnswer(Self.examples(hasCode: false), lastID: 5, countMax: 20),
                            ], named: "Tickets",
                            refine: {
                                $0.refining("items[].status", Self.statuses)
                                    .refining("items[].live.state", LiveAnswer.states)
                            })
                    ], problems: [ReservationRoutes.badPage, ReservationRoutes.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.listTickets(request) } },
            HTTPServiceRoute(
                .get, self.prefix + "/ticket/{id}", access: .member,
                HTTPRouteDescription(
                    "See a ticket", korean: "티켓 조회", tag: self.tag,
                    details: HTTPWording(
                        "qr is what the code at the door holds; a ticket that is void has none.",
                        korean: "qr은 입장 확인용 코드입니다. 무효가 된 티켓에는 없습니다."), parameters: [ReservationRoutes.id],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The ticket.", examples: Self.examples(hasCode: true), named: "Ticket",
                            refine: {
                                $0.refining("status", Self.statuses).refining("live.state", LiveAnswer.states)
                            })
                    ], problems: [ReservationRoutes.missing, ReservationRoutes.away])
            ) { service in .concurrent { request, values in try await service.ticket(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/ticket/{id}/transfer", access: .member,
                bodyByteCountMax: ReservationRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Give a ticket to another member", korean: "티켓 양도", tag: self.tag,
                    details: HTTPWording(
                        "Whatever the ticket opened for its old owner, it opens no more.",
                        korean: "양도하면 기존 소유자의 입장 코드와 시청 권한은 즉시 무효가 됩니다."),
                    parameters: [ReservationRoutes.id], takes: TransferInput.schema,
                    answers: [HTTPAnswerDescription(.noContent, "It is theirs.")],
                    problems: [
                        HTTPProblemDescription(.badRequest, "invalid-request"), ReservationRoutes.missing,
                        HTTPProblemDescription(.conflict, "invalid-state"),
                        HTTPProblemDescription(.unprocessableContent, "member-not-found"), ReservationRoutes.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.transfer(request, values) } },
        ]
    }

    private static let statuses = JSONSchema.Kind.choice(["ISSUED", "REVOKED"])

    /// A seat of the hall, and a place without a number, at different times.
    private static func examples(hasCode: Bool) -> [TicketAnswer] {
        let day = WallClock(unixMilliseconds: 1_780_308_000_000)
        let seats: [(SeatAnswer, WallClock?, Int?, LiveStatus)] = [
            (.example, day.adding(.seconds(86_400 * 3)), 720, LiveAnswer.examples[1].live),
            (.online, nil, nil, LiveAnswer.examples[0].live),
        ]
        return seats.map { seat, replayUntil, heightMax, live in
            TicketAnswer(
                ticket: Ticket(
                    id: 5, reservation: 17, seat: seat.seat, status: "ISSUED", code: "3q2-7wAAQQCB_gECAwQFBg",
                    issuedAt: WallClock(unixMilliseconds: 1_777_629_660_000), epoch: 1, concert: 2,
                    concertName: "보라빛 밤", startsAt: day, grade: seat.grade,
                    row: seat.row, column: seat.column, endsAt: day.adding(.seconds(7200)),
                    doorsOpenAt: day.adding(.seconds(-1800)), replayUntil: replayUntil, heightMax: heightMax,
                    live: live),
                hasCode: hasCode)
        }
    }
}
