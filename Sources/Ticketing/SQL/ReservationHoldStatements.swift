internal import Postgres

/// What takes seats. The functions are explained with migrations 121 and 160.
enum ReservationHoldStatements {
    /// For each request: schedule, member, token, number of seats; for each seat: number of its request, from 1, and
    /// its own. Then how many times as long as a hold lasts somebody may keep seats unpaid, within how many times of
    /// it. Returns for each request its number, outcome, reservation, end, total and currency, and of one that is held
    /// its seats with their versions, of one that is not the seats that are not to be had.
    static let hold = PostgresStatement(
        "reservation_hold",
        """
        SELECT place, outcome, reservation, until, amount, money, seats, versions
        FROM hold_seats($1, $2, $3, $4, $5, $6, $7::bigint::integer, $8::bigint::integer)
        """)

    /// For each request: schedule, member, token and one of its seats. Number of each that was held, reservation, end,
    /// total and currency.
    static let made = PostgresStatement(
        "reservation_made", "SELECT place, reservation, until, amount, money FROM holds_made($1, $2, $3, $4)")

    /// schedule, member, and the two bounds of `hold`: seconds until enough of what he kept unpaid is so long ago that
    /// he gets seats again. Nothing while something goes on of which nobody knows how long it will.
    static let unpaidWait = PostgresStatement(
        "reservation_unpaid_wait",
        """
        WITH bound AS (
            SELECT $3::bigint * c.hold_seconds AS most, $4::bigint * c.hold_seconds * interval '1 second' AS span,
                c.hold_seconds
            FROM schedule s JOIN concert c ON c.id = s.concert_id WHERE s.id = $1),
        going AS (
            SELECT coalesce(sum(unpaid_seconds(r.transfer_since, r.created_at, now(), bound.hold_seconds)), 0) AS time
            FROM reservation r, bound
            WHERE r.schedule_id = $1 AND r.member_id = $2 AND r.status IN ('PENDING', 'CONFIRMED')
                AND r.status = 'PENDING' AND r.is_paying),
        past AS (
            SELECT r.ended_at, sum(unpaid_seconds(r.transfer_since, r.created_at, r.ended_at, bound.hold_seconds))
                OVER (ORDER BY r.ended_at DESC, r.id DESC) AS since
            FROM reservation r, bound
            WHERE r.schedule_id = $1 AND r.member_id = $2 AND r.confirmed_at IS NULL
                AND r.status IN ('EXPIRED', 'CANCELLED') AND r.end_reason IN ('TIMED_OUT', 'RELEASED')
                AND r.ended_at > now() - bound.span)
        SELECT ceil(extract(epoch FROM max(past.ended_at) + bound.span - now()))::bigint
        FROM past, going, bound WHERE going.time < bound.most AND going.time + past.since >= bound.most
        GROUP BY bound.span
        """, effect: .reads)
}
