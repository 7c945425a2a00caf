import HTTPServer
import Primitives
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

    @Test("no performance that is over already, which would not count")
    func past() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        // Two hours long: one that began an hour ago goes on.
        func time(hoursAgo: Int64) -> String {
            WallClock(unixMilliseconds: WallClock.now.unixMilliseconds - hoursAgo * 3_600_000).rfc3339
        }
        let added = try await made.seller.send(.post, made.path + "/schedule", json: ["startsAt": time(hoursAgo: 3)])
        #expect(added.status == 400 && added.pointers == ["/startsAt"], "\(added.text)")
        let times = [["startsAt": time(hoursAgo: 1)], ["startsAt": time(hoursAgo: 9), "endsAt": time(hoursAgo: 8)]]
        let body = CatalogueRig.concert(stage: made.stage, ["schedules": times])
        let refused = try await made.seller.send(.post, "/api/v1/concert", json: body)
        #expect(refused.status == 400 && refused.pointers == ["/schedules/1/startsAt"], "\(refused.text)")
        let on = try await made.seller.send(.post, made.path + "/schedule", json: ["startsAt": time(hoursAgo: 1)])
        #expect(on.status == 201, "\(on.text)")
    }

    @Test("so many seats made within a day, also of what was taken away again")
    func seatsOfDay() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        func add(_ year: Int) async throws -> String {
            let answer = try await made.seller.send(
                .post, made.path + "/schedule", json: ["startsAt": "\(year)-05-05T00:00:00Z"])
            return "\(answer.status) \(answer.code ?? "")"
        }
        // Two of 25 seats are there.
        try rig.rig.sql(
            """
            INSERT INTO schedule (concert_id, starts_at, ends_at, seat_count, deleted_at)
            SELECT \(made.id), now() + interval '1 day', now() + interval '2 days', count, now()
            FROM unnest(ARRAY[1000000, \(CatalogueLimits.sellerSeatCountOfDayMax - 1_000_000 - 75)]) AS count
            """)
        #expect(try await add(2050) == "201 ")
        #expect(try await add(2051) == "409 seller-limit")
        // Others may.
        _ = try await rig.concert()
        try rig.rig.sql(
            """
            SET session_replication_role = replica;
            UPDATE schedule SET created_at = now() - interval '25 hours' WHERE deleted_at IS NOT NULL
            """)
        #expect(try await add(2051) == "201 ")
    }

    @Test("seats of performances that were taken away are thrown away, but of none that somebody had seats of")
    func sweep() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let process = ReservationRig(rig.rig)
        let sale = try rig.rig.concertOnSale(rows: 1, columns: 5)
        let held = try await process.held(sale, rig.rig.member(), [0])
        let reservations = process.reservations
        let member = try rig.rig.number("SELECT member_id FROM reservation WHERE id = \(held)")
        try await rig.rig.onLoop { try await reservations.release(held, of: member) }
        let refunded = try rig.rig.concertOnSale(rows: 1, columns: 5)
        let paid = try await process.held(refunded, rig.rig.member(), [0])
        _ = try await process.confirm(paid)
        let seat = refunded.seat(0).value
        _ = try await process.pay { try await $0.cancel(paid, seats: [seat], reason: "USER", in: $1) }
        try rig.rig.sql("UPDATE schedule SET deleted_at = now() WHERE id <> \(made.schedules[1])")
        let schedules = DeletedSchedules(database: rig.rig.database)
        #expect(try await rig.rig.onLoop { try await schedules.work() } == false)
        try rig.rig.sql(
            "UPDATE schedule SET deleted_at = now() - interval '25 hours' WHERE id <> \(made.schedules[1])")
        #expect(try await rig.rig.onLoop { try await schedules.work() })
        #expect(try await rig.rig.onLoop { try await schedules.work() } == false)
        let left = try rig.rig.sql(
            """
            SELECT s.id, s.seat_count, (SELECT count(*) FROM seat WHERE schedule_id = s.id) FROM schedule AS s
            ORDER BY s.id
            """)
        let rows = ["\(made.schedules[0])|0|0", "\(made.schedules[1])|25|25", "\(sale.schedule)|5|5"]
        #expect(left.split(separator: "\n").map(String.init) == rows + ["\(refunded.schedule)|5|5"])
        try await process.expectSound()
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
