import HTTPServer
import Testing

@testable import Ticketing

@Suite("The life of a concert")
struct ConcertLifeTests {
    @Test("a draft is its team's alone, until it is published")
    func draft() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert(nil, ["draft": true])
        let (stranger, helper) = (try rig.seller(), try rig.user())
        try rig.rig.sql(
            "INSERT INTO seller_team VALUES (\(made.seller.member ?? 0), \(helper.member ?? 0), 'STREAMER')")
        func statuses() async throws -> [Int] {
            var statuses: [Int] = []
            for client in [rig.client, stranger, helper, made.seller, try rig.manager()] {
                statuses.append(try await client.send(.get, made.path).status)
            }
            return statuses
        }
        #expect(try await statuses() == [404, 404, 200, 200, 200])
        #expect(try await made.seller.send(.get, made.path)["cache-control"] == "private, no-store")
        #expect(try await stranger.send(.patch, made.path, json: ["name": "x"]).status == 404)
        #expect(try await helper.send(.post, made.path + "/publish").status == 404)
        let hidden = try await rig.client.send(.get, "/concert")
        #expect((hidden.json["items"] as? [Any])?.isEmpty == true)
        let own = try await helper.send(.get, "/api/v1/member/me/concert")
        #expect((own.json["items"] as? [[String: Any]])?.first?["status"] as? String == "DRAFT")
        for _ in 0..<2 { #expect(try await made.seller.send(.post, made.path + "/publish").status == 200) }
        #expect(try await statuses() == [200, 200, 200, 200, 200])
        #expect(try rig.rig.events().filter { $0.hasPrefix("concert.published") }.count == 1)
    }

    @Test("managers see everybody's concerts, by status and by seller, page by page")
    func all() async throws {
        let rig = try CatalogueRig()
        let manager = try rig.manager()
        let draft = try await rig.concert(nil, ["draft": true])
        let published = try await rig.concert()
        func found(_ query: String) async throws -> [Int] {
            let answer = try await manager.send(.get, "/api/v1/admin/concerts" + query)
            #expect(answer.status == 200, "\(query)")
            return (answer.json["items"] as? [[String: Any]])?.compactMap { $0["concertId"] as? Int } ?? []
        }
        let ids = [Int(published.id), Int(draft.id)]
        #expect(try await found("") == ids)
        #expect(try await found("?status=DRAFT") == [ids[1]])
        #expect(try await found("?sellerId=\(published.seller.member ?? 0)&status=PUBLISHED") == [ids[0]])
        #expect(try await found("?sellerId=\(manager.member ?? 0)") == [])
        let page = try await manager.send(.get, "/api/v1/admin/concerts?limit=1")
        let cursor = try #require(page.json["nextCursor"] as? String)
        #expect(try await found("?limit=1&cursor=\(cursor)") == [ids[1]])
        for query in ["?status=SOLD", "?sellerId=0", "?sellerId=x"] {
            #expect(try await manager.send(.get, "/api/v1/admin/concerts" + query).code == "invalid-request")
        }
    }

