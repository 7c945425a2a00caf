internal import Postgres

/// What is asked of tickets.
enum TicketStatements {
    /// member, below which id, how many at most: newest first.
    static let list = PostgresStatement(
        "ticket_list",
        """
        SELECT t.id, t.reservation_id, t.schedule_id, t.seat_no, t.status, t.code, t.issued_at, t.epoch, c.id, c.name,
            s.starts_at, g.name, seat.row_no, seat.column_no, s.ends_at, doors_open_at(s),
            CASE WHEN g.play_replay THEN s.replay_until END, g.play_height_max,
            l.state, l.live_at, l.interrupted_at, l.ended_at, s.timezone, r.member_id IS DISTINCT FROM t.member_id,
            section_at(s.stage_id, seat.row_no, seat.column_no)
        FROM ticket t JOIN schedule s ON s.id = t.schedule_id JOIN concert c ON c.id = s.concert_id
            JOIN reservation r ON r.id = t.reservation_id
            JOIN seat ON seat.schedule_id = t.schedule_id AND seat.seat_no = t.seat_no
            JOIN grade g ON g.id = seat.grade_id LEFT JOIN live_show l ON l.schedule_id = s.id
        WHERE t.member_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3
        """, effect: .reads)

    /// ticket, member.
    static let one = PostgresStatement(
        "ticket_one",
        """
        SELECT t.id, t.reservation_id, t.schedule_id, t.seat_no, t.status, t.code, t.issued_at, t.epoch, c.id, c.name,
            s.starts_at, g.name, seat.row_no, seat.column_no, s.ends_at, doors_open_at(s),
            CASE WHEN g.play_replay THEN s.replay_until END, g.play_height_max,
            l.state, l.live_at, l.interrupted_at, l.ended_at, s.timezone, r.member_id IS DISTINCT FROM t.member_id,
            section_at(s.stage_id, seat.row_no, seat.column_no)
        FROM ticket t JOIN schedule s ON s.id = t.schedule_id JOIN concert c ON c.id = s.concert_id
            JOIN reservation r ON r.id = t.reservation_id
            JOIN seat ON seat.schedule_id = t.schedule_id AND seat.seat_no = t.seat_no
            JOIN grade g ON g.id = seat.grade_id LEFT JOIN live_show l ON l.schedule_id = s.id
        WHERE t.id = $1 AND t.member_id = $2
        """, effect: .reads)

    /// ticket, member: what the ticket lets its owner watch.
    static let playback = PostgresStatement(
        "ticket_playback",
        """
        SELECT t.id, t.member_id, t.status, t.epoch, t.schedule_id, s.concert_id, s.status = 'CANCELED',
            doors_open_at(s), s.ends_at, s.replay_until, g.play_height_max, g.play_replay, g.play_devices,
            l.state, l.live_at, l.interrupted_at, l.ended_at
        FROM ticket t JOIN schedule s ON s.id = t.schedule_id
            JOIN seat ON seat.schedule_id = t.schedule_id AND seat.seat_no = t.seat_no
            JOIN grade g ON g.id = seat.grade_id LEFT JOIN live_show l ON l.schedule_id = s.id
        WHERE t.id = $1 AND t.member_id = $2 FOR SHARE OF t
        """)

    /// ticket, whose it was, whose it is. What was given out for the old owner is void: code and epoch change. The
    /// reservation is locked first, because a refund of it locks in this order.
    static let lockReservation = PostgresStatement(
        "ticket_lock_reservation",
        """
        SELECT r.id FROM reservation r WHERE r.id = (SELECT reservation_id FROM ticket WHERE id = $1)
        FOR NO KEY UPDATE
        """)

    static let transfer = PostgresStatement(
        "ticket_transfer",
        """
        WITH given AS (
            UPDATE ticket SET member_id = $3, epoch = epoch + 1,
                code = translate(rtrim(encode(uuid_send(gen_random_uuid()), 'base64'), '='), '+/', '-_')
            WHERE id = $1 AND member_id = $2 AND status = 'ISSUED'
                AND EXISTS (SELECT FROM schedule s WHERE s.id = schedule_id AND s.ends_at > now())
            RETURNING id, schedule_id, seat_no, epoch),
        told AS (
            INSERT INTO outbox (topic, aggregate, payload)
            SELECT 'ticket.transferred', 'ticket:' || id, jsonb_build_object(
                'ticketId', id, 'scheduleId', schedule_id, 'seatId', schedule_id << 20 | seat_no, 'epoch', epoch,
                'fromMemberId', $2::bigint, 'memberId', $3::bigint)
            FROM given)
        SELECT epoch FROM given
        """)
}
