internal import Postgres

/// What happens to reservations after they are held. Every statement that changes one has its row locked first, or
/// locks it itself; seats come after it.
enum ReservationStatements {
    /// Locks a reservation. Status, whether it is being paid, member, schedule.
    static let lock = PostgresStatement(
        "reservation_lock",
        """
        SELECT status, is_paying, member_id, schedule_id FROM reservation WHERE id = $1 FOR NO KEY UPDATE
        """)

    /// Locks a reservation, and then what its member has of its schedule, which from here on nobody else changes: a
    /// reservation that begins to count again must not give him more than his share.
    static let lockWithHolder = PostgresStatement(
        "reservation_lock_holder",
        """
        WITH found AS MATERIALIZED (
            SELECT status, is_paying, member_id, schedule_id FROM reservation WHERE id = $1 FOR NO KEY UPDATE)
        SELECT status, is_paying, member_id, schedule_id,
            pg_advisory_xact_lock(hashint8extended(member_id, schedule_id))::text
        FROM found
        """)

    /// The seats of a locked reservation are out of time's reach. Seats and count of the reservation; no row when it
    /// has lapsed. The clock is the true time, not that of the transaction's beginning: while it waited for its locks,
    /// the same member may have been given other seats in the place of these.
    static let freeze = PostgresStatement(
        "reservation_freeze",
        """
        WITH due AS MATERIALIZED (
            SELECT r.id, r.live_count FROM reservation r
                JOIN concert c ON c.id = r.concert_id JOIN schedule s ON s.id = r.schedule_id
            WHERE r.id = $1 AND r.status = 'PENDING' AND NOT r.is_paying AND r.held_until > clock_timestamp()
                AND c.status <> 'CANCELED' AND s.status <> 'CANCELED'),
        frozen AS (
            UPDATE seat SET state = 2, held_until = NULL, version = seat.version + 1
            FROM due, reservation_seat line
            WHERE line.reservation_id = due.id AND line.status = 'HELD' AND seat.schedule_id = line.schedule_id
                AND seat.seat_no = line.seat_no AND seat.reservation_id = due.id AND seat.state = 1
            RETURNING seat.seat_no),
        paying AS (UPDATE reservation SET is_paying = true FROM due WHERE reservation.id = due.id)
        SELECT due.live_count, (SELECT count(*) FROM frozen), (
            SELECT count(*) FROM reservation_seat WHERE reservation_id = due.id)
        FROM due
        """)

    /// reservation, milliseconds: they are held for so long at least.
    static let thaw = PostgresStatement(
        "reservation_thaw",
        """
        WITH back AS (
            UPDATE reservation SET is_paying = false,
                held_until = greatest(held_until, clock_timestamp() + $2::bigint * interval '1 millisecond')
            WHERE id = $1 AND status = 'PENDING' AND is_paying
            RETURNING id, held_until)
        UPDATE seat SET state = 1, held_until = back.held_until, version = seat.version + 1
        FROM back, reservation_seat line
        WHERE line.reservation_id = back.id AND line.status = 'HELD' AND seat.schedule_id = line.schedule_id
            AND seat.seat_no = line.seat_no AND seat.reservation_id = back.id AND seat.state = 2
        """)

    /// Sells the seats of a locked reservation, if all are its own or free and, where it had lapsed, the member may
    /// have them still. Issues the tickets, which it returns; no row when it is too late, and then nothing is changed.
    static let confirm = PostgresStatement(
        "reservation_confirm",
        """
        WITH line AS MATERIALIZED (
            SELECT schedule_id, seat_no FROM reservation_seat
            WHERE reservation_id = $1 AND status IN ('HELD', 'EXPIRED')),
        due AS MATERIALIZED (
            SELECT r.id, r.member_id, r.schedule_id FROM reservation r
                JOIN concert c ON c.id = r.concert_id JOIN schedule s ON s.id = r.schedule_id
            WHERE r.id = $1 AND r.status IN ('PENDING', 'EXPIRED')
                AND c.status <> 'CANCELED' AND s.status <> 'CANCELED'
                AND (r.is_paying OR (SELECT count(*) FROM line) + (
                    SELECT coalesce(sum(other.live_count), 0) FROM reservation other
                    WHERE other.schedule_id = r.schedule_id AND other.member_id = r.member_id AND other.id <> r.id
                        AND other.status IN ('PENDING', 'CONFIRMED')
                        AND (other.status = 'CONFIRMED' OR other.is_paying OR other.held_until > clock_timestamp()))
                    <= c.purchase_limit)),
        free AS MATERIALIZED (
            SELECT seat.schedule_id, seat.seat_no FROM due, line
                JOIN seat ON seat.schedule_id = line.schedule_id AND seat.seat_no = line.seat_no
            WHERE seat.state = 0 OR (seat.reservation_id = $1 AND seat.state IN (1, 2))
            ORDER BY seat.schedule_id, seat.seat_no FOR NO KEY UPDATE OF seat),
        won AS MATERIALIZED (
            SELECT due.* FROM due
            WHERE (SELECT count(*) FROM free) = (SELECT count(*) FROM line) AND EXISTS (SELECT FROM line)),
        sold AS (
            UPDATE seat SET state = 3, reservation_id = won.id, held_until = NULL, version = seat.version + 1
            FROM won, free WHERE seat.schedule_id = free.schedule_id AND seat.seat_no = free.seat_no),
        kept AS (
            UPDATE reservation SET status = 'CONFIRMED', is_paying = false, held_until = NULL, confirmed_at = now(),
                ended_at = NULL, end_reason = NULL, live_count = (SELECT count(*) FROM line)
            FROM won WHERE reservation.id = won.id),
        lines AS (
            UPDATE reservation_seat SET status = 'CONFIRMED' FROM won
            WHERE reservation_seat.reservation_id = won.id AND reservation_seat.status IN ('HELD', 'EXPIRED')
            RETURNING reservation_seat.seat_no),
        issued AS (
            INSERT INTO ticket (reservation_id, schedule_id, seat_no, member_id, code)
            SELECT won.id, won.schedule_id, lines.seat_no, won.member_id,
                translate(rtrim(encode(uuid_send(gen_random_uuid()), 'base64'), '='), '+/', '-_')
            FROM won, lines ORDER BY lines.seat_no
            RETURNING id, schedule_id, seat_no, member_id),
        told AS (
            INSERT INTO outbox (topic, aggregate, payload)
            SELECT 'reservation.confirmed', 'reservation:' || id, jsonb_build_object(
                'reservationId', id, 'memberId', member_id, 'scheduleId', schedule_id)
            FROM won
            UNION ALL
            SELECT 'ticket.issued', 'ticket:' || id, jsonb_build_object(
                'ticketId', id, 'reservationId', $1::bigint, 'memberId', member_id, 'scheduleId', schedule_id,
                'seatId', schedule_id << 20 | seat_no)
            FROM issued)
        SELECT id FROM issued ORDER BY id
        """)

