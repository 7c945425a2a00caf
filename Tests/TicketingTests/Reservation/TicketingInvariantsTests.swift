import HTTPServer
import Postgres
import Testing

@testable import Ticketing

@Suite("Rules that are asked after")
struct TicketingInvariantsTests {
    /// What breaks each, by SQL that nobody of us would run.
    private static let breakages: [(rule: String, sql: String)] = [
        (
            "seat-claimed-twice",
            "DROP INDEX reservation_seat_live; INSERT INTO reservation_seat "
                + "SELECT (SELECT max(id) FROM reservation), schedule_id, seat_no, grade_id, price, 0, 'HELD' "
                + "FROM reservation_seat WHERE seat_no = 0"
        ),
        ("seat-without-claim", "UPDATE reservation_seat SET status = 'CANCELLED' WHERE seat_no = 0"),
        ("seat-without-claim", "UPDATE seat SET state = 3, held_until = NULL WHERE seat_no = 0"),
        ("seat-without-claim", "UPDATE seat SET held_until = now() WHERE seat_no = 0"),
        ("claim-without-seat", "UPDATE seat SET state = 0, reservation_id = NULL, held_until = NULL WHERE seat_no = 0"),
        ("claim-without-seat", "DELETE FROM seat WHERE seat_no = 0"),
        ("live-count", "UPDATE reservation SET live_count = 3"),
        ("purchase-limit", "UPDATE concert SET purchase_limit = 1"),
        ("ticket-without-sale", "UPDATE reservation_seat SET status = 'CANCELLED' WHERE seat_no = 5"),
        ("sale-without-ticket", "DELETE FROM ticket"),
        ("total", "UPDATE reservation_seat SET price = 1 WHERE seat_no = 0"),
        ("reservation-astray", "UPDATE reservation SET concert_id = 99"),
        ("reservation-astray", "UPDATE reservation SET schedule_id = 99"),
        ("seat-without-claim", "UPDATE seat SET reservation_id = 99 WHERE seat_no = 0"),
        ("hold-overdue", "UPDATE reservation SET held_until = now() - interval '1 day' WHERE status = 'PENDING'"),
    ]

    @Test("who has what he might have before the limit was lowered has it rightly, and more is too much")
    func loweredLimit() async throws {
        let rig = try CatalogueRig()
        let process = ReservationRig(rig.rig)
        let sale = try rig.rig.concertOnSale(rows: 1, columns: 10, purchaseLimit: 4)
        let member = try rig.rig.member()
        _ = try await process.confirm(try await process.held(sale, member, [0, 1, 2, 3]))
        for limit in [2, 1, 3] {
            let answer = try await rig.client.as(sale.seller, .seller).send(
                .patch, "/api/v1/concert/\(sale.concert)", json: ["purchaseLimit": limit])
            #expect(answer.status == 200, "\(answer.text)")
            try await process.expectSound()
            #expect(try await process.hold(sale, member, [5]) == .limit)
        }
        try rig.rig.sql("UPDATE concert SET purchase_limit_max = 3")
        let broken = try await TicketingInvariants.broken(in: rig.rig.database)
        #expect(broken.map { $0.name.description } == ["purchase-limit"])
    }

    @Test("each is found broken when it is", arguments: breakages.indices)
    func broken(index: Int) async throws {
        let breakage = Self.breakages[index]
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let member = try rig.member()
        _ = try await process.held(sale, member, [0, 1])
        _ = try await process.confirm(try await process.held(sale, member, [5, 6]))
        try await process.expectSound()
        try rig.sql(breakage.sql)
        let broken = try await TicketingInvariants.broken(in: rig.database)
        #expect(broken.contains { $0.name.description == breakage.rule }, "\(broken)")
    }
}
