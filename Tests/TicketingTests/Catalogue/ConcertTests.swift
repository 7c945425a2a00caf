import HTTPServer
import Primitives
import Testing

@testable import Ticketing

@Suite("Concerts")
struct ConcertTests {
    @Test("a concert is there with its schedules and all their seats, and on sale at once")
    func creation() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        #expect(made.schedules.count == 2)
        let seats = try rig.rig.sql(
            """
            SELECT grade.name, min(seat_no), max(seat_no), min(row_no), max(row_no), max(column_no), count(*),
                min(seat.price), max(state)
            FROM seat JOIN grade ON grade.id = grade_id WHERE schedule_id = \(made.schedules[1])
            GROUP BY grade.name ORDER BY 2
            """)
        #expect(seats == "VIP|0|9|1|2|5|10|99000|0\nR|10|24|3|5|5|15|66000|0")
        #expect(try rig.rig.sql("SELECT DISTINCT seat_count FROM schedule") == "25")
        let facts = "SELECT status, purchase_limit, hold_seconds, created_by, queue_enabled FROM concert"
        let seller = try #require(made.seller.member)
        #expect(try rig.rig.sql(facts) == "PUBLISHED|4|300|member:\(seller)|f")
        let zones = "SELECT DISTINCT timezone, ends_at - starts_at FROM schedule"
        #expect(try rig.rig.sql(zones) == "Asia/Seoul|02:00:00")
        #expect(
            try rig.rig.events() == [
                "concert.created concert:\(made.id)", "concert.published concert:\(made.id)",
                "schedule.created schedule:\(made.schedules[0])", "schedule.created schedule:\(made.schedules[1])",
            ])
        #expect(rig.rig.metric("podo_catalogue_seats_total") == 50)
    }

    @Test("seats are numbered from 0 by row and column; what has no place comes behind; blocked ones are not sold")
    func numbering() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(
            seller,
            [
                "sections": [["name": "왼쪽", "rows": [1, 2], "cols": [1, 2]]],
                "blocked": [["row": 1, "col": 2], ["row": 6, "col": 1]],
            ])
        let grades: [[String: Any]] = [
            ["name": "온라인", "price": 22_000, "kind": "ONLINE", "capacity": 3],
            ["name": "A", "price": 50_000, "section": "왼쪽"], ["name": "B", "price": 40_000, "rows": [3, 3]],
            ["name": "스탠딩", "price": 30_000, "kind": "GENERAL", "capacity": 2],
        ]
        let body = CatalogueRig.concert(
            stage: stage, ["grades": grades, "schedules": [["startsAt": "2040-12-24T10:00:00Z"]]])
        let answer = try await seller.send(.post, "/api/v1/concert", json: body)
        #expect(answer.status == 201, "\(answer.text)")
        let seats = try rig.rig.sql(
            """
            SELECT string_agg(seat_no || grade.name || coalesce(row_no || '-' || column_no, '') || '/' || state, ' '
                ORDER BY seat_no) FROM seat JOIN grade ON grade.id = grade_id
            """)
        #expect(
            seats
                == "0A1-1/0 1A1-2/4 2A2-1/0 3A2-2/0 4B3-1/0 5B3-2/0 6B3-3/0 7B3-4/0 8B3-5/0 "
                + "9온라인/0 10온라인/0 11온라인/0 12스탠딩/0 13스탠딩/0")
    }

    @Test("a concert of viewers alone needs no stage")
    func online() async throws {
        let rig = try CatalogueRig()
        let grades: [[String: Any]] = [["name": "온라인", "price": 0, "kind": "ONLINE", "capacity": 500]]
        let body = CatalogueRig.concert(stage: nil, ["grades": grades, "currency": "USD", "category": "SPORT"])
        let answer = try await rig.seller().send(.post, "/api/v1/concert", json: body)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(try rig.rig.number("SELECT count(*) FROM seat WHERE row_no IS NULL") == 1000)
        #expect(try await rig.user().send(.post, "/api/v1/concert", json: body).status == 403)
    }

    @Test("what is wrong with a concert is told by where it is, and nothing of it is made")
    func refusals() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller)
        func pointers(_ changes: [String: Any]) async throws -> [String] {
            let body = CatalogueRig.concert(stage: stage, changes)
            let answer = try await seller.send(.post, "/api/v1/concert", json: body)
            #expect(answer.status == 400 && answer.code == "invalid-request", "\(answer.text)")
            return answer.pointers
        }
        func grade(_ changes: [String: Any]) -> [String: Any] {
            ["grades": [["name": "VIP", "price": 1].merging(changes) { $1 }]]
        }
        #expect(try await pointers(["saleClosesAt": "2025-12-31T00:00:00Z"]) == ["/saleClosesAt"])
        #expect(try await pointers(["category": "OPERA", "runtimeMinutes": 0]) == ["/category", "/runtimeMinutes"])
        #expect(try await pointers(["stageId": 999]) == ["/stageId"])
        #expect(try await pointers(["schedules": [Any]()]) == ["/schedules"])
        #expect(try await pointers(["grades": [Any]()]) == ["/grades"])
        #expect(try await pointers(["schedules": [["startsAt": "morgen"]]]) == ["/schedules/0/startsAt"])
        let zone = ["schedules": [["startsAt": "2040-12-24T10:00:00Z", "timeZone": "Asia/Nowhere"]]]
        #expect(try await pointers(zone) == ["/schedules/0/timeZone"])
        let end = ["schedules": [["startsAt": "2040-12-24T10:00:00Z", "endsAt": "2040-12-24T10:00:00Z"]]]
        #expect(try await pointers(end) == ["/schedules/0/endsAt"])
        #expect(try await pointers(grade([:])) == ["/grades/0/rows"])
        #expect(try await pointers(grade(["rows": [1, 7]])) == ["/grades/0/rows"])
        #expect(try await pointers(grade(["rows": [1, 2], "section": "A"])) == ["/grades/0/section"])
        #expect(try await pointers(grade(["rows": [1, 2], "price": -1])) == ["/grades/0/price"])
        let online = try await pointers(grade(["kind": "ONLINE", "rows": [1, 2]]))
        #expect(online == ["/grades/0/rows", "/grades/0/capacity"])
        func grades(_ first: (String, [Int]), _ second: (String, [Int])) -> [String: Any] {
            ["grades": [first, second].map { ["name": $0.0, "price": 1, "rows": $0.1] as [String: Any] }]
        }
        #expect(try await pointers(grades(("R", [1, 1]), ("R", [2, 2]))) == ["/grades/1/name"])
        #expect(try await pointers(grades(("R", [1, 3]), ("S", [3, 4]))) == ["/grades/1"])
        let huge = ["grades": [["name": "온라인", "price": 1, "kind": "ONLINE", "capacity": 200_000]]]
        #expect(try await pointers(huge) == ["/schedules"])
        #expect(try await pointers(["queue": ["enabled": true, "admitPerSecond": 0]]) == ["/queue/admitPerSecond"])
        let rules = ["refundRules": [["daysBefore": 1, "feeBasisPoints": 0], ["daysBefore": 7, "feeBasisPoints": 0]]]
        #expect(try await pointers(rules) == ["/refundRules"])
        #expect(try rig.rig.sql("SELECT (SELECT count(*) FROM concert), (SELECT count(*) FROM outbox)") == "0|0")
    }

    @Test("a stage shows one thing at a time")
    func overlap() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        func create(_ startsAt: String...) async throws -> (status: Int, code: String?) {
            let schedules = startsAt.map { ["startsAt": $0] }
            let body = CatalogueRig.concert(stage: made.stage, ["schedules": schedules])
            let answer = try await made.seller.send(.post, "/api/v1/concert", json: body)
            return (answer.status, answer.code)
        }
        let twice = try await create("2040-12-24T11:59:00Z")
        #expect(twice.status == 409 && twice.code == "schedule-overlap")
        #expect(try await create("2041-01-01T10:00:00Z", "2041-01-01T11:00:00Z").code == "schedule-overlap")
        #expect(try rig.rig.number("SELECT count(*) FROM concert") == 1)
        #expect(try await create("2040-12-24T12:00:00Z").status == 201)
        let another = try await made.seller.send(
            .post, made.path + "/schedule", json: ["startsAt": "2040-12-24T09:00:00Z"])
        #expect(another.status == 409 && another.code == "schedule-overlap")
    }

    @Test("another performance comes with seats of the same grades")
    func addedSchedule() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let answer = try await made.seller.send(
            .post, made.path + "/schedule",
            json: ["startsAt": "2040-12-26T19:00:00+09:00", "replayUntil": "2041-01-26T19:00:00+09:00"])
        #expect(answer.status == 201 && answer.json["startsAt"] as? String == "2040-12-26T10:00:00.000Z")
        let id = try #require(answer.json["scheduleId"] as? Int64)
        #expect(try rig.rig.number("SELECT count(*) FROM seat WHERE schedule_id = \(id)") == 25)
        #expect(try rig.rig.sql("SELECT seat_count, replay_until IS NOT NULL FROM schedule WHERE id = \(id)") == "25|t")
        #expect(try rig.rig.events().last == "schedule.created schedule:\(id)")
        #expect(
            try await rig.seller().send(.post, made.path + "/schedule", json: ["startsAt": "2041-01-01T00:00:00Z"])
                .status == 403)
    }

    @Test("a change is for the version that it was made for, and leaves what it does not name")
    func change() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let detail = try await rig.client.send(.get, made.path)
        let tag = try #require(detail["etag"])
        let change: [String: Any] = [
            "name": "새 밤", "performers": "포도 앙상블", "purchaseLimit": 2, "queue": ["enabled": true, "maxActive": 50],
            "fields": [["name": "주최", "value": "포도"]], "refundRules": [["daysBefore": 3, "feeBasisPoints": 2000]],
        ]
        let changed = try await made.seller.send(.patch, made.path, json: change, fields: [("if-match", tag)])
        #expect(changed.status == 200 && changed.json["version"] as? Int == 2, "\(changed.text)")
        let late = try await made.seller.send(.patch, made.path, json: change, fields: [("if-match", tag)])
        #expect(late.status == 412 && late.code == "version-mismatch")
        let later = try await made.seller.send(
            .patch, made.path, json: ["refundRules": [Any]()], fields: [("if-match", "\"2\"")])
        #expect(later.status == 200)
        #expect(try await made.seller.send(.patch, made.path, json: ["ageRating": 12]).status == 200)
        let facts = try rig.rig.sql(
            """
            SELECT name, description, purchase_limit, hold_seconds, queue_enabled, queue_active_max,
                queue_admit_per_second, fields, refund_rules IS NULL, age_rating, version FROM concert
            """)
        #expect(facts == "새 밤|한 해의 끝|2|300|t|50|200|[{\"name\": \"주최\", \"value\": \"포도\"}]|t|12|4")
        let window = try await made.seller.send(.patch, made.path, json: ["saleClosesAt": "2025-01-01T00:00:00Z"])
        #expect(window.status == 400 && window.pointers == ["/saleClosesAt"])
        #expect(try await rig.seller().send(.patch, made.path, json: change).status == 403)
    }

    @Test("a stadium is made in one go, beside what everybody else waits for")
    func stadium() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller, ["rows": 200, "cols": 200])
        let grades: [[String: Any]] = [["name": "S", "price": 50_000, "rows": [1, 200]]]
        let body = CatalogueRig.concert(
            stage: stage, ["grades": grades, "schedules": [["startsAt": "2040-12-24T10:00:00Z"]]])
        let answer = try await seller.send(.post, "/api/v1/concert", json: body)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(try rig.rig.sql("SELECT count(*), max(seat_no) FROM seat") == "40000|39999")
        let id = try #require(answer.json["concertId"] as? Int64)
        let seen = try await rig.client.send(.get, "/concert/\(id)")
        #expect((seen.json["schedules"] as? [[String: Any]])?.first?["remaining"] as? Int == 40_000)
    }

    @Test("of two who want a stage at the same time one has it")
    func race() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    // A busy machine may send some away, to come again.
                    for _ in 0..<50 {
                        let body = CatalogueRig.concert(stage: stage)
                        let status = try await seller.send(.post, "/api/v1/concert", json: body).status
                        if status != 503 { return status }
                        await rig.rig.pause(.milliseconds(100))
                    }
                    return 503
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [201, 409, 409, 409, 409, 409])
        #expect(try rig.rig.sql("SELECT (SELECT count(*) FROM concert), (SELECT count(*) FROM seat)") == "1|50")
    }
}
