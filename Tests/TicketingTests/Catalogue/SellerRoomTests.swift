import HTTPServer
import Testing

@testable import Ticketing

@Suite("What one seller may have")
struct SellerRoomTests {
    @Test("so many stages and concerts, and those that are over or gone do not count")
    func stagesAndConcerts() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let id = try #require(seller.member)
        let stage = try await rig.stage(seller)
        try rig.rig.sql(
            """
            INSERT INTO stage (seller_id, name, location, row_count, column_count)
            SELECT \(id), 'x', 'y', 1, 1 FROM generate_series(2, \(CatalogueLimits.sellerStageCountMax));
            INSERT INTO concert (seller_id, name, runtime_minutes, sale_opens_at, sale_closes_at, status)
            SELECT \(id), 'x', 60, now(), now() + interval '1 day', 'DRAFT'
            FROM generate_series(1, \(CatalogueLimits.sellerConcertCountMax))
            """)
        let full = try await seller.send(.post, "/api/v1/stage", json: CatalogueRig.stage)
        #expect(full.status == 409 && full.code == "seller-limit")
        let body = CatalogueRig.concert(stage: stage)
        let refused = try await seller.send(.post, "/api/v1/concert", json: body)
        #expect(refused.status == 409 && refused.code == "seller-limit")
        // Others are not concerned.
        _ = try await rig.concert()
        try rig.rig.sql(
            """
            UPDATE stage SET deleted_at = now() WHERE id = (SELECT max(id) FROM stage WHERE seller_id = \(id));
            UPDATE concert SET sale_opens_at = now() - interval '2 days', sale_closes_at = now() - interval '1 day'
            WHERE id = (SELECT max(id) FROM concert WHERE seller_id = \(id))
            """)
        #expect(try await seller.send(.post, "/api/v1/stage", json: CatalogueRig.stage).status == 201)
        #expect(try await seller.send(.post, "/api/v1/concert", json: body).status == 201)
    }

    @Test("so many schedules to come, and so many seats of them, in a concert of their own or added to one")
    func schedulesAndSeats() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let id = try #require(made.seller.member)
        func add(_ year: Int) async throws -> (status: Int, code: String?) {
            let answer = try await made.seller.send(
                .post, made.path + "/schedule", json: ["startsAt": "\(year)-05-05T00:00:00Z"])
            return (answer.status, answer.code)
        }
        // Two of 25 seats are there.
        try rig.rig.sql(
            """
            INSERT INTO schedule (concert_id, starts_at, ends_at)
            SELECT \(made.id), now() + n * interval '1 day', now() + n * interval '1 day' + interval '1 hour'
            FROM generate_series(1, \(CatalogueLimits.sellerScheduleCountMax - 3)) AS n
            """)
        #expect(try await add(2050).status == 201)
        #expect(try await add(2051) == (409, "seller-limit"))
        try rig.rig.sql(
            "UPDATE schedule SET ends_at = now(), starts_at = now() - interval '1 hour' WHERE seat_count = 0")
        try rig.rig.sql(
            """
            UPDATE schedule SET seat_count = 1000000
            WHERE id IN (SELECT id FROM schedule WHERE seat_count = 25 ORDER BY id LIMIT 1);
            INSERT INTO schedule (concert_id, starts_at, ends_at, seat_count)
            SELECT \(made.id), now() + interval '1 day', now() + interval '2 days', 999926
            """)
        // 24 are left.
        #expect(try await add(2052) == (409, "seller-limit"))
        try rig.rig.sql("UPDATE schedule SET seat_count = 999925 WHERE seat_count = 999926")
        #expect(try await add(2052).status == 201)
        let body = CatalogueRig.concert(stage: made.stage, ["schedules": [["startsAt": "2053-05-05T00:00:00Z"]]])
        #expect(try await made.seller.send(.post, "/api/v1/concert", json: body).code == "seller-limit")
        #expect(try rig.rig.number("SELECT count(*) FROM concert WHERE seller_id = \(id)") == 1)
    }

    @Test("whoever is no seller any more changes no stage of his")
    func former() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.seller()
        let stage = try await rig.stage(seller)
        let member = try #require(seller.member)
        let former = rig.client.as(member)
        #expect(try await former.send(.patch, "/api/v1/stage/\(stage)", json: ["name": "x"]).status == 403)
        #expect(try await seller.send(.patch, "/api/v1/stage/\(stage)", json: ["name": "x"]).status == 200)
    }
}
