import Commerce
import Foundation
import HTTPServer
import Postgres
import Primitives
import Testing

@testable import Ticketing

/// Routes as programs use them.
@Suite("Routes of reservations")
struct ReservationRouteTests {
    @Test("seats are held by each of the shapes that the API has")
    func shapes() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 2, columns: 10)
        let members = try rig.members(4)
        let client = try process.client()
        let one = try await client.as(members[0]).send(
            .post, "/reservation", json: ["concertId": sale.concert, "seatId": sale.seat(0).value])
        #expect(one.status == 201)
        #expect(one.json["status"] as? String == "PENDING")
        #expect(one.json["seatIds"] as? [Int64] == [sale.seat(0).value])
        #expect((one.json["total"] as? [String: Any])?["amount"] as? Int == 99_000)
        #expect((one.json["expiresAt"] as? String)?.hasSuffix("Z") == true)
        let several = try await client.as(members[1]).send(
            .post, "/api/v1/reservation",
            json: ["scheduleId": sale.schedule, "seatIds": [12, 11].map { sale.seat($0).value }])
        #expect(several.status == 201)
        #expect(several.json["seatIds"] as? [Int64] == [11, 12].map { sale.seat($0).value })
        let best = try await client.as(members[2]).send(
            .post, "/reservation",
            json: ["scheduleId": sale.schedule, "gradeId": sale.grades[0], "quantity": 3, "bestAvailable": true])
        #expect(best.status == 201)
        #expect(best.json["seatIds"] as? [Int64] == [3, 4, 5].map { sale.seat($0).value })
        let taken = try await client.as(members[3]).send(
            .post, "/reservation", json: ["seatIds": [0, 1, 12].map { sale.seat($0).value }])
        #expect(taken.status == 409 && taken.code == "seat-taken")
        #expect(taken.pointers == ["/seatIds/0", "/seatIds/2"])
        #expect(taken.text.contains("\(sale.seat(12).value)"))
        try await process.expectSound()
    }

    @Test("what makes no sense is refused in words")
    func refusals() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10, purchaseLimit: 2)
        let member = try rig.member()
        let client = try process.client().as(member)
        let seat = sale.seat(0).value
        let best: [String: Any] = ["scheduleId": sale.schedule, "bestAvailable": true]
        let cases: [([String: Any], Int, String)] = [
            ([:], 400, "invalid-request"), (["seatId": "x"], 400, "invalid-request"),
            (["seatId": 5], 400, "invalid-seat"), (["seatIds": [seat, seat]], 400, "invalid-seat"),
            (["seatIds": [seat, seat + 1 << 20]], 400, "invalid-seat"),
            (["seatIds": []], 400, "invalid-request"),
            (["seatId": sale.seat(10).value], 400, "invalid-seat"),
            (["seatId": 999 << 20], 404, "not-found"),
            (["seatId": seat, "concertId": 77], 400, "invalid-seat"),
            (["seatId": seat, "scheduleId": 77], 400, "invalid-seat"),
            (["seatIds": [0, 1, 2].map { sale.seat($0).value }], 409, "purchase-limit"),
            (best, 400, "invalid-request"),
            (best.merging(["gradeId": 9999, "quantity": 1]) { $1 }, 404, "not-found"),
            (best.merging(["gradeId": sale.grades[0], "quantity": 11]) { $1 }, 409, "seat-taken"),
        ]
        for (json, status, code) in cases {
            let answer = try await client.send(.post, "/reservation", json: json)
            #expect(answer.status == status && answer.code == code, "\(json) \(answer.text)")
        }
        #expect(try await client.anonymous.send(.post, "/reservation", json: ["seatId": seat]).status == 401)
        try rig.sql("UPDATE concert SET status = 'CLOSED'")
        #expect(try await client.send(.post, "/reservation", json: ["seatId": seat]).code == "not-on-sale")
        #expect(try rig.number("SELECT count(*) FROM reservation") == 0)
    }

    @Test("where there is a queue, its pass is asked for")
    func queue() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let client = try process.client(gate: PassQueue(pass: "p1")).as(try rig.member())
        let json = ["seatId": sale.seat(0).value]
        for fields in [[], [("queue-pass", "p2")]] as [[(String, String)]] {
            let refused = try await client.send(.post, "/reservation", json: json, fields: fields)
            #expect(refused.status == 403 && refused.code == "queue-pass-required")
        }
        #expect(
            try await client.send(.post, "/reservation", json: json, fields: [("queue-pass", "p1")]).status == 201)
    }

    @Test("a member sees his own reservations and nobody else's, page by page")
    func reading() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10, purchaseLimit: 10)
        let members = try rig.members(2)
        var ids: [Int64] = []
        for number in 0..<5 { ids.append(try await process.held(sale, members[0], [number])) }
        _ = try await process.held(sale, members[1], [9])
        let client = try process.client()
        let one = try await client.as(members[0]).send(.get, "/api/v1/reservation/\(ids[0])")
        #expect(one.json["reservationId"] as? Int64 == ids[0] && one.json["concertId"] as? Int64 == sale.concert)
        #expect(try await client.as(members[1]).send(.get, "/api/v1/reservation/\(ids[0])").status == 404)
        for path in ["0", "x", "-1", "99999999999999999999"] {
            #expect(try await client.as(members[0]).send(.get, "/api/v1/reservation/\(path)").status == 404)
        }
        var seen: [Int64] = []
        var cursor: String?
        repeat {
            let target = "/api/v1/member/me/reservation?limit=2" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try await client.as(members[0]).send(.get, target)
            seen += (page.json["items"] as? [[String: Any]] ?? []).compactMap { $0["reservationId"] as? Int64 }
            cursor = page.json["nextCursor"] as? String
        } while cursor != nil
        #expect(seen == ids.reversed())
        for bad in ["cursor=x", "cursor=AAAA", "limit=0", "limit=101", "cursor=____________"] {
            #expect(try await client.as(members[0]).send(.get, "/api/v1/member/me/reservation?\(bad)").status == 400)
        }
        try rig.lapse("id = \(ids[0])")
        let lapsed = try await client.as(members[0]).send(.get, "/api/v1/reservation/\(ids[0])")
        #expect(lapsed.json["status"] as? String == "EXPIRED" && lapsed.json["expiresAt"] is NSNull)
        _ = try await process.confirm(ids[1])
        let paid = try await client.as(members[0]).send(.get, "/api/v1/reservation/\(ids[1])")
        #expect(paid.json["status"] as? String == "CONFIRMED")
    }

    @Test("maps are the same for all, with a tag, and compressed; seats are seen alone")
    func maps() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 10, columns: 10)
        try rig.sql(
            """
            UPDATE stage SET sections = (SELECT jsonb_agg(jsonb_build_object(
                'name', name, 'rows', jsonb_build_array(first_row, last_row))) FROM grade)
            """)
        let client = try process.client()
        let path = "/api/v1/schedule/\(sale.schedule)/seat"
        let map = try await client.send(.get, path)
        #expect(map.status == 200 && (map.json["seats"] as? [Any])?.count == 100)
        #expect(map.json["rows"] as? Int == 10 && map.json["scheduleId"] as? Int64 == sale.schedule)
        let tag = try #require(map["etag"])
        #expect(try await client.send(.get, path, fields: [("if-none-match", tag)]).status == 304)
        let small = try await client.send(.get, path, fields: [("accept-encoding", "gzip")])
        #expect(small["content-encoding"] == "gzip" && small.body.count < map.body.count / 4)
        #expect(small["etag"] != tag)
        let section = try await client.send(.get, path + "?section=VIP")
        #expect((section.json["seats"] as? [Any])?.count == 50)
        let compact = try await client.send(.get, path + "?format=compact")
        #expect(compact.body.count == 24 + 25 && compact.body.starts(with: "PSM1".utf8))
        _ = try await process.held(sale, try rig.member(), [0])
        try await rig.wait { try await client.send(.get, path, fields: [("if-none-match", tag)]).status == 200 }
        try await rig.wait { try await client.send(.get, path + "?format=compact").body[24] == 1 }
        let seat = try await client.send(.get, "/seat/\(sale.seat(0).value)")
        #expect(seat.json["status"] as? String == "HELD" && seat.json["grade"] as? String == "VIP")
        #expect(seat.json["row"] as? Int == 1 && seat.json["concertId"] as? Int64 == sale.concert)
        for path in ["/seat/\(sale.seat(0).value + 100)", "/seat/1", "/api/v1/schedule/99/seat", path + "?section=X"] {
            #expect(try await client.send(.get, path).status == 404, "\(path)")
        }
        for query in ["format=xml", "format=compact&section=VIP"] {
            #expect(try await client.send(.get, path + "?" + query).status == 400)
        }
        #expect(try await client.send(.get, path + "/events").status == 200)
        try rig.sql("UPDATE concert SET status = 'DRAFT'")
        let other = try ReservationRig(rig).client()
        #expect(try await other.send(.get, path).status == 404)
    }

    @Test("places without a number are sold by how many one wants, until none is left")
    func online() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let grade = try rig.number(
            """
            INSERT INTO grade (concert_id, name, price, kind, capacity, position)
            VALUES (\(sale.concert), '온라인', 15000, 'ONLINE', 30, 2) RETURNING id
            """)
        try rig.sql(
            """
            INSERT INTO seat (schedule_id, seat_no, grade_id, price)
            SELECT \(sale.schedule), n, \(grade), 15000 FROM generate_series(10, 39) AS n
            """)
        let client = try process.client()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for member in try rig.members(20) {
                group.addTask {
                    try await client.as(member).send(
                        .post, "/reservation",
                        json: ["scheduleId": sale.schedule, "gradeId": grade, "quantity": 2, "bestAvailable": true]
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 201 } == 15)
        #expect(statuses.count { $0 == 409 } == 5)
        #expect(try rig.number("SELECT count(*) FROM seat WHERE state = 1") == 30)
        try await process.expectSound()
    }
}
