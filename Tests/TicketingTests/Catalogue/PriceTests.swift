import Commerce
import HTTPServer
import Postgres
import Testing

@testable import Ticketing

@Suite("Prices of a concert", .timeLimit(.minutes(5)))
struct PriceTests {
    private struct Sale {
        let rig: CatalogueRig
        let sale: TicketingRig.Sale
        let seats: ReservationRig
        let seller: TicketingClient

        init() throws {
            self.rig = try CatalogueRig()
            self.sale = try self.rig.rig.concertOnSale()
            self.seats = ReservationRig(self.rig.rig)
            self.seller = self.rig.client.as(self.sale.seller, .seller)
        }

        func change(_ prices: [(Int64, Int64)]) async throws -> TicketingClient.Answer {
            let grades = prices.map { ["gradeId": $0.0, "price": $0.1] }
            return try await self.seller.send(
                .patch, "/api/v1/concert/\(self.sale.concert)", json: ["grades": grades, "name": "다른 밤"])
        }

        func prices() throws -> String {
            try self.rig.rig.sql("SELECT DISTINCT grade_id, price FROM seat ORDER BY grade_id")
        }
    }

    @Test("change with those of all seats, as long as nobody has one of the grade")
    func change() async throws {
        let it = try Sale()
        let (vip, other) = (it.sale.grades[0], it.sale.grades[1])
        let held = try await it.seats.held(it.sale, it.rig.rig.member(), [0])
        let refused = try await it.change([(other, 50_000), (vip, 1)])
        #expect(refused.status == 409 && refused.code == "invalid-state", "\(refused.text)")
        #expect(try it.prices() == "\(vip)|99000\n\(other)|66000")
        #expect(try it.rig.rig.sql("SELECT name FROM concert") == "보라빛 밤")
        #expect(try await it.change([(other, 50_000)]).status == 200)
        #expect(try it.prices() == "\(vip)|99000\n\(other)|50000")
        try await it.seats.pay { reservations, transaction in
            _ = try await reservations.confirm(held, in: transaction)
        }
        #expect(try await it.change([(vip, 1)]).status == 409)
        let detail = try await it.rig.client.send(.get, "/concert/\(it.sale.concert)")
        let grades = detail.json["grades"] as? [[String: Any]] ?? []
        #expect(grades.compactMap { ($0["price"] as? [String: Any])?["amount"] as? Int } == [99_000, 50_000])
        let next = try await it.seats.held(it.sale, it.rig.rig.member(), [50])
        #expect(try it.rig.rig.sql("SELECT total FROM reservation WHERE id = \(next)") == "50000")
        try await it.seats.expectSound()
    }

    private static let stay = PostgresStatement("test_stay", "SET LOCAL idle_in_transaction_session_timeout = 0")
    private static let lock = PostgresStatement(
        "test_lock_seat", "SELECT state FROM seat WHERE schedule_id = $1 AND seat_no = 9 FOR NO KEY UPDATE")

    @Test("that are refused lock no seat for it, and wait for none")
    func refusedUnlocked() async throws {
        let it = try Sale()
        let elsewhere = try TicketingRig(url: it.rig.rig.url)
        _ = try await it.seats.held(it.sale, it.rig.rig.member(), [0])
        try await elsewhere.database.transaction("test_lock") { transaction in
            _ = try await transaction.run(Self.stay)
            _ = try await transaction.run(Self.lock, it.sale.schedule)
            // Whoever wanted to lock it would wait for us, and we for him.
            let refused = try await it.change([(it.sale.grades[0], 1)])
            #expect(refused.status == 409 && refused.code == "invalid-state", "\(refused.text)")
        }
    }

    @Test("of a hold that has lapsed may change")
    func lapsed() async throws {
        let it = try Sale()
        _ = try await it.seats.held(it.sale, it.rig.rig.member(), [0])
        try it.rig.rig.sql(
            """
            UPDATE reservation SET held_until = now() - interval '1 second';
            UPDATE seat SET held_until = now() - interval '1 second' WHERE state = 1
            """)
        #expect(try await it.change([(it.sale.grades[0], 5)]).status == 200)
        let id = try await it.seats.held(it.sale, it.rig.rig.member(), [0])
        #expect(try it.rig.rig.sql("SELECT total FROM reservation WHERE id = \(id)") == "5")
    }

    @Test("that are wrong are told by their places")
    func invalid() async throws {
        let it = try Sale()
        let vip = it.sale.grades[0]
        #expect(try await it.change([(vip, 5), (vip, 6)]).pointers == ["/grades/1/gradeId"])
        #expect(try await it.change([(vip, -1)]).pointers == ["/grades/0/price"])
        #expect(try await it.change([(vip, 5), (999, 6)]).pointers == ["/grades/1/gradeId"])
        #expect(try it.prices().hasPrefix("\(vip)|99000"))
    }

    @Test("are in the maps of every process soon, and those who follow one read it again")
    func maps() async throws {
        let it = try Sale()
        let (maps, news, schedule) = (it.seats.maps, it.seats.news, it.sale.schedule)
        try await maps.load(schedule)
        let first = try #require(maps.currentVersion(of: schedule))
        #expect(maps.seat(it.sale.seat(0))?.price.amount == 99_000)
        #expect(maps.follow(schedule))
        #expect(try await it.change([(it.sale.grades[0], 7)]).status == 200)
        news.hear("- \(schedule) !")
        _ = try await it.rig.rig.onLoop { while try await news.work() {} }
        #expect(maps.seat(it.sale.seat(0))?.price.amount == 7)
        let second = try #require(maps.currentVersion(of: schedule))
        #expect(second > first)
        #expect(maps.changes(of: schedule, since: first) == nil)
        // Of a show that is no more the map is kept for those who follow it, and for nobody else.
        try it.rig.rig.sql("UPDATE schedule SET deleted_at = now() WHERE id = \(schedule)")
        news.hear("- \(schedule) !")
        _ = try await it.rig.rig.onLoop { while try await news.work() {} }
        #expect(maps.seat(it.sale.seat(0)) != nil)
        maps.unfollow(schedule)
        news.hear("- \(schedule) !")
        _ = try await it.rig.rig.onLoop { while try await news.work() {} }
        #expect(maps.seat(it.sale.seat(0)) == nil)
    }
}
