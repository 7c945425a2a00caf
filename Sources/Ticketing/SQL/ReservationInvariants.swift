package import Postgres

/// What must hold of seats, reservations and tickets at every instant: each statement counts what breaks a rule, and
/// the answer is 0. Tests ask after everything they do; in production a gauge asks now and then.
///
/// Each reads the tables once, as they are in one snapshot, so they may be asked while seats are being sold.
package enum TicketingInvariants {
    /// One that holds as long as its statement counts nothing.
    package struct Rule: Sendable {
        /// What labels the gauge.
        package let name: StaticString
        package let statement: PostgresStatement
    }

    package static let all: [Rule] = [
        Rule(name: "seat-claimed-twice", statement: Self.claimedTwice),
        Rule(name: "seat-without-claim", statement: Self.seatWithoutClaim),
        Rule(name: "claim-without-seat", statement: Self.claimWithoutSeat),
        Rule(name: "live-count", statement: Self.liveCount),
        Rule(name: "purchase-limit", statement: Self.purchaseLimit),
        Rule(name: "ticket-without-sale", statement: Self.ticketWithoutSale),
        Rule(name: "sale-without-ticket", statement: Self.saleWithoutTicket),
        Rule(name: "total", statement: Self.total),
        Rule(name: "discount", statement: Self.discount),
        Rule(name: "reservation-astray", statement: Self.astray),
        Rule(name: "hold-overdue", statement: Self.overdue),
    ]

    /// Names and counts of the rules that are broken.
    package static func broken(in database: PostgresDatabase) async throws -> [(name: StaticString, count: Int)] {
        var found: [(name: StaticString, count: Int)] = []
        for rule in self.all {
            let count = try await database.run(rule.statement).single(Int.self)
            if count > 0 { found.append((rule.name, count)) }
        }
        return found
    }

    private static let claimedTwice = PostgresStatement(
        "invariant_claimed_twice",
        """
        SELECT count(*) FROM (
            SELECT FROM reservation_seat WHERE status IN ('HELD', 'CONFIRMED')
            GROUP BY schedule_id, seat_no HAVING count(*) > 1) AS twice
        """, effect: .reads, purpose: .long)

    /// A seat that is not free is that of a line of its reservation, in the state that the line says.
    private static let seatWithoutClaim = PostgresStatement(
        "invariant_seat_without_claim",
        """
        SELECT count(*) FROM seat LEFT JOIN reservation r ON r.id = seat.reservation_id
            LEFT JOIN reservation_seat line ON line.reservation_id = seat.reservation_id
                AND line.schedule_id = seat.schedule_id AND line.seat_no = seat.seat_no
        WHERE seat.state IN (1, 2, 3) AND (line.status IS NULL OR r.id IS NULL
            OR line.status <> (CASE WHEN seat.state = 3 THEN 'CONFIRMED' ELSE 'HELD' END)
            OR r.status <> (CASE WHEN seat.state = 3 THEN 'CONFIRMED' ELSE 'PENDING' END)
            OR r.is_paying <> (seat.state = 2)
            OR (seat.state = 1 AND seat.held_until <> r.held_until))
        """, effect: .reads, purpose: .long)

    /// Nor one that there is not.
    private static let claimWithoutSeat = PostgresStatement(
        "invariant_claim_without_seat",
        """
        SELECT count(*) FROM reservation_seat line
            LEFT JOIN seat ON seat.schedule_id = line.schedule_id AND seat.seat_no = line.seat_no
        WHERE line.status IN ('HELD', 'CONFIRMED') AND (seat.reservation_id IS DISTINCT FROM line.reservation_id
            OR (line.status = 'CONFIRMED') <> (seat.state = 3))
        """, effect: .reads, purpose: .long)

    /// The state is not in the WHERE: before the table was analysed, the planner read the index of all live claims for
    /// each reservation, which took minutes of a hundred thousand.
    private static let liveCount = PostgresStatement(
        "invariant_live_count",
        """
        SELECT count(*) FROM reservation r WHERE r.live_count <> (
            SELECT count(*) FILTER (WHERE line.status IN ('HELD', 'CONFIRMED')) FROM reservation_seat line
            WHERE line.reservation_id = r.id)
        """, effect: .reads, purpose: .long)

    /// By the highest limit that the concert ever had: one that is lowered takes nothing from whoever has more.
    private static let purchaseLimit = PostgresStatement(
        "invariant_purchase_limit",
        """
        SELECT count(*) FROM (
            SELECT FROM reservation r JOIN concert c ON c.id = r.concert_id
            WHERE r.status = 'CONFIRMED' OR (r.status = 'PENDING' AND (r.is_paying OR r.held_until > now()))
            GROUP BY r.schedule_id, r.member_id, c.id
            HAVING sum(r.live_count) > greatest(c.purchase_limit, c.purchase_limit_max)) AS beyond
        """, effect: .reads, purpose: .long)

    private static let ticketWithoutSale = PostgresStatement(
        "invariant_ticket_without_sale",
        """
        SELECT count(*) FROM ticket t JOIN reservation_seat line
            ON line.reservation_id = t.reservation_id AND line.seat_no = t.seat_no
        WHERE t.status = 'ISSUED' AND line.status <> 'CONFIRMED'
        """, effect: .reads, purpose: .long)

    private static let saleWithoutTicket = PostgresStatement(
        "invariant_sale_without_ticket",
        """
        SELECT count(*) FROM reservation_seat line WHERE line.status = 'CONFIRMED' AND NOT EXISTS (
            SELECT FROM ticket t WHERE t.reservation_id = line.reservation_id AND t.seat_no = line.seat_no
                AND t.status = 'ISSUED')
        """, effect: .reads, purpose: .long)

    private static let total = PostgresStatement(
        "invariant_total",
        """
        SELECT count(*) FROM reservation r WHERE r.total <> (
            SELECT coalesce(sum(price), 0) FROM reservation_seat line WHERE line.reservation_id = r.id)
        """, effect: .reads, purpose: .long)

    /// What was taken off a sale is what was taken off its seats.
    private static let discount = PostgresStatement(
        "invariant_discount",
        """
        SELECT count(*) FROM reservation r WHERE r.discount <> (
            SELECT coalesce(sum(discount), 0) FROM reservation_seat line WHERE line.reservation_id = r.id)
        """, effect: .reads, purpose: .long)

    private static let astray = PostgresStatement(
        "invariant_reservation_astray",
        """
        SELECT count(*) FROM reservation r LEFT JOIN schedule s ON s.id = r.schedule_id
        WHERE s.id IS NULL OR s.concert_id <> r.concert_id OR EXISTS (
            SELECT FROM reservation_seat line
            WHERE line.reservation_id = r.id AND line.schedule_id <> r.schedule_id)
        """, effect: .reads, purpose: .long)

    /// A sweeper that works leaves none of these.
    private static let overdue = PostgresStatement(
        "invariant_hold_overdue",
        """
        SELECT count(*) FROM reservation
        WHERE status = 'PENDING' AND NOT is_paying AND held_until < now() - interval '2 minutes'
        """, effect: .reads, purpose: .long)
}
