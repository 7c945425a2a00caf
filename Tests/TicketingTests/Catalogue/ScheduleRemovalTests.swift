import HTTPServer
import Observability
import Postgres
import Synchronization
import Testing

@testable import Ticketing

/// Gives back as payments do, in a table of its own; one reservation it refuses.
private final class TestRefunds: SaleRefunds {
    struct Refused: Error {}

    let seats: ReservationRig
    let refused = Mutex<Int64?>(nil)

    init(_ seats: ReservationRig) { self.seats = seats }

    func giveBack(_ reservation: Int64, reason: String) async throws {
        if self.refused.withLock({ $0 == reservation }) { throw Refused() }
        try await self.seats.reservations.database.transaction("test_refund") { transaction in
            guard let order = try await self.seats.reservations.refundable(reservation, in: transaction) else { return }
            _ = try await self.seats.reservations.cancel(
                reservation, seats: order.lines.map(\.seatID), reason: reason, in: transaction)
        }
    }
}

@Suite("A performance that is taken away", .timeLimit(.minutes(5)))
struct ScheduleRemovalTests {
    private func work(_ schedules: CanceledSchedules, _ rig: TicketingRig) async throws -> Bool {
        try await rig.onLoop { try await schedules.work() }
    }

    @Test("is gone when nobody has a seat, and the last one of a concert stays")
    func deleted() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let ids = try rig.rig.sql("SELECT id FROM schedule ORDER BY id").split(separator: "\n")
        let path = "/api/v1/schedule/\(ids[0])"
        let (stranger, helper) = (try rig.seller(), try rig.user())
        try rig.rig.sql("INSERT INTO seller_team VALUES (\(made.seller.member ?? 0), \(helper.member ?? 0), 'ADMIN')")
        #expect(try await stranger.send(.delete, path).status == 403)
        #expect(try await rig.client.send(.delete, path).status == 401)
        #expect(try await helper.send(.delete, path).status == 204)
        #expect(try await made.seller.send(.delete, path).status == 404)
        let detail = try await rig.client.send(.get, made.path)
        #expect((detail.json["schedules"] as? [Any])?.count == 1)
        let last = try await made.seller.send(.delete, "/api/v1/schedule/\(ids[1])")
        #expect(last.status == 409 && last.code == "invalid-state")
        let told = try rig.rig.events().filter { $0.hasPrefix("schedule.canceled") }
        #expect(told == ["schedule.canceled schedule:\(ids[0])"])
        // The stage is free at that time.
        let again = CatalogueRig.concert(stage: made.stage, ["schedules": [["startsAt": "2040-12-24T19:00:00+09:00"]]])
        #expect(try await made.seller.send(.post, "/api/v1/concert", json: again).status == 201)
    }

    @Test("is called off when somebody has: he gets everything back, and those who hold seats lose them")
    func canceled() async throws {
        let rig = try CatalogueRig()
        let sale = try rig.rig.concertOnSale()
        _ = try rig.rig.schedule(of: sale.concert, at: sale.stage, after: "50 days")
        let seats = ReservationRig(rig.rig)
        let paid = try await seats.held(sale, rig.rig.member(), [0, 1])
        _ = try await seats.confirm(paid)
        let stubborn = try await seats.held(sale, rig.rig.member(), [2])
        _ = try await seats.confirm(stubborn)
        let held = try await seats.held(sale, rig.rig.member(), [3])
        let seller = rig.client.as(sale.seller, .seller)
        for _ in 0..<2 {
            let answer = try await seller.send(.delete, "/api/v1/schedule/\(sale.schedule)")
            #expect(answer.status == 202 && answer.json["status"] as? String == "CANCELED", "\(answer.text)")
        }
        #expect(try rig.rig.events().filter { $0.hasPrefix("schedule.canceled") }.count == 1)
        #expect(try await seats.hold(sale, rig.rig.member(), [9]) == .notOnSale)
        _ = try await rig.rig.onLoop { try await seats.reservations.cancelAll(schedule: sale.schedule) }
        let ended = try rig.rig.sql("SELECT status, end_reason FROM reservation WHERE id = \(held)")
        #expect(ended == "CANCELLED|SCHEDULE_CANCELED")

        let refunds = TestRefunds(seats)
        refunds.refused.withLock { $0 = stubborn }
        let schedules = CanceledSchedules(database: rig.rig.database, refunds: refunds, log: rig.rig.log)
        #expect(try await self.work(schedules, rig.rig))
        #expect(try rig.rig.sql("SELECT status FROM reservation ORDER BY id") == "CANCELLED\nCONFIRMED\nCANCELLED")
        #expect(try rig.rig.sql("SELECT count(*) FROM ticket WHERE status = 'REVOKED'") == "2")
        // It rests, and comes back to what was refused.
        #expect(try await self.work(schedules, rig.rig) == false)
        refunds.refused.withLock { $0 = nil }
        try rig.rig.sql(
            """
            UPDATE schedule SET refunds_next_at = now(), refunds_since = now() - interval '1 hour'
            WHERE refunds_since IS NOT NULL
            """)
        #expect(try await self.work(schedules, rig.rig))
        #expect(try rig.rig.sql("SELECT count(*) FROM ticket WHERE status = 'ISSUED'") == "0")
        #expect(try rig.rig.sql("SELECT count(*) FROM schedule WHERE refunds_next_at IS NOT NULL") == "0")
        #expect(try await self.work(schedules, rig.rig) == false)
        try await seats.expectSound()
    }

    @Test("is looked at until whoever was paying has been told")
    func paying() async throws {
        let rig = try CatalogueRig()
        let sale = try rig.rig.concertOnSale()
        _ = try rig.rig.schedule(of: sale.concert, at: sale.stage, after: "50 days")
        let seats = ReservationRig(rig.rig)
        let id = try await seats.held(sale, rig.rig.member(), [0])
        #expect(try await seats.freeze(id))
        let seller = rig.client.as(sale.seller, .seller)
        #expect(try await seller.send(.delete, "/api/v1/schedule/\(sale.schedule)").status == 202)
        try rig.rig.sql("UPDATE schedule SET refunds_since = now() - interval '1 hour' WHERE refunds_since IS NOT NULL")
        let schedules = CanceledSchedules(database: rig.rig.database, refunds: TestRefunds(seats), log: rig.rig.log)
        #expect(try await self.work(schedules, rig.rig))
        #expect(try rig.rig.sql("SELECT count(*) FROM schedule WHERE refunds_next_at > now()") == "1")
        // The money comes: there are no seats for it.
        #expect(try await seats.confirm(id) == nil)
        try rig.rig.sql("UPDATE schedule SET refunds_next_at = now() WHERE refunds_next_at IS NOT NULL")
        #expect(try await self.work(schedules, rig.rig))
        #expect(try rig.rig.sql("SELECT count(*) FROM schedule WHERE refunds_next_at IS NOT NULL") == "0")
    }

    @Test("stays when it has begun and somebody has a seat")
    func begun() async throws {
        let rig = try CatalogueRig()
        let sale = try rig.rig.concertOnSale()
        _ = try rig.rig.schedule(of: sale.concert, at: sale.stage, after: "50 days")
        let seats = ReservationRig(rig.rig)
        _ = try await seats.confirm(seats.held(sale, rig.rig.member(), [0]))
        try rig.rig.sql("UPDATE schedule SET starts_at = now() - interval '1 minute' WHERE id = \(sale.schedule)")
        let answer = try await rig.client.as(sale.seller, .seller).send(.delete, "/api/v1/schedule/\(sale.schedule)")
        #expect(answer.status == 409 && answer.code == "invalid-state")
        #expect(try rig.rig.sql("SELECT count(*) FROM seat WHERE state = 0") == "99")
    }

    @Test("does not take those away with it that were played: the concert is closed, and nobody pays for what was seen")
    func played() async throws {
        let rig = try CatalogueRig()
        let first = try rig.rig.concertOnSale(rows: 2, columns: 5)
        let second = try Self.secondNight(of: first, rig.rig)
        let seats = ReservationRig(rig.rig)
        let seen = try await seats.held(first, rig.rig.member(), [0, 1])
        _ = try await seats.confirm(seen)
        let unseen = try await seats.held(second, rig.rig.member(), [0])
        _ = try await seats.confirm(unseen)
        try Self.play(first, rig.rig)
        let seller = rig.client.as(first.seller, .seller)
        for _ in 0..<2 {
            let answer = try await seller.send(.post, "/api/v1/concert/\(first.concert)/cancel")
            #expect(answer.status == 202 && answer.json["status"] as? String == "CLOSED", "\(answer.text)")
        }
        let told = try rig.rig.events().filter { $0.contains(".canceled") }
        #expect(told == ["schedule.canceled schedule:\(second.schedule)"])
        #expect(try rig.rig.sql("SELECT status FROM schedule ORDER BY id") == "SCHEDULED\nCANCELED")
        // What was left of the first night was left, and not taken off the market.
        #expect(
            try rig.rig.sql("SELECT schedule_id, state, count(*) FROM seat GROUP BY 1, 2 ORDER BY 1, 2")
                == "\(first.schedule)|0|8\n\(first.schedule)|3|2\n\(second.schedule)|3|1\n\(second.schedule)|4|9")

        let schedules = CanceledSchedules(database: rig.rig.database, refunds: TestRefunds(seats), log: rig.rig.log)
        #expect(try await self.work(schedules, rig.rig))
        #expect(try await self.work(schedules, rig.rig) == false)
        let after = try rig.rig.sql("SELECT id, status FROM reservation ORDER BY id")
        #expect(after == "\(seen)|CONFIRMED\n\(unseen)|CANCELLED")
        try await seats.expectSound()
    }

    @Test("is not the one that is on, while others are to come; the last one is, when it breaks off")
    func current() async throws {
        let rig = try CatalogueRig()
        let first = try rig.rig.concertOnSale(rows: 1, columns: 5)
        let second = try Self.secondNight(of: first, rig.rig)
        let seats = ReservationRig(rig.rig)
        _ = try await seats.confirm(seats.held(first, rig.rig.member(), [0]))
        _ = try await seats.confirm(seats.held(second, rig.rig.member(), [0]))
        try Self.play(first, rig.rig, endsIn: "90 minutes")
        func cancel(_ sale: TicketingRig.Sale) async throws -> String? {
            let answer = try await rig.client.as(sale.seller, .seller)
                .send(.post, "/api/v1/concert/\(sale.concert)/cancel")
            return answer.json["status"] as? String
        }
        func statuses() throws -> String { try rig.rig.sql("SELECT status FROM schedule ORDER BY id") }
        // Asked twice, it does not mean more than once.
        for _ in 0..<2 {
            #expect(try await cancel(first) == "CLOSED")
            #expect(try statuses() == "SCHEDULED\nCANCELED")
        }

        let last = try rig.rig.concertOnSale(rows: 1, columns: 5)
        let before = try Self.secondNight(of: last, rig.rig)
        _ = try await seats.confirm(seats.held(last, rig.rig.member(), [0]))
        _ = try await seats.confirm(seats.held(before, rig.rig.member(), [0]))
        try Self.play(before, rig.rig)
        try Self.play(last, rig.rig, endsIn: "90 minutes")
        #expect(try await cancel(last) == "CLOSED")
        #expect(try statuses() == "SCHEDULED\nCANCELED\nCANCELED\nSCHEDULED")

        let only = try rig.rig.concertOnSale(rows: 1, columns: 5)
        _ = try await seats.confirm(seats.held(only, rig.rig.member(), [0]))
        try Self.play(only, rig.rig, endsIn: "90 minutes")
        #expect(try await cancel(only) == "CANCELED")
    }

    @Test("is over with all the others: nothing is left to cancel; where nobody came, the whole concert is canceled")
    func allPlayed() async throws {
        let rig = try CatalogueRig()
        let sold = try rig.rig.concertOnSale(rows: 1, columns: 5)
        let seats = ReservationRig(rig.rig)
        _ = try await seats.confirm(seats.held(sold, rig.rig.member(), [0]))
        try Self.play(sold, rig.rig)
        let refused = try await rig.client.as(sold.seller, .seller)
            .send(.post, "/api/v1/concert/\(sold.concert)/cancel")
        #expect(refused.status == 409 && refused.code == "invalid-state", "\(refused.text)")
        #expect(try rig.rig.sql("SELECT DISTINCT status FROM schedule") == "SCHEDULED")

        let empty = try rig.rig.concertOnSale(rows: 1, columns: 5)
        _ = try Self.secondNight(of: empty, rig.rig)
        try Self.play(empty, rig.rig)
        let answer = try await rig.client.as(empty.seller, .seller)
            .send(.post, "/api/v1/concert/\(empty.concert)/cancel")
        #expect(answer.status == 202 && answer.json["status"] as? String == "CANCELED", "\(answer.text)")
        #expect(try rig.rig.events().contains("concert.canceled concert:\(empty.concert)"))
    }

    /// One more, with the same seats.
    private static func secondNight(of sale: TicketingRig.Sale, _ rig: TicketingRig) throws -> TicketingRig.Sale {
        let schedule = try rig.schedule(of: sale.concert, at: sale.stage, after: "50 days")
        try rig.sql(
            """
            INSERT INTO seat (schedule_id, seat_no, grade_id, price, row_no, column_no)
            SELECT \(schedule), seat_no, grade_id, price, row_no, column_no FROM seat
            WHERE schedule_id = \(sale.schedule)
            """)
        return TicketingRig.Sale(
            seller: sale.seller, stage: sale.stage, concert: sale.concert, schedule: schedule, columns: sale.columns,
            grades: sale.grades, prices: sale.prices)
    }

    /// It was an hour ago, or is on.
    private static func play(
        _ sale: TicketingRig.Sale, _ rig: TicketingRig, endsIn rest: String = "-1 hour"
    ) throws {
        try rig.sql(
            """
            UPDATE schedule SET starts_at = now() + interval '\(rest)' - interval '2 hours',
                ends_at = now() + interval '\(rest)'
            WHERE id = \(sale.schedule)
            """)
    }
}
