internal import HTTPServer
internal import Primitives

/// The routes of tickets.
enum TicketRoutes {
    private static let prefix = ReservationRoutes.prefix
    private static let tag = "tickets"

    static var table: [HTTPServiceRoute<ReservationService>] { self.owning + self.showing }

    private static var owning: [HTTPServiceRoute<ReservationService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix + "/ticket", access: .member,
                HTTPRouteDescription(
                    "See one's tickets", korean: "내 티켓 목록", tag: self.tag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Newest first.",
                            examples: ReservationRoutes.pages(of: Self.examples(proof: nil)), named: "Tickets",
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
                        "qr is what the door reads, signed and good until qrUntil; code is for somebody who looks it "
                            + "up by hand. A ticket that is void has neither.",
                        korean: "qr은 입장 확인용 서명 코드로 qrUntil까지 유효합니다. code는 직접 조회할 때 씁니다. 무효가 된 티켓에는 없습니다."),
                    parameters: [ReservationRoutes.id],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The ticket.", examples: Self.examples(proof: Self.proof), named: "Ticket",
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

    /// At the door.
    private static var showing: [HTTPServiceRoute<ReservationService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix + "/ticket/{id}/qr", access: .member,
                HTTPRouteDescription(
                    "A ticket as a QR code", korean: "티켓 QR 이미지", tag: self.tag,
                    details: HTTPWording(
                        "A picture (SVG) that a door takes for 90 seconds: ask again every 30.",
                        korean: "90초 동안 유효한 SVG 이미지입니다. 30초마다 다시 요청하십시오."),
                    parameters: [ReservationRoutes.id],
                    answers: [HTTPAnswerDescription(.ok, "The picture.", mediaType: "image/svg+xml")],
                    problems: [
                        ReservationRoutes.missing, HTTPProblemDescription(.conflict, "invalid-state"),
                        ReservationRoutes.away,
                    ])
            ) { service in .concurrent { request, values in try await service.ticketPicture(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/ticket-key", access: .anyone,
                HTTPRouteDescription(
                    "What doors check tickets with", korean: "티켓 검증용 공개 키", tag: self.tag,
                    details: HTTPWording(
                        "The text of a code is P1: and, in Base64 for URLs, the number of the key, the ticket, the "
                            + "seat, its epoch and the time in seconds (1, 8, 8, 4 and 4 bytes, the highest first), "
                            + "and the Ed25519 signature of P1: and these 25 bytes. It is good for 90 seconds from "
                            + "its time on.",
                        korean: "코드는 P1: 뒤에 키 번호, 티켓, 좌석, 세대, 시각(각 1, 8, 8, 4, 4바이트, 빅 엔디언)과 P1:을 포함한 "
                            + "Ed25519 서명을 Base64URL로 적은 것이며, 그 시각부터 90초 동안 유효합니다."),
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "All keys, the one in use first.",
                            examples: [TicketKeysAnswer(keys: [(number: 1, bytes: [UInt8](repeating: 7, count: 32))])],
                            named: "TicketKeys")
                    ])
            ) { service in .concurrent { _, _ in service.ticketKeys() } },
        ]
    }

    private static let statuses = JSONSchema.Kind.choice(["ISSUED", "REVOKED"])

    private static let proof = TicketProof(
        text: "P1:AQAAAAAAAAAFAAAAAAAwACkAAAABaf-J3A", until: WallClock(unixMilliseconds: 1_777_629_750_000))

    /// A seat of the hall, and a place without a number, at different times.
    private static func examples(proof: TicketProof?) -> [TicketAnswer] {
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
                    concertName: "보라빛 밤", startsAt: day, grade: seat.grade, section: seat.section,
                    row: seat.row, column: seat.column, endsAt: day.adding(.seconds(7200)),
                    doorsOpenAt: day.adding(.seconds(-1800)), replayUntil: replayUntil, heightMax: heightMax,
                    live: live, timeZone: "Asia/Seoul", isReceived: false),
                proof: proof)
        }
    }
}
