import Foundation
import HTTPServer
import Primitives
import Testing

@testable import Ticketing

@Suite("Concerts as they are shown")
struct ConcertReadingTests {
    @Test("a concert is shown with schedules, grades and what remains, at both paths")
    func detail() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        try rig.rig.sql(
            """
            UPDATE seat SET state = 4 WHERE schedule_id = \(made.schedules[0]) AND seat_no IN (0, 1, 12)
            """)
        let answer = try await rig.client.send(.get, "/concert/\(made.id)")
        #expect(answer.status == 200 && answer["cache-control"] == "no-cache")
        #expect(answer.json["name"] as? String == "보라빛 밤" && answer.json["category"] as? String == "CONCERT")
        #expect(answer.json["saleClosesAt"] as? String == "2040-12-24T09:00:00.000Z")
        #expect((answer.json["stage"] as? [String: Any])?["stageId"] as? Int64 == made.stage)
        let grades = try #require(answer.json["grades"] as? [[String: Any]])
        #expect(grades.map { $0["name"] as? String } == ["VIP", "R"])
        #expect(grades.map { $0["remaining"] as? Int } == [18, 29])
        #expect(grades.map { $0["rows"] as? [Int] } == [[1, 2], [3, 5]])
        let price = try #require(grades[0]["price"] as? [String: Any])
        #expect(price["amount"] as? Int == 99_000 && price["currency"] as? String == "KRW")
        let schedules = try #require(answer.json["schedules"] as? [[String: Any]])
        #expect(schedules.map { $0["remaining"] as? Int } == [22, 25])
        #expect(schedules.map { $0["scheduleId"] as? Int64 } == made.schedules)
        let parts = try #require(schedules[0]["grades"] as? [[String: Any]])
        #expect(parts.map { $0["remaining"] as? Int } == [8, 14])
        #expect((answer.json["serverTime"] as? String)?.hasSuffix("Z") == true)
        #expect(try await rig.client.send(.get, "/api/v1/concert/999").status == 404)
        #expect(try await rig.client.send(.get, "/api/v1/concert/x").status == 404)
    }

    @Test("what has not changed is not sent again; a seat that is gone is a change")
    func entityTag() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let tag = try #require(try await rig.client.send(.get, made.path)["etag"])
        #expect(tag.hasPrefix("W/\"1."))
        await rig.rig.pause(.milliseconds(2))
        let same = try await rig.client.send(.get, made.path, fields: [("if-none-match", tag)])
        #expect(same.status == 304 && same.body.isEmpty)
        try rig.rig.sql("UPDATE seat SET state = 4 WHERE seat_no = 3")
        #expect(try await rig.client.send(.get, made.path, fields: [("if-none-match", tag)]).status == 200)
    }

    @Test("a hold whose time is over is nobody's")
    func lateHold() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        try rig.rig.sql(
            """
            WITH made AS (
                INSERT INTO reservation (member_id, concert_id, schedule_id, currency, total, live_count, held_until)
                VALUES (\(try rig.rig.member()), \(made.id), \(made.schedules[0]), 'KRW', 1, 1, now()) RETURNING id)
            UPDATE seat SET state = 1, reservation_id = made.id,
                held_until = now() + (CASE seat_no WHEN 0 THEN 1 ELSE -1 END) * interval '1 minute'
            FROM made WHERE schedule_id = \(made.schedules[0]) AND seat_no IN (0, 1)
            """)
        let answer = try await rig.client.send(.get, made.path)
        #expect((answer.json["schedules"] as? [[String: Any]])?.first?["remaining"] as? Int == 24)
    }

    @Test("the seats that are left are counted once for all who look within a moment, and all else is of now")
    func remainingIsKept() async throws {
        let rig = try CatalogueRig(remainingTime: .seconds(3600))
        let made = try await rig.concert()
        func look() async throws -> (name: String?, remaining: [Int]) {
            let answer = try await rig.client.send(.get, made.path)
            let schedules = answer.json["schedules"] as? [[String: Any]] ?? []
            return (answer.json["name"] as? String, schedules.compactMap { $0["remaining"] as? Int })
        }
        #expect(try await look() == ("보라빛 밤", [25, 25]))
        try rig.rig.sql("UPDATE seat SET state = 4 WHERE schedule_id = \(made.schedules[0]) AND seat_no < 3")
        _ = try await made.seller.send(.patch, made.path, json: ["name": "새 밤"])
        #expect(try await look() == ("새 밤", [25, 25]))
        // Of a schedule that was not there nothing is known.
        let more = ["startsAt": "2041-05-05T00:00:00Z"]
        #expect(try await made.seller.send(.post, made.path + "/schedule", json: more).status == 201)
        #expect(try await look() == ("새 밤", [22, 25, 25]))
    }

    @Test("lists go on where a page has ended, and say how long they hold")
    func pages() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.rig.member("SELLER")
        try rig.rig.sql(
            """
            INSERT INTO concert (seller_id, name, runtime_minutes, sale_opens_at, sale_closes_at, status)
            SELECT \(seller), '밤 ' || n, 60, now(), now() + interval '1 day', 'PUBLISHED'
            FROM generate_series(1, 45) AS n
            """)
        var names: [String] = []
        var cursor: String?
        var counts: [Int] = []
        repeat {
            let next = cursor.map { "&cursor=\($0)" } ?? ""
            let page = try await rig.client.send(.get, "/concert?keyword=%EB%B0%A4&limit=20\(next)")
            #expect(page.status == 200 && page["cache-control"] == "public, max-age=5")
            let items = try #require(page.json["items"] as? [[String: Any]])
            counts.append(items.count)
            names += items.compactMap { $0["name"] as? String }
            cursor = page.json["nextCursor"] as? String
        } while cursor != nil && counts.count < 5
        #expect(counts == [20, 20, 5] && names == (1...45).reversed().map { "밤 \($0)" })
        let wrong = [
            "cursor=x", "cursor=AAAAAAAAAAA", "limit=0", "limit=101", "limit=x", "from=today", "category=OPERA",
        ]
        for query in wrong {
            #expect(try await rig.client.send(.get, "/concert?\(query)").status == 400, "\(query)")
        }
        let long = String(repeating: "a", count: CatalogueLimits.keywordLengthMax + 1)
        #expect(try await rig.client.send(.get, "/concert?keyword=\(long)").status == 400)
    }

    @Test("lists are of a category and of a time")
    func filters() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller)
        for (category, day) in [("CONCERT", "01"), ("SPORT", "02"), ("SPORT", "03")] {
            let schedules = [["startsAt": "2040-05-\(day)T10:00:00Z"]]
            let body = CatalogueRig.concert(
                stage: stage, ["category": category, "name": "공연 \(day)", "schedules": schedules])
            #expect(try await seller.send(.post, "/api/v1/concert", json: body).status == 201)
        }
        func found(_ query: String) async throws -> [String] {
            let answer = try await rig.client.send(.get, "/api/v1/concert?\(query)")
            return (answer.json["items"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
        }
        #expect(try await found("category=SPORT") == ["공연 03", "공연 02"])
        #expect(try await found("from=2040-05-02T10:00:00Z") == ["공연 03", "공연 02"])
        #expect(try await found("from=2040-05-02T00:00:00Z&to=2040-05-03T10:00:00Z") == ["공연 02"])
        #expect(try await found("to=2040-05-02T19:00:00%2B09:00") == ["공연 01"])
        #expect(try await found("keyword=%EA%B3%B5%EC%97%B0&to=2040-05-02T10:00:00Z") == ["공연 01"])
        #expect(try await found("keyword=&category=") == ["공연 03", "공연 02", "공연 01"])
        let first = try await rig.client.send(.get, "/concert?category=CONCERT")
        let item = try #require((first.json["items"] as? [[String: Any]])?.first)
        #expect((item["minPrice"] as? [String: Any])?["amount"] as? Int == 66_000)
        #expect(item["startsAt"] as? String == "2040-05-01T10:00:00.000Z" && item["scheduleCount"] as? Int == 1)
        #expect(item["posterUrl"] is NSNull)
        #expect(item["nextStartsAt"] as? String == "2040-05-01T10:00:00.000Z" && item["isLive"] as? Bool == false)
        #expect(item["timeZone"] as? String == "Asia/Seoul")
    }

    @Test("lists tell what is on at the moment, and which performance is next")
    func nextAndLive() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller)
        let schedules = ["2040-05-01T10:00:00Z", "2040-05-02T10:00:00Z"].map { ["startsAt": $0] }
        let body = CatalogueRig.concert(stage: stage, ["schedules": schedules])
        #expect(try await seller.send(.post, "/api/v1/concert", json: body).status == 201)
        try rig.rig.sql(
            """
            UPDATE schedule SET starts_at = now() - interval '1 hour', ends_at = now() - interval '1 minute'
                WHERE starts_at = '2040-05-01T10:00:00Z';
            INSERT INTO live_show (schedule_id, state, live_at, heard_at)
                SELECT id, 'LIVE', now(), now() FROM schedule WHERE ends_at < now()
            """)
        let answer = try await rig.client.send(.get, "/api/v1/concert")
        let item = try #require((answer.json["items"] as? [[String: Any]])?.first)
        #expect(item["isLive"] as? Bool == true)
        #expect(item["nextStartsAt"] as? String == "2040-05-02T10:00:00.000Z")
    }
}
