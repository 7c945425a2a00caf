internal import Commerce
package import HTTPServer
internal import Primitives

/// The routes of reservations.
package enum ReservationRoutes {
    /// Every route of seats, reservations and tickets.
    package static var table: [HTTPServiceRoute<ReservationService>] {
        self.own + SeatRoutes.table + SeatBlockRoutes.table + TicketRoutes.table
    }

    static let prefix = "/api/v1"
    /// A hundred seats fit many times over.
    static let bodyByteCountMax = 8 * 1024
    private static let tag = "reservations"

    static let away = HTTPProblemDescription(
        .serviceUnavailable, "overloaded", "database-unavailable", saysWhenToRetry: true)
    static let missing = HTTPProblemDescription(.notFound, "not-found")
    static let badPage = HTTPProblemDescription(.badRequest, "invalid-cursor", "invalid-request")
    static let id = HTTPParameterDescription(.path, "id", .integer(1...(.max)))

    private static var own: [HTTPServiceRoute<ReservationService>] {
        let reserve = HTTPServiceRoute<ReservationService>(
            .post, self.prefix + "/reservation", access: .member, bodyByteCountMax: self.bodyByteCountMax,
            self.reserveDescription
        ) { service in .concurrent { request, _ in try await service.reserve(request) } }
        let look = HTTPServiceRoute<ReservationService>(
            .get, self.prefix + "/reservation/{id}", access: .member,
            HTTPRouteDescription(
                "See a reservation", korean: "예약 조회", tag: self.tag, parameters: [self.id],
                answers: [
                    HTTPAnswerDescription(
                        .ok, "The reservation.", examples: ReservationAnswer.examples, named: "Reservation",
                        refine: Self.refined)
                ], problems: [self.missing, self.away])
        ) { service in .concurrent { request, values in try await service.reservation(request, values) } }
        let release = HTTPServiceRoute<ReservationService>(
            .delete, self.prefix + "/reservation/{id}", access: .member,
            HTTPRouteDescription(
                "Give held seats back", korean: "예약 취소(결제 전)", tag: self.tag,
                details: HTTPWording(
                    "What is paid already is given back by a refund.", korean: "결제가 끝난 예약은 환불로 취소합니다."),
                parameters: [self.id],
                answers: [HTTPAnswerDescription(.noContent, "The seats are free, now or before.")],
                problems: [
                    self.missing, HTTPProblemDescription(.conflict, "payment-in-progress", "invalid-state"), self.away,
                ])
        ) { service in .concurrent { request, values in try await service.release(request, values) } }
        let list = HTTPServiceRoute<ReservationService>(
            .get, self.prefix + "/member/me/reservation", access: .member,
            HTTPRouteDescription(
                "See one's reservations", korean: "내 예약 목록", tag: self.tag,
                answers: [
                    HTTPAnswerDescription(
                        .ok, "Newest first.",
                        examples: self.pages(of: ReservationAnswer.examples), named: "Reservations",
                        refine: { Self.refined($0, at: "items[].") })
                ], problems: [self.badPage, self.away], options: .pages)
        ) { service in .concurrent { request, _ in try await service.listReservations(request) } }
        return [reserve, reserve.alias("/reservation"), look, release, list]
    }

    /// One that goes on, and the last.
    static func pages<Item: JSONEncodable>(of items: [Item]) -> [Page<Item>] {
        [Page(items: items, next: PageCursor("example", .number(17))), Page(items: items, next: nil)]
    }

    private static var reserveDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Hold seats", korean: "좌석 예약(선점)", tag: self.tag,
            details: HTTPWording(
                """
                One seat by seatId, several by seatIds, or bestAvailable with scheduleId, gradeId and quantity for \
                seats beside each other, or any of a grade whose places have no number. All are held, or none; they \
                are the member's until expiresAt, and paid before that. Of seats that are taken, errors names each.
                """,
                korean: """
                    seatId로 한 좌석, seatIds로 여러 좌석을 지정하거나, bestAvailable과 scheduleId, gradeId, quantity로 \
                    나란한 좌석을 자동으로 고를 수 있습니다. 모두 선점되거나 하나도 선점되지 않으며, expiresAt까지 결제해야 합니다. \
                    이미 선점된 좌석은 errors에 표시됩니다.
                    """),
            parameters: [
                HTTPParameterDescription(
                    .header, "Queue-Pass", .string(), about: "Where the concert has a queue: what it gave.")
            ], takes: ReservationInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .created, "The seats are held.", examples: [ReservationAnswer.held], named: "HeldReservation")
            ],
            problems: [
                HTTPProblemDescription(.badRequest, "invalid-request", "invalid-seat"),
                HTTPProblemDescription(.forbidden, "queue-pass-required"), self.missing,
                HTTPProblemDescription(.conflict, "seat-taken", "purchase-limit", "not-on-sale"), self.away,
            ], options: .idempotencyKey)
    }

    private static func refined(_ schema: JSONSchema) -> JSONSchema { self.refined(schema, at: "") }

    private static func refined(_ schema: JSONSchema, at path: String) -> JSONSchema {
        schema.refining(path + "status", .choice(["PENDING", "CONFIRMED", "CANCELLED", "EXPIRED"]))
    }
}

extension ReservationAnswer {
    static var held: ReservationAnswer {
        let until = WallClock(unixMilliseconds: 1_777_629_900_000)
        return ReservationAnswer(
            Hold(reservation: 17, seats: [41, 42], until: until, total: Money(198_000)), schedule: 3)
    }

    static var examples: [ReservationAnswer] {
        var held = Self.held
        held.concert = 2
        held.createdAt = WallClock(unixMilliseconds: 1_777_629_600_000)
        var paid = held
        paid.status = "CONFIRMED"
        paid.until = nil
        return [held, paid]
    }
}
