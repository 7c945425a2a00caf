internal import Postgres

/// What a member sees of reservations. One that has lapsed and was not swept yet is shown as what it is.
enum ReservationReadingStatements {
    /// reservation, member. Id, status, schedule, concert, currency, total, discount, end, when it was made, seats.
    static let one = PostgresStatement(
        "reservation_one",
        """
        SELECT r.id, CASE WHEN r.status = 'PENDING' AND NOT r.is_paying AND r.held_until <= now() THEN 'EXPIRED'
                ELSE r.status END,
            r.schedule_id, r.concert_id, r.currency, r.total, r.discount,
            CASE WHEN NOT r.is_paying THEN r.held_until END, r.created_at, (
            SELECT array_agg(seat_no ORDER BY seat_no) FROM reservation_seat WHERE reservation_id = r.id)
        FROM reservation r WHERE r.id = $1 AND r.member_id = $2
        """, effect: .reads)

    /// member, below which id, how many at most: newest first.
    static let list = PostgresStatement(
        "reservation_list",
        """
        SELECT r.id, CASE WHEN r.status = 'PENDING' AND NOT r.is_paying AND r.held_until <= now() THEN 'EXPIRED'
                ELSE r.status END,
            r.schedule_id, r.concert_id, r.currency, r.total, r.discount,
            CASE WHEN NOT r.is_paying THEN r.held_until END, r.created_at, (
            SELECT array_agg(seat_no ORDER BY seat_no) FROM reservation_seat WHERE reservation_id = r.id)
        FROM reservation r WHERE r.member_id = $1 AND r.id < $2
        ORDER BY r.id DESC LIMIT $3
        """, effect: .reads)

    /// reservations, the member of each. What there is to pay, to whom and for what, whether it may be paid, until when
    /// it is sold, and whether it was called off.
    static let orders = PostgresStatement(
        "reservation_orders",
        """
        SELECT r.id, r.member_id, c.seller_id, c.id, c.name, r.total - r.discount, r.currency,
            r.status = 'PENDING' AND NOT r.is_paying AND r.held_until > now() AND c.status <> 'CANCELED'
                AND s.status <> 'CANCELED' AND s.ends_at > now(),
            r.status = 'CONFIRMED', r.held_until, least(s.ends_at, c.sale_closes_at),
            c.status = 'CANCELED' OR s.status = 'CANCELED'
        FROM unnest($1::bigint[], $2::bigint[]) AS asked (id, member)
            JOIN reservation r ON r.id = asked.id AND r.member_id = asked.member
            JOIN concert c ON c.id = r.concert_id JOIN schedule s ON s.id = r.schedule_id
        """, effect: .reads)

    /// schedule. What buying there depends on: its concert.
    static let concert = PostgresStatement(
        "reservation_concert",
        """
        SELECT s.concert_id FROM schedule s JOIN concert c ON c.id = s.concert_id
        WHERE s.id = $1 AND s.deleted_at IS NULL AND c.deleted_at IS NULL
        """, effect: .reads)
}
