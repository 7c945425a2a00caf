import Testing

@testable import Ticketing

/// How the functions of payments find what they are asked for.
@Suite("Plans of payments")
struct PaymentPlanTests {
    @Test("reservations are found by their numbers, also when far more of them are unpaid than the planner knows of")
    func plans() throws {
        let rig = try TicketingRig()
        let sale = try rig.concertOnSale(rows: 100, columns: 40)
        try rig.sql(
            """
            SET session_replication_role = replica;
            INSERT INTO reservation (member_id, concert_id, schedule_id, status, currency, total, live_count, ended_at)
            SELECT n, \(sale.concert), \(sale.schedule), 'EXPIRED', 'KRW', 1, 0, now()
            FROM generate_series(1, 4000) AS n;
            """)
        try rig.sql("VACUUM ANALYZE reservation")
        let log = try rig.sql(
            """
            SET session_replication_role = replica;
            INSERT INTO reservation (member_id, concert_id, schedule_id, currency, total, live_count, held_until)
            SELECT n, \(sale.concert), \(sale.schedule), 'KRW', 1, 1, now() + interval '1 hour'
            FROM generate_series(1, 4000) AS n;
            INSERT INTO reservation_seat (reservation_id, schedule_id, seat_no, grade_id, price)
            SELECT 4000 + n, \(sale.schedule), n - 1, 1, 1 FROM generate_series(1, 4000) AS n;
            UPDATE seat SET state = 1, reservation_id = 4001 + seat_no, held_until = now() + interval '1 hour';
            LOAD 'auto_explain';
            SET auto_explain.log_nested_statements = on;
            SET auto_explain.log_min_duration = 0;
            SET client_min_messages = log;
            SELECT 'frozen ' || count(*) FROM freeze_reservations(ARRAY[4001, 4005]);
            SELECT 'sold ' || count(*) FROM confirm_reservations(ARRAY[4001, 4005]);
            """)
        #expect(log.contains("frozen 2") && log.contains("sold 2"))
        // What else its member has is looked up by the member, as `other`; all the rest by number.
        let scans = log.split(separator: "\n").filter { $0.contains(/Scan .*on reservation( |$)/) }
        #expect(scans.contains { $0.contains("on reservation other") })
        let others = scans.filter { !$0.contains("on reservation other") }
        #expect(others.count >= 6)
        for scan in others { #expect(scan.contains("Index Scan using reservation_pkey on reservation")) }
    }
}
