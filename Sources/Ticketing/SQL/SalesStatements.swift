internal import Postgres
internal import Primitives

/// How what was sold of a concert is counted: by the indexes of its schedules, whatever else was ever sold.
extension TicketingMigrations {
    /// Tickets that are void are few, and none is made when a seat is sold.
    static let sales = PostgresMigration(
        number: 170, name: "sales",
        sql: "CREATE INDEX ticket_revoked ON ticket (schedule_id, seat_no) WHERE status = 'REVOKED'")
}

enum SalesStatements {
    /// How long a report may take: seconds for what millions of seats come to. Never on the connections that those wait
    /// for who buy.
    private static let time = TimeAmount.seconds(20)

    /// A concert: its seats by schedule and grade. Schedule, start, status, grade, its name; seats, sold, held, free,
    /// blocked; what was paid for those that are sold, and taken off; how many were given back, and what was paid for
    /// them.
    static let byGrade = PostgresStatement(
        "sales_by_grade",
        """
        WITH mine AS MATERIALIZED (
            SELECT id, starts_at, status FROM schedule WHERE concert_id = $1 AND deleted_at IS NULL),
        seats AS (
            SELECT seat.schedule_id, seat.grade_id, count(*) AS made, count(*) FILTER (WHERE state = 3) AS sold,
                count(*) FILTER (WHERE state = 2 OR (state = 1 AND held_until > now())) AS held,
                count(*) FILTER (WHERE state = 4) AS blocked
            FROM mine JOIN seat ON seat.schedule_id = mine.id GROUP BY seat.schedule_id, seat.grade_id),
        live AS (
            SELECT line.schedule_id, line.grade_id, sum(line.price - line.discount)::bigint AS paid,
                sum(line.discount)::bigint AS discount
            FROM mine JOIN reservation_seat AS line ON line.schedule_id = mine.id
            WHERE line.status IN ('HELD', 'CONFIRMED') AND line.status = 'CONFIRMED'
            GROUP BY line.schedule_id, line.grade_id),
        back AS (
            SELECT line.schedule_id, line.grade_id, count(*) AS count, sum(line.price - line.discount)::bigint AS paid
            FROM mine JOIN ticket ON ticket.schedule_id = mine.id AND ticket.status = 'REVOKED'
                JOIN reservation_seat AS line
                    ON line.reservation_id = ticket.reservation_id AND line.seat_no = ticket.seat_no
            GROUP BY line.schedule_id, line.grade_id)
        SELECT mine.id, mine.starts_at, mine.status, grade.id, grade.name, made, sold, held,
            made - sold - held - blocked, blocked, coalesce(live.paid, 0), coalesce(live.discount, 0),
            coalesce(back.count, 0), coalesce(back.paid, 0)
        FROM seats JOIN mine ON mine.id = seats.schedule_id JOIN grade ON grade.id = seats.grade_id
            LEFT JOIN live ON live.schedule_id = seats.schedule_id AND live.grade_id = seats.grade_id
            LEFT JOIN back ON back.schedule_id = seats.schedule_id AND back.grade_id = seats.grade_id
        ORDER BY mine.starts_at, mine.id, grade.position, grade.id
        """, effect: .reads, purpose: .reports, timeout: time)

    /// A concert, how many days at most: the latest on which something was sold or given back, as days are where it is
    /// played. How many seats were sold that day, and for what; how many were given back, and what had been paid.
    static let byDay = PostgresStatement(
        "sales_by_day",
        """
        WITH mine AS MATERIALIZED (
            SELECT id, timezone FROM schedule WHERE concert_id = $1 AND deleted_at IS NULL),
        tickets AS MATERIALIZED (
            SELECT mine.timezone, live.issued_at, NULL::timestamptz AS revoked_at, live.paid
            FROM mine CROSS JOIN LATERAL (
                SELECT ticket.issued_at, line.price - line.discount AS paid
                FROM ticket JOIN reservation_seat AS line ON line.seat_no = ticket.seat_no
                WHERE ticket.schedule_id = mine.id AND ticket.status = 'ISSUED' AND line.schedule_id = mine.id
                    AND line.status IN ('HELD', 'CONFIRMED')
                -- By itself for each schedule: joined with the rest, the lines of all concerts would be read.
                OFFSET 0) AS live
            UNION ALL
            SELECT mine.timezone, ticket.issued_at, ticket.revoked_at, line.price - line.discount AS paid
            FROM mine JOIN ticket ON ticket.schedule_id = mine.id AND ticket.status = 'REVOKED'
                JOIN reservation_seat AS line
                    ON line.reservation_id = ticket.reservation_id AND line.seat_no = ticket.seat_no),
        days AS (
            SELECT (issued_at AT TIME ZONE timezone)::date AS day, 1 AS sold, paid, 0 AS back, 0 AS back_paid
            FROM tickets
            UNION ALL
            SELECT (revoked_at AT TIME ZONE timezone)::date, 0, 0, 1, paid FROM tickets WHERE revoked_at IS NOT NULL)
        SELECT day::text, sum(sold)::bigint, sum(paid)::bigint, sum(back)::bigint, sum(back_paid)::bigint
        FROM days GROUP BY day ORDER BY day DESC LIMIT $2
        """, effect: .reads, purpose: .reports, timeout: time)
}
