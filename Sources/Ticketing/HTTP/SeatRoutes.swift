internal import Commerce
internal import HTTPServer
internal import Primitives

/// The routes of seat maps.
enum SeatRoutes {
    private static let prefix = ReservationRoutes.prefix
    private static let tag = "seats"

    static var table: [HTTPServiceRoute<ReservationService>] {
        let map = HTTPServiceRoute<ReservationService>(
            .get, self.prefix + "/schedule/{id}/seat", access: .anyone, self.mapDescription
        ) { service in .concurrent { request, values in try await service.seatMap(request, values) } }
        let events = HTTPServiceRoute<ReservationService>(
            .get, self.prefix + "/schedule/{id}/seat/events", access: .anyone, self.eventsDescription
        ) { service in .concurrent { request, values in try await service.seatEvents(request, values) } }
        let seat = HTTPServiceRoute<ReservationService>(
            .get, self.prefix + "/seat/{id}", access: .anyone,
            HTTPRouteDescription(
                "See a seat", korean: "좌석 조회", tag: self.tag, parameters: [ReservationRoutes.id],
                answers: [
                    HTTPAnswerDescription(
                        .ok, "The seat.", examples: [SeatAnswer.example, SeatAnswer.online], named: "Seat",
                        refine: { $0.refining("status", Self.statuses) })
                ], problems: [ReservationRoutes.missing, ReservationRoutes.away])
        ) { service in .concurrent { request, values in try await service.seat(request, values) } }
        return [map, events, seat, seat.alias("/seat/{id}")]
    }

    static let statuses = JSONSchema.Kind.choice(["AVAILABLE", "HELD", "SOLD"])

    private static var mapDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "See the seats of a performance", korean: "좌석 배치도 조회", tag: self.tag,
            details: HTTPWording(
                """
                With format=compact, statuses alone, as bytes: PSM1, then the schedule and the version of eight bytes \
                and the number of seats of four, the highest byte first, then two bits for each seat number from 0 on, \
                four to a byte, the first in the lowest bits: 0 available, 1 held, 2 sold, 3 no such seat. The \
                number of a seat is the lowest 20 bits of its seatId.
                """,
                korean: """
                    format=compact이면 상태만 바이트로 응답합니다. PSM1, 회차와 버전(각 8바이트), 좌석 수(4바이트)가 빅 엔디언으로 \
                    나온 뒤, 0번 좌석부터 좌석마다 2비트씩 낮은 비트부터 채워집니다. 0은 예매 가능, 1은 선점, 2는 판매 완료, 3은 없는 \
                    좌석입니다. 좌석 번호는 seatId의 하위 20비트입니다.
                    """),
            parameters: [
                ReservationRoutes.id,
                HTTPParameterDescription(.query, "format", .choice(["json", "compact"])),
                HTTPParameterDescription(.query, "section", .string(), about: "Seats of this section alone."),
            ],
            answers: [
                HTTPAnswerDescription(
                    .ok, "All seats, by their numbers.", examples: [SeatMapExample()], named: "SeatMap",
                    refine: { $0.refining("seats[].status", Self.statuses) })
            ],
            problems: [
                HTTPProblemDescription(.badRequest, "invalid-request"), ReservationRoutes.missing,
                ReservationRoutes.away,
            ], options: .conditional)
    }

    private static var eventsDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Follow the seats of a performance", korean: "좌석 상태 실시간 구독", tag: self.tag,
            details: HTTPWording(
                """
                Server-sent events. The data is {"version":…,"changes":[[number,status],…]}, where number is the \
                lowest 20 bits of a seatId; what a map of that version or a later one says already may be told again. \
                The event reload says that changes were missed: read the map again. Follow first and read the map \
                then, or give the version of the map as since.
                """,
                korean: """
                    서버 전송 이벤트(SSE)입니다. 데이터는 {"version":…,"changes":[[번호,상태],…]}이며 번호는 seatId의 하위 20비트입니다. \
                    reload 이벤트를 받으면 배치도를 다시 읽으십시오. 먼저 구독한 뒤 배치도를 읽거나, 배치도의 버전을 since로 보내십시오.
                    """),
            parameters: [
                ReservationRoutes.id,
                HTTPParameterDescription(
                    .query, "since", .string(), about: "The version that the client has, or the id of an event."),
                HTTPParameterDescription(.header, "Last-Event-ID", .string(), about: "As browsers send it."),
            ],
            answers: [HTTPAnswerDescription(.ok, "Events, until the client leaves.", mediaType: "text/event-stream")],
            problems: [
                HTTPProblemDescription(.badRequest, "invalid-request"), ReservationRoutes.missing,
                ReservationRoutes.away,
            ])
    }
}

extension SeatAnswer {
    static var example: SeatAnswer { Self.make(41, row: 5, column: 2, grade: "VIP") }

    /// A place without a number.
    static var online: SeatAnswer { Self.make(200, row: nil, column: nil, grade: "온라인") }

    private static func make(_ number: Int64, row: Int32?, column: Int32?, grade: String) -> SeatAnswer {
        guard let seat = SeatID(3 << 20 | number) else { preconditionFailure("there is such a seat") }
        return SeatAnswer(
            seat: seat, concert: 2, row: row, column: column, grade: grade,
            section: row == nil ? nil : "A", gradeID: 4, price: Money(99_000),
            status: "AVAILABLE")
    }
}

/// A map of two seats, written by what writes all of them.
private struct SeatMapExample: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        let seats = [SeatAnswer.example, SeatAnswer.online]
        writer.object { writer in
            writer.member("scheduleId", 3)
            writer.member("version", Int64(1_777_629_600_000))
            Stage.example.layout.encodeHall(to: &writer)
            writer.name("seats" as StaticString)
            writer.array { writer in
                for seat in seats {
                    writer.object { writer in
                        writer.member("seatId", seat.seat.value)
                        writer.member("row", seat.row.map(Int.init))
                        writer.member("col", seat.column.map(Int.init))
                        writer.member("grade", seat.grade)
                        writer.member("price", seat.price)
                        writer.member("status", seat.status)
                    }
                }
            }
        }
    }
}
