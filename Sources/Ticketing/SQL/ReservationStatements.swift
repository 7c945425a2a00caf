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

    /// reservations. Those whose seats are out of time's reach from here on, and whether all of their seats are there.
    /// Explained with migration 122, as the next one.
    static let freeze = PostgresStatement(
        "reservation_freeze", "SELECT reservation, is_whole FROM freeze_reservations($1)")

    /// reservation: its seats wait for a transfer from here on.
    static let awaitTransfer = PostgresStatement(
        "reservation_await_transfer",
        """
        UPDATE reservation SET transfer_since = clock_timestamp()
        WHERE id = $1 AND status = 'PENDING' AND is_paying AND transfer_since IS NULL
        """)

    /// reservation, milliseconds: they are held for so long at least; milliseconds: but not for so much longer than a
    /// hold lasts, so that paying that fails again and again keeps nothing from others. What is too late for that ends
    /// now, not when its time would have been over. Where a transfer was waited for, it is so much longer than that was
    /// over for the first time.
    static let thaw = PostgresStatement(
        "reservation_thaw",
        """
        WITH back AS (
            UPDATE reservation SET is_paying = false,
                transfer_over_at = CASE WHEN transfer_since IS NOT NULL
                    THEN coalesce(transfer_over_at, clock_timestamp()) END,
                held_until = greatest(held_until, clock_timestamp(), least(
                    clock_timestamp() + $2::bigint * interval '1 millisecond',
                    greatest(reservation.created_at + c.hold_seconds * interval '1 second',
                        CASE WHEN transfer_since IS NOT NULL
                            THEN coalesce(transfer_over_at, clock_timestamp()) END)
                        + $3::bigint * interval '1 millisecond'))
            FROM concert c
            WHERE reservation.id = $1 AND reservation.status = 'PENDING' AND is_paying
                AND c.id = reservation.concert_id
            RETURNING reservation.id, held_until)
        UPDATE seat SET state = 1, held_until = back.held_until, version = seat.version + 1
        FROM back, reservation_seat line
        WHERE line.reservation_id = back.id AND line.status = 'HELD' AND seat.schedule_id = line.schedule_id
            AND seat.seat_no = line.seat_no AND seat.reservation_id = back.id AND seat.state = 2
        """)

    /// reservations. Those that are sold: schedule, seats and tickets of each.
    static let confirm = PostgresStatement(
        "reservation_confirm", "SELECT reservation, schedule, seats, tickets FROM confirm_reservations($1)")

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

    /// How many at most. Ends what has lapsed, the oldest first, as of when its time was over; what another process is
    /// ending is left to it. Schedule, number and version of each seat that is free now, and whose it was.
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
            UPDATE reservation SET status = 'EXPIRED', held_until = NULL, live_count = 0,
                ended_at = reservation.held_until, end_reason = 'TIMED_OUT'
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
