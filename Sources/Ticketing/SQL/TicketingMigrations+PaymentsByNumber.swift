internal import Postgres

/// What is paid for is found by its number.
extension TicketingMigrations {
    /// As migration 122 explains it, with `found`, which 163 had left out, and the end of a show that 163 asks for.
    ///
    /// Whoever was asked for money before the end gets what he pays for, where it comes within the quarter of an hour
    /// that the slowest card takes. Money that comes later, as into an account that was given out a day before, goes
    /// back.
    static let paymentsByNumber = PostgresMigration(
        number: 172, name: "payments by number",
        sql: """
            -- The seats of these are out of time's reach. The clock is the true time, not that of the transaction's
            -- beginning: while locks were waited for, the same member may have been given other seats in the place of
            -- these. What has lapsed is not in the answer.
            CREATE OR REPLACE FUNCTION freeze_reservations(p_ids bigint[])
                RETURNS TABLE (reservation bigint, is_whole boolean)
                LANGUAGE plpgsql VOLATILE
                SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
            BEGIN
                PERFORM lock_with_holders(p_ids);
                RETURN QUERY
                WITH found AS MATERIALIZED (
                    SELECT r.* FROM (SELECT DISTINCT id FROM unnest(p_ids) AS id) AS asked
                        JOIN reservation r ON r.id = asked.id),
                due AS MATERIALIZED (
                    SELECT r.id, r.is_paying, r.live_count, (
                        SELECT count(*) FROM reservation_seat line WHERE line.reservation_id = r.id) AS line_count
                    FROM found r JOIN concert c ON c.id = r.concert_id JOIN schedule s ON s.id = r.schedule_id
                    WHERE r.status = 'PENDING' AND (r.is_paying
                        OR (r.held_until > clock_timestamp() AND s.ends_at > clock_timestamp()
                            AND c.status <> 'CANCELED' AND s.status <> 'CANCELED'))),
                frozen AS (
                    UPDATE seat SET state = 2, held_until = NULL, version = seat.version + 1
                    FROM due, reservation_seat line
                    WHERE NOT due.is_paying AND line.reservation_id = due.id
                        AND seat.schedule_id = line.schedule_id AND seat.seat_no = line.seat_no
                        AND seat.reservation_id = due.id AND seat.state = 1
                    RETURNING seat.reservation_id AS id),
                paying AS (
                    UPDATE reservation SET is_paying = true FROM due
                    WHERE NOT due.is_paying AND reservation.id = due.id)
                SELECT due.id, due.is_paying OR (due.line_count = due.live_count
                    AND due.live_count = (SELECT count(*) FROM frozen WHERE frozen.id = due.id))
                FROM due;
            END $$;

            -- Sells the seats of these and issues their tickets, where every seat is the reservation's own or free. One
            -- that had lapsed counts anew against its member's share, which can be told of one at a time only: it has
            -- to come alone. What is too late is not in the answer, and nothing of it is changed.
            CREATE OR REPLACE FUNCTION confirm_reservations(p_ids bigint[])
                RETURNS TABLE (reservation bigint, schedule bigint, seats integer[], tickets bigint[])
                LANGUAGE plpgsql VOLATILE
                SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
            BEGIN
                PERFORM lock_with_holders(p_ids);
                RETURN QUERY
                WITH found AS MATERIALIZED (
                    SELECT r.* FROM (SELECT DISTINCT id FROM unnest(p_ids) AS id) AS asked
                        JOIN reservation r ON r.id = asked.id),
                due AS MATERIALIZED (
                    SELECT r.id, r.member_id, r.schedule_id, own.seats
                    FROM found r JOIN concert c ON c.id = r.concert_id JOIN schedule s ON s.id = r.schedule_id
                        CROSS JOIN LATERAL (
                            SELECT array_agg(line.seat_no ORDER BY line.seat_no) AS seats FROM reservation_seat line
                            WHERE line.reservation_id = r.id AND line.status IN ('HELD', 'EXPIRED')) AS own
                    WHERE r.status IN ('PENDING', 'EXPIRED')
                        AND c.status <> 'CANCELED' AND s.status <> 'CANCELED'
                        AND s.ends_at > clock_timestamp()
                            - CASE WHEN r.is_paying THEN interval '15 minutes' ELSE interval '0' END
                        AND (r.is_paying OR (cardinality(p_ids) = 1 AND cardinality(own.seats) + (
                            SELECT coalesce(sum(other.live_count), 0) FROM reservation other
                            WHERE other.schedule_id = r.schedule_id AND other.member_id = r.member_id
                                AND other.id <> r.id AND other.status IN ('PENDING', 'CONFIRMED')
                                AND (other.status = 'CONFIRMED' OR other.is_paying
                                    OR other.held_until > clock_timestamp())) <= c.purchase_limit))),
                free AS MATERIALIZED (
                    SELECT due.id, seat.seat_no FROM due CROSS JOIN unnest(due.seats) AS own (seat_no)
                        JOIN seat ON seat.schedule_id = due.schedule_id AND seat.seat_no = own.seat_no
                    WHERE seat.state = 0 OR (seat.reservation_id = due.id AND seat.state IN (1, 2))
                    ORDER BY seat.schedule_id, seat.seat_no FOR NO KEY UPDATE OF seat),
                won AS MATERIALIZED (
                    SELECT due.* FROM due
                    WHERE cardinality(due.seats) = (SELECT count(*) FROM free WHERE free.id = due.id)),
                sold AS (
                    UPDATE seat SET state = 3, reservation_id = won.id, held_until = NULL, version = seat.version + 1
                    FROM won CROSS JOIN unnest(won.seats) AS own (seat_no)
                    WHERE seat.schedule_id = won.schedule_id AND seat.seat_no = own.seat_no),
                kept AS (
                    UPDATE reservation AS r SET status = 'CONFIRMED', is_paying = false, held_until = NULL,
                        confirmed_at = now(), ended_at = NULL, end_reason = NULL, live_count = cardinality(won.seats)
                    FROM won WHERE r.id = won.id),
                lines AS (
                    UPDATE reservation_seat AS line SET status = 'CONFIRMED' FROM won
                    WHERE line.reservation_id = won.id AND line.status IN ('HELD', 'EXPIRED')),
                issued AS (
                    INSERT INTO ticket (reservation_id, schedule_id, seat_no, member_id, code)
                    SELECT won.id, won.schedule_id, own.seat_no, won.member_id,
                        translate(rtrim(encode(uuid_send(gen_random_uuid()), 'base64'), '='), '+/', '-_')
                    FROM won CROSS JOIN unnest(won.seats) AS own (seat_no) ORDER BY won.id, own.seat_no
                    RETURNING ticket.id, ticket.reservation_id, ticket.schedule_id, ticket.seat_no, ticket.member_id),
                told AS (
                    INSERT INTO outbox (topic, aggregate, payload)
                    SELECT 'reservation.confirmed', 'reservation:' || won.id, jsonb_build_object(
                        'reservationId', won.id, 'memberId', won.member_id, 'scheduleId', won.schedule_id)
                    FROM won
                    UNION ALL
                    SELECT 'ticket.issued', 'ticket:' || issued.id, jsonb_build_object(
                        'ticketId', issued.id, 'reservationId', issued.reservation_id, 'memberId', issued.member_id,
                        'scheduleId', issued.schedule_id, 'seatId', issued.schedule_id << 20 | issued.seat_no)
                    FROM issued)
                SELECT issued.reservation_id, min(issued.schedule_id), array_agg(issued.seat_no ORDER BY issued.id),
                    array_agg(issued.id ORDER BY issued.id)
                FROM issued GROUP BY issued.reservation_id
                UNION ALL
                SELECT r.id, r.schedule_id, '{}'::integer[], array_agg(t.id ORDER BY t.id)
                FROM found r JOIN ticket t ON t.reservation_id = r.id
                WHERE r.status = 'CONFIRMED' GROUP BY r.id, r.schedule_id;
            END $$;
            """)
}