    @Test("a concert without schedules is not published")
    func emptyDraft() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert(nil, ["draft": true, "schedules": [Any]()])
        let answer = try await made.seller.send(.post, made.path + "/publish")
        #expect(answer.status == 409 && answer.code == "invalid-state")
        _ = try await made.seller.send(.post, made.path + "/schedule", json: ["startsAt": "2041-01-01T00:00:00Z"])
        #expect(try await made.seller.send(.post, made.path + "/publish").status == 200)
    }

    @Test("a closed concert is seen by whoever knows it, and found no more")
    func closed() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        #expect(try await made.seller.send(.post, made.path + "/close").json["status"] as? String == "CLOSED")
        #expect(try await rig.client.send(.get, made.path).json["status"] as? String == "CLOSED")
        let found = try await rig.client.send(.get, "/concert?keyword=%EB%B3%B4%EB%9D%BC")
        #expect((found.json["items"] as? [Any])?.isEmpty == true)
    }

    @Test("canceled is canceled: no seat is to be had, whoever has one keeps it until the money is back")
    func canceled() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        try Self.take(rig, made, seat: 0, state: 3)
        try Self.take(rig, made, seat: 1, state: 1, isLate: true)
        for _ in 0..<2 { #expect(try await made.seller.send(.post, made.path + "/cancel").status == 202) }
        #expect(try rig.rig.events().filter { $0 == "concert.canceled concert:\(made.id)" }.count == 1)
        #expect(try rig.rig.sql("SELECT DISTINCT status FROM schedule") == "CANCELED")
        #expect(try rig.rig.sql("SELECT state, count(*) FROM seat GROUP BY state ORDER BY state") == "3|1\n4|49")
        for path in ["/publish", "/close"] {
            let answer = try await made.seller.send(.post, made.path + path)
            #expect(answer.status == 409 && answer.code == "invalid-state")
        }
        #expect(try await made.seller.send(.patch, made.path, json: ["name": "x"]).code == "invalid-state")
        let more = try await made.seller.send(
            .post, made.path + "/schedule", json: ["startsAt": "2041-01-01T00:00:00Z"])
        #expect(more.code == "invalid-state")
        // The stage is free for something else.
        let again = CatalogueRig.concert(stage: made.stage)
        #expect(try await made.seller.send(.post, "/api/v1/concert", json: again).status == 201)
    }

    @Test(
        "a concert is taken away unless somebody has a seat",
        arguments: [(1, false), (2, false), (3, false), (1, true)])
    func deletion(state: Int, isLate: Bool) async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        try Self.take(rig, made, seat: 7, state: state, isLate: isLate)
        let answer = try await made.seller.send(.delete, made.path)
        guard isLate else {
            #expect(answer.status == 409 && answer.code == "invalid-state")
            #expect(try rig.rig.number("SELECT count(*) FROM seat WHERE state = 0") == 49)
            return
        }
        #expect(answer.status == 204)
        #expect(try await rig.client.send(.get, made.path).status == 404)
        let seen = try await made.seller.send(.get, made.path)
        #expect(seen.status == 200 && seen.json["deleted"] as? Bool == true)
        #expect(try rig.rig.number("SELECT count(*) FROM seat WHERE state <> 4") == 0)
        #expect(try await made.seller.send(.delete, made.path).status == 404)
    }

    @Test("who may do what is asked by other parts too")
    func access() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let access = rig.service.access
        let (seller, fellow) = (try #require(made.seller.member), try rig.rig.member())
        func may(_ member: Int64, _ role: HTTPAccess = .member) async throws -> Bool {
            try await access.mayManage(concert: made.id, member: member, role: role)
        }
        #expect(try await may(seller, .seller))
        #expect(try await !may(fellow))
        #expect(try await may(fellow, .manager))
        try rig.rig.sql("INSERT INTO seller_team VALUES (\(seller), \(fellow), 'STREAMER')")
        #expect(try await !may(fellow))
        let schedule = made.schedules[0]
        #expect(
            try await access.may([.admin, .streamer], schedule: schedule, member: fellow, role: .member))
        #expect(try await !access.may([.admin, .finance], concert: made.id, member: fellow, role: .member))
        try rig.rig.sql("UPDATE seller_team SET role = 'ADMIN'")
        #expect(try await may(fellow))
        #expect(try await !access.mayManage(concert: 999, member: fellow, role: .manager))
    }

    /// A seat of the first schedule with somebody.
    private static func take(
        _ rig: CatalogueRig, _ made: CatalogueRig.Made, seat: Int, state: Int, isLate: Bool = false
    ) throws {
        let until = state == 1 ? "now() + interval '\(isLate ? -1 : 1) minute'" : "NULL"
        try rig.rig.sql(
            """
            WITH made AS (
                INSERT INTO reservation (member_id, concert_id, schedule_id, currency, total, live_count, held_until)
                VALUES (\(try rig.rig.member()), \(made.id), \(made.schedules[0]), 'KRW', 1, 1, now()) RETURNING id)
            UPDATE seat SET state = \(state), reservation_id = made.id, held_until = \(until) FROM made
            WHERE seat.schedule_id = \(made.schedules[0]) AND seat_no = \(seat)
            """)
    }
}