    /// reservations, reason. Ends those that are unpaid, or lapsed and paid too late; their rows are locked. Schedule,
    /// number and version of each seat that is free now.
    static let end = PostgresStatement(
        "reservation_end",
        """
        WITH ended AS (
            UPDATE reservation SET status = 'CANCELLED', is_paying = false, held_until = NULL, live_count = 0,
                ended_at = now(), end_reason = $2
            WHERE id = ANY ($1) AND status IN ('PENDING', 'EXPIRED')
            RETURNING id, member_id, schedule_id),
        freed AS (
            UPDATE seat SET state = 0, reservation_id = NULL, held_until = NULL, version = seat.version + 1
            FROM ended, reservation_seat line
            WHERE line.reservation_id = ended.id AND line.status = 'HELD' AND seat.schedule_id = line.schedule_id
                AND seat.seat_no = line.seat_no AND seat.reservation_id = ended.id AND seat.state IN (1, 2)
            RETURNING seat.schedule_id, seat.seat_no, seat.version),
        lines AS (
            UPDATE reservation_seat SET status = 'CANCELLED' FROM ended
            WHERE reservation_seat.reservation_id = ended.id AND reservation_seat.status = 'HELD'),
        told AS (
            INSERT INTO outbox (topic, aggregate, payload)
            SELECT 'reservation.cancelled', 'reservation:' || id, jsonb_build_object(
                'reservationId', id, 'memberId', member_id, 'scheduleId', schedule_id, 'reason', $2::text)
            FROM ended)
        SELECT schedule_id, seat_no, version FROM freed
        """)

    /// How many at most. Ends what has lapsed, the oldest first; what another process is ending is left to it.
    /// Schedule, number and version of each seat that is free now, and whose it was.
    static let sweep = PostgresStatement(
        "reservation_sweep",
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM reservation WHERE status = 'PENDING' AND NOT is_paying AND held_until <= now()
            ORDER BY held_until LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED),
        freed AS (
            UPDATE seat SET state = 0, reservation_id = NULL, held_until = NULL, version = seat.version + 1
            FROM due, reservation_seat line
            WHERE line.reservation_id = due.id AND line.status = 'HELD' AND seat.schedule_id = line.schedule_id
                AND seat.seat_no = line.seat_no AND seat.reservation_id = due.id AND seat.state = 1
            RETURNING seat.schedule_id, seat.seat_no, seat.version, due.id),
        lines AS (
            UPDATE reservation_seat SET status = 'EXPIRED' FROM due
            WHERE reservation_seat.reservation_id = due.id AND reservation_seat.status = 'HELD'),
        ended AS (
            UPDATE reservation SET status = 'EXPIRED', held_until = NULL, live_count = 0, ended_at = now(),
                end_reason = 'TIMED_OUT'
            FROM due WHERE reservation.id = due.id
            RETURNING reservation.id, member_id, schedule_id),
        told AS (
            INSERT INTO outbox (topic, aggregate, payload)
            SELECT 'reservation.expired', 'reservation:' || id, jsonb_build_object(
                'reservationId', id, 'memberId', member_id, 'scheduleId', schedule_id)
            FROM ended)
        SELECT schedule_id, seat_no, version, id FROM freed
        """, purpose: .background)

    /// concert, how many at most. Locks unpaid reservations of it that nobody is paying now.
    static let unpaid = PostgresStatement(
        "reservation_unpaid",
        """
        SELECT id FROM reservation
        WHERE schedule_id IN (SELECT id FROM schedule WHERE concert_id = $1) AND status = 'PENDING' AND NOT is_paying
        ORDER BY id LIMIT $2 FOR NO KEY UPDATE
        """, purpose: .background)

    /// The same of one schedule.
    static let unpaidOfSchedule = PostgresStatement(
        "reservation_unpaid_of_schedule",
        """
        SELECT id FROM reservation WHERE schedule_id = $1 AND status = 'PENDING' AND NOT is_paying
        ORDER BY id LIMIT $2 FOR NO KEY UPDATE
        """, purpose: .background)
}
