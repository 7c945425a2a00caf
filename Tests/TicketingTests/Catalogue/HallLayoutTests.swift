import HTTPServer
import Postgres
import Testing

@testable import Ticketing

/// Halls of several sections: who sells them by grades, and what buyers are told of them.
@Suite("A hall of several sections", .timeLimit(.minutes(5)))
struct HallLayoutTests {
    /// Two wings of three rows and two seats, a middle of four rows and three, and a balcony across of one row.
    private static var stage: [String: Any] {
        [
            "rows": 5, "cols": 7, "rowAisles": [2],
            "sections": [
                ["name": "왼쪽", "rows": [1, 3], "cols": [1, 2]], ["name": "가운데", "rows": [1, 4], "cols": [3, 5]],
                ["name": "오른쪽", "rows": [1, 3], "cols": [6, 7]], ["name": "발코니", "rows": [5, 5]],
            ],
        ]
    }
    private static var grades: [[String: Any]] {
        [
            ["name": "VIP", "price": 99_000, "section": "가운데"],
            ["name": "R", "price": 66_000, "sections": ["왼쪽", "오른쪽", "발코니"]],
        ]
    }

    private func made(_ rig: CatalogueRig) async throws -> CatalogueRig.Made {
        let seller = try rig.seller()
        let stage = try await rig.stage(seller, Self.stage)
        let body = CatalogueRig.concert(stage: stage, ["grades": Self.grades])
        let answer = try await seller.send(.post, "/api/v1/concert", json: body)
        try #require(answer.status == 201, "\(answer.text)")
        let schedules = try #require(answer.json["schedules"] as? [[String: Any]])
        return CatalogueRig.Made(
            seller: seller, stage: stage, id: try #require(answer.json["concertId"] as? Int64),
            schedules: try schedules.map { try #require($0["scheduleId"] as? Int64) })
    }

    private func places(_ rig: CatalogueRig, _ schedule: Int64) throws -> String {
        try rig.rig.sql(
            """
            SELECT string_agg(grade.name || ' ' || row_no || ' ' || column_no, ',' ORDER BY seat_no)
            FROM seat JOIN grade ON grade.id = grade_id WHERE schedule_id = \(schedule)
            """)
    }

    @Test("is sold by grades of one section and of several: a seat for each place, and none where no section is")
    func seats() async throws {
        let rig = try CatalogueRig()
        let made = try await self.made(rig)
        let rows = (1...3).map { row in
            (1...7).map { "\((3...5).contains($0) ? "VIP" : "R") \(row) \($0)" }.joined(separator: ",")
        }
        let back = [(3...5).map { "VIP 4 \($0)" }, (1...7).map { "R 5 \($0)" }].map { $0.joined(separator: ",") }
        #expect(try self.places(rig, made.schedules[0]) == (rows + back).joined(separator: ","))
        // So are those of a performance that is added later.
        let later = try await made.seller.send(
            .post, made.path + "/schedule", json: ["startsAt": "2040-12-26T19:00:00+09:00"])
        #expect(later.status == 201, "\(later.text)")
        let schedule = try #require(later.json["scheduleId"] as? Int64)
        #expect(try self.places(rig, schedule) == self.places(rig, made.schedules[0]))
        // The version before makes those of the first section alone.
        #expect(throws: (any Error).self) {
            try rig.rig.sql("UPDATE schedule SET seat_count = 19 WHERE id = \(schedule)")
        }
        let detail = try await rig.client.send(.get, made.path)
        let grades = detail.json["grades"] as? [[String: Any]] ?? []
        #expect(grades.map { $0["section"] as? String } == ["가운데", nil])
        #expect(grades.map { $0["sections"] as? [String] } == [[], ["왼쪽", "오른쪽", "발코니"]])
        #expect(grades.map { $0["remaining"] as? Int } == [36, 57])
    }

    @Test("is told with its map, section by section too, and the best seats are all of one section")
    func map() async throws {
        let rig = try CatalogueRig()
        let made = try await self.made(rig)
        let process = ReservationRig(rig.rig)
        let client = try process.client()
        let path = "/api/v1/schedule/\(made.schedules[0])/seat"
        let map = try await client.send(.get, path)
        #expect(map.json["rowAisles"] as? [Int] == [2] && map.json["aisles"] as? [Int] == [])
        let sections = map.json["sections"] as? [[String: Any]] ?? []
        #expect(sections.map { $0["name"] as? String } == ["왼쪽", "가운데", "오른쪽", "발코니"])
        #expect(sections[2]["cols"] as? [Int] == [6, 7] && sections[3]["rows"] as? [Int] == [5, 5])
        let wing = try await client.send(.get, path + "?section=%EC%98%A4%EB%A5%B8%EC%AA%BD")
        let seats = wing.json["seats"] as? [[String: Any]] ?? []
        #expect(seats.map { $0["col"] as? Int } == [6, 7, 6, 7, 6, 7])
        // Three seats of R are beside each other on the balcony alone.
        let grade = try rig.rig.number("SELECT id FROM grade WHERE name = 'R'")
        let member = try rig.rig.member()
        let best = try await client.as(member).send(
            .post, "/reservation",
            json: ["scheduleId": made.schedules[0], "gradeId": grade, "quantity": 3, "bestAvailable": true])
        let held = best.json["seatIds"] as? [Int64] ?? []
        #expect(held.map { $0 & 0xfffff } == [26, 27, 28], "\(best.text)")
        // A seat and its ticket say the same.
        let seat = try await client.send(.get, "/api/v1/seat/\(held[0])")
        #expect(seat.json["section"] as? String == "발코니")
        let reservation = try #require(best.json["reservationId"] as? Int64)
        let tickets = try #require(try await process.confirm(reservation))
        let ticket = try await client.as(member).send(.get, "/api/v1/ticket/\(tickets[0])")
        #expect(ticket.json["section"] as? String == "발코니" && ticket.json["row"] as? Int == 5, "\(ticket.text)")
    }

    @Test("sold by its rows, has best seats that no section's edge lies between")
    func edges() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller, Self.stage)
        let body = CatalogueRig.concert(
            stage: stage, ["grades": [["name": "R", "price": 1, "rows": [1, 3]]]])
        let answer = try await seller.send(.post, "/api/v1/concert", json: body)
        let schedule = try #require((answer.json["schedules"] as? [[String: Any]])?.first?["scheduleId"] as? Int64)
        let process = ReservationRig(rig.rig)
        let client = try process.client()
        let grade = try rig.rig.number("SELECT id FROM grade")
        func best(_ quantity: Int) async throws -> [Int64] {
            let answer = try await client.as(try rig.rig.member()).send(
                .post, "/reservation",
                json: ["scheduleId": schedule, "gradeId": grade, "quantity": quantity, "bestAvailable": true])
            return (answer.json["seatIds"] as? [Int64] ?? []).map { $0 & 0xfffff }
        }
        #expect(try await best(3) == [2, 3, 4])
        #expect(try await best(2) == [5, 6])
        #expect(try await best(4) == [])
        withExtendedLifetime(process) {}
    }

    @Test("can have other aisles while it is sold, which maps hear of, and no other sections")
    func aisles() async throws {
        let rig = try CatalogueRig()
        let made = try await self.made(rig)
        let process = ReservationRig(rig.rig)
        let client = try process.client()
        let path = "/api/v1/schedule/\(made.schedules[0])/seat"
        _ = try await client.send(.get, path)
        let notes = rig.rig.database.listen(SeatNews.channel)
        let first = await notes.next()
        guard case .resynchronize = first else {
            Issue.record("\(String(describing: first))")
            return
        }
        let changed = try await made.seller.send(
            .patch, "/api/v1/stage/\(made.stage)", json: ["aisles": [4], "rowAisles": []])
        #expect(changed.status == 200 && changed.json["aisles"] as? [Int] == [4], "\(changed.text)")
        for _ in made.schedules { if case .message(let text)? = await notes.next() { process.news.hear(text) } }
        // One map at a time is read anew, and none again at once.
        try await rig.rig.wait {
            while try await process.news.work() {}
            let map = try await client.send(.get, path)
            return map.json["aisles"] as? [Int] == [4] && map.json["rowAisles"] as? [Int] == []
        }
        let same = try await made.seller.send(
            .patch, "/api/v1/stage/\(made.stage)", json: ["aisles": [4], "rowAisles": [Int]()])
        #expect(same.status == 200)
        // Nobody is told of what is as it was.
        try rig.rig.sql("SELECT pg_notify('seat_news', 'last')")
        guard case .message("last")? = await notes.next() else {
            Issue.record("maps are read anew for nothing")
            return
        }
        let sections = try await made.seller.send(.patch, "/api/v1/stage/\(made.stage)", json: ["sections": [Any]()])
        #expect(sections.status == 409 && sections.code == "venue-in-use")
    }

    @Test("that became smaller after its show was called off is as large as the seats that there were")
    func smaller() async throws {
        let rig = try CatalogueRig()
        let made = try await self.made(rig)
        let process = ReservationRig(rig.rig)
        let client = try process.client()
        try rig.rig.sql("UPDATE stage SET row_count = 2, column_count = 3, sections = '[]'")
        let map = try await client.send(.get, "/api/v1/schedule/\(made.schedules[0])/seat")
        #expect(map.json["rows"] as? Int == 5 && map.json["cols"] as? Int == 7, "\(map.text)")
        withExtendedLifetime(process) {}
    }

    @Test("has grades that say which sections, in one way")
    func refusals() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller, Self.stage)
        func pointers(_ grade: [String: Any]) async throws -> [String] {
            let grades = [["name": "R", "price": 1].merging(grade) { $1 }]
            let answer = try await seller.send(
                .post, "/api/v1/concert", json: CatalogueRig.concert(stage: stage, ["grades": grades]))
            #expect(answer.status == 400, "\(answer.text)")
            return answer.pointers
        }
        #expect(try await pointers(["sections": ["지하"]]) == ["/grades/0/sections"])
        #expect(try await pointers(["sections": ["왼쪽", "왼쪽"]]) == ["/grades/0/sections"])
        #expect(try await pointers(["sections": [String]()]) == ["/grades/0/sections"])
        #expect(try await pointers(["sections": ["왼쪽"], "section": "오른쪽"]) == ["/grades/0/sections"])
        #expect(try await pointers(["sections": ["왼쪽"], "rows": [1, 2]]) == ["/grades/0/sections"])
        let long = String(repeating: "가", count: CatalogueLimits.wordLengthMax + 1)
        #expect(try await pointers(["sections": [long]]) == ["/grades/0/sections/0"])
        #expect(try await pointers(["sections": ["왼쪽", 7]]) == ["/grades/0/sections/1"])
        #expect(try await pointers(["sections": ["왼쪽"], "kind": "ONLINE", "capacity": 9]) == ["/grades/0/sections"])
    }
}
