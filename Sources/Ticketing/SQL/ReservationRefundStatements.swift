internal import Postgres

/// What can be given back, and giving it back.
enum ReservationRefundStatements {
    /// Of a locked reservation that is paid: currency, when it was paid and when the show begins, the zone of its days,
    /// the organizer's rules as they were when it was made; numbers of its seats, what was paid for each, and whether
    /// whoever bought it still has the ticket; whether it was called off; and the rules that held too, where they had
    /// just changed. A ticket changes hands under the reservation's lock, so this holds until the transaction ends.
    ///
    /// Who takes seats within a minute of a change may have the page of before it before him, or of after it: he has
    /// both rules. And until it begins everything goes back to who took seats of another time, whenever he paid.
    static let terms = PostgresStatement(
        "reservation_refund_terms",
        """
        SELECT r.currency, r.confirmed_at, s.starts_at, s.timezone, agreed.rules[1]::text,
            array_agg(line.seat_no ORDER BY line.seat_no),
            array_agg(line.price - line.discount ORDER BY line.seat_no),
            array_agg(coalesce(t.member_id = r.member_id, true) ORDER BY line.seat_no),
            s.status = 'CANCELED' OR c.status = 'CANCELED', agreed.rules[2]::text
        FROM reservation r JOIN schedule s ON s.id = r.schedule_id JOIN concert c ON c.id = r.concert_id
            JOIN reservation_seat line ON line.reservation_id = r.id AND line.status = 'CONFIRMED'
            LEFT JOIN ticket t ON t.reservation_id = r.id AND t.seat_no = line.seat_no AND t.status = 'ISSUED'
            CROSS JOIN LATERAL (
                SELECT array_agg(CASE WHEN s.moved_at + interval '1 minute' > r.created_at
                    THEN jsonb_path_query_array(coalesce(own.rules, '[]'), '$[*] ? (@.daysBefore < 0)')
                        || '[{"daysBefore": 0, "feeBasisPoints": 0}]' ELSE own.rules END ORDER BY page.age) AS rules
                FROM (VALUES (interval '0'), (interval '1 minute')) AS page (age)
                    LEFT JOIN LATERAL (SELECT concert_id, rules FROM concert_refund_rules AS old
                        WHERE old.concert_id = c.id AND old.until > r.created_at + page.age
                        ORDER BY old.until LIMIT 1) AS kept ON true
                    CROSS JOIN LATERAL (SELECT CASE WHEN kept.concert_id IS NULL THEN c.refund_rules
                        ELSE kept.rules END AS rules) AS own) AS agreed
        WHERE r.id = $1 AND r.status = 'CONFIRMED'
        GROUP BY r.id, s.id, c.id, agreed.rules
        """)

    /// reservation, numbers of seats, reason. Frees sold seats of a locked reservation and voids their tickets, which
    /// it returns: whoever asked compares how many there are.
    static let cancel = PostgresStatement(
        "reservation_cancel",
        """
        WITH lines AS (
            UPDATE reservation_seat SET status = 'CANCELLED'
            WHERE reservation_id = $1 AND seat_no = ANY ($2) AND status = 'CONFIRMED'
            RETURNING schedule_id, seat_no),
        freed AS (
            UPDATE seat SET state = 0, reservation_id = NULL, version = seat.version + 1
            FROM lines WHERE seat.schedule_id = lines.schedule_id AND seat.seat_no = lines.seat_no
                AND seat.reservation_id = $1 AND seat.state = 3
            RETURNING seat.seat_no),
        revoked AS (
            UPDATE ticket SET status = 'REVOKED', epoch = epoch + 1, revoked_at = now(), revoke_reason = $3
            FROM freed WHERE ticket.reservation_id = $1 AND ticket.seat_no = freed.seat_no AND ticket.status = 'ISSUED'
            RETURNING ticket.id, ticket.member_id, ticket.schedule_id, ticket.seat_no, ticket.epoch),
        rest AS (
            UPDATE reservation SET live_count = live_count - gone.count,
                status = CASE WHEN live_count = gone.count THEN 'CANCELLED' ELSE status END,
                ended_at = CASE WHEN live_count = gone.count THEN now() END,
                end_reason = CASE WHEN live_count = gone.count THEN $3 END
            FROM (SELECT count(*) AS count FROM lines) AS gone
            WHERE id = $1 AND gone.count > 0
            RETURNING id, status, member_id, schedule_id),
        told AS (
            INSERT INTO outbox (topic, aggregate, payload)
            SELECT 'ticket.revoked', 'ticket:' || id, jsonb_build_object(
                'ticketId', id, 'reservationId', $1::bigint, 'memberId', member_id, 'scheduleId', schedule_id,
                'seatId', schedule_id << 20 | seat_no, 'epoch', epoch, 'reason', $3::text)
            FROM revoked
            UNION ALL
            SELECT 'reservation.cancelled', 'reservation:' || id, jsonb_build_object(
                'reservationId', id, 'memberId', member_id, 'scheduleId', schedule_id, 'reason', $3::text)
            FROM rest WHERE status = 'CANCELLED')
        SELECT id FROM revoked ORDER BY id
        """)
}
