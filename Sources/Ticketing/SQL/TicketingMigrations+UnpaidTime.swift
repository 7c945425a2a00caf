internal import Postgres

/// How seats are taken, and how long they may be kept.
extension TicketingMigrations {
    /// `hold_seats` as migrations 121 and 160 explain it, but that of time without payment all of it counts, from the
    /// beginning of a hold to its end, where the end is within the last `p_unpaid_window` times of a hold: somebody who
    /// has an account number to pay to keeps seats for a day. It counts while it goes on too, so that whoever is slow
    /// to pay for some seats of a schedule gets no others there before he has.
    ///
    /// A hold ends when its time is over, whoever sees it when: an hour in which nobody swept is nobody's fault.
    static let unpaidTime = PostgresMigration(
        number: 173, name: "unpaid time",
        sql: """
            CREATE INDEX reservation_unpaid_end ON reservation (schedule_id, member_id, ended_at)
                WHERE confirmed_at IS NULL AND status IN ('EXPIRED', 'CANCELLED');
            DROP INDEX reservation_unpaid;

            CREATE OR REPLACE FUNCTION hold_seats(
                p_schedules bigint[], p_members bigint[], p_tokens bigint[], p_counts bigint[],
                p_places integer[], p_seats integer[], p_unpaid_max integer, p_unpaid_window integer)
                RETURNS TABLE (
                    place integer, outcome text, reservation bigint, until timestamptz, amount bigint, money text,
                    seats integer[], versions integer[])
                LANGUAGE plpgsql VOLATILE
                SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
            DECLARE
                mine boolean[];
                verdicts text[];
                concerts bigint[];
                monies text[];
                untils timestamptz[];
                lapsed bigint[];
                got_places integer[];
                got_seats integer[];
                got_prices bigint[];
                got_grades bigint[];
                got_lapsed bigint[];
                ids bigint[];
                amounts bigint[];
            BEGIN
                SELECT array_agg(pg_try_advisory_xact_lock(hashint8extended(member, schedule)) ORDER BY n) INTO mine
                FROM unnest(p_schedules, p_members) WITH ORDINALITY AS asked (schedule, member, n);

                SELECT array_agg(CASE
                        WHEN c.id IS NULL THEN 'NOT_FOUND'
                        WHEN c.status <> 'PUBLISHED' OR s.status <> 'SCHEDULED' OR now() < c.sale_opens_at
                            OR now() >= c.sale_closes_at OR now() >= s.ends_at THEN 'NOT_ON_SALE'
                        WHEN NOT mine[asked.n] THEN 'BUSY'
                        WHEN asked.wanted + (
                            SELECT coalesce(sum(r.live_count), 0) FROM reservation r
                            WHERE r.schedule_id = s.id AND r.member_id = asked.member
                                AND r.status IN ('PENDING', 'CONFIRMED')
                                AND (r.status = 'CONFIRMED' OR r.is_paying OR r.held_until > now()))
                            > c.purchase_limit THEN 'LIMIT'
                        WHEN (
                            SELECT coalesce(sum(extract(epoch FROM r.ended_at - r.created_at)), 0)
                            FROM reservation r
                            WHERE r.schedule_id = s.id AND r.member_id = asked.member AND r.confirmed_at IS NULL
                                AND r.status IN ('EXPIRED', 'CANCELLED')
                                AND r.end_reason IN ('TIMED_OUT', 'RELEASED')
                                AND r.ended_at > now() - p_unpaid_window * c.hold_seconds * interval '1 second')
                            + (
                            SELECT coalesce(sum(extract(epoch FROM now() - r.created_at)), 0)
                            FROM reservation r
                            WHERE r.schedule_id = s.id AND r.member_id = asked.member
                                AND r.status IN ('PENDING', 'CONFIRMED') AND r.status = 'PENDING' AND r.is_paying)
                            >= p_unpaid_max * c.hold_seconds THEN 'TOO_OFTEN'
                        ELSE 'OPEN' END ORDER BY asked.n),
                    array_agg(c.id ORDER BY asked.n), array_agg(c.currency ORDER BY asked.n),
                    array_agg(now() + c.hold_seconds * interval '1 second' ORDER BY asked.n)
                INTO verdicts, concerts, monies, untils
                FROM unnest(p_schedules, p_members, p_counts) WITH ORDINALITY AS asked (schedule, member, wanted, n)
                    LEFT JOIN schedule s ON s.id = asked.schedule AND s.deleted_at IS NULL
                    LEFT JOIN concert c ON c.id = s.concert_id AND c.deleted_at IS NULL;

                SELECT array_agg(seat.reservation_id) INTO lapsed
                FROM unnest(p_places, p_seats) AS wish (n, no)
                    JOIN seat ON seat.schedule_id = p_schedules[wish.n] AND seat.seat_no = wish.no
                WHERE seat.state = 1 AND seat.held_until <= now() AND verdicts[wish.n] = 'OPEN';
                IF lapsed IS NOT NULL THEN
                    SELECT array_agg(old.id) INTO lapsed FROM (
                        SELECT id FROM reservation WHERE id = ANY (lapsed) AND NOT is_paying
                        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) AS old;
                END IF;

                SELECT array_agg(got.n), array_agg(got.seat_no), array_agg(got.price), array_agg(got.grade_id),
                    array_agg(coalesce(got.reservation_id, 0))
                INTO got_places, got_seats, got_prices, got_grades, got_lapsed
                FROM (
                    SELECT wish.n, seat.seat_no, seat.price, seat.grade_id, seat.reservation_id
                    FROM (
                        SELECT DISTINCT ON (p_schedules[w.n], w.no) w.n, p_schedules[w.n] AS schedule, w.no
                        FROM unnest(p_places, p_seats) AS w (n, no) WHERE verdicts[w.n] = 'OPEN'
                        ORDER BY p_schedules[w.n], w.no, w.n) AS wish
                        JOIN seat ON seat.schedule_id = wish.schedule AND seat.seat_no = wish.no
                    WHERE seat.state = 0 OR (seat.state = 1 AND seat.held_until <= now()
                        AND seat.reservation_id = ANY (lapsed))
                    ORDER BY seat.schedule_id, seat.seat_no FOR NO KEY UPDATE OF seat SKIP LOCKED) AS got;

                SELECT array_agg(CASE WHEN sums.count = p_counts[sums.n] THEN nextval('reservation_id_seq') ELSE 0 END
                        ORDER BY sums.n), array_agg(sums.price ORDER BY sums.n)
                INTO ids, amounts
                FROM (
                    SELECT each.n, count(each.price) AS count, coalesce(sum(each.price), 0)::bigint AS price
                    FROM (
                        SELECT n, price FROM unnest(got_places, got_prices) AS got (n, price)
                        UNION ALL SELECT n, NULL FROM generate_series(1, cardinality(p_counts)) AS n) AS each
                    GROUP BY each.n) AS sums;

                INSERT INTO reservation (id, member_id, concert_id, schedule_id, currency, total, live_count,
                    held_until, token) OVERRIDING SYSTEM VALUE
                SELECT ids[n], p_members[n], concerts[n], p_schedules[n], monies[n], amounts[n], p_counts[n], untils[n],
                    p_tokens[n]
                FROM generate_series(1, cardinality(ids)) AS n WHERE ids[n] > 0;

                IF lapsed IS NOT NULL THEN
                    PERFORM expire_seats(array_agg(old), array_agg(no))
                    FROM unnest(got_places, got_seats, got_lapsed) AS got (n, no, old)
                    WHERE ids[n] > 0 AND old > 0 HAVING count(*) > 0;
                END IF;

                RETURN QUERY
                WITH changed AS (
                    UPDATE seat SET state = 1, reservation_id = ids[got.n], held_until = untils[got.n],
                        version = seat.version + 1
                    FROM unnest(got_places, got_seats) AS got (n, no)
                    WHERE ids[got.n] > 0 AND seat.schedule_id = p_schedules[got.n] AND seat.seat_no = got.no
                    RETURNING got.n, seat.seat_no, seat.version),
                lines AS (
                    INSERT INTO reservation_seat (reservation_id, schedule_id, seat_no, grade_id, price)
                    SELECT ids[n], p_schedules[n], no, grade, price
                    FROM unnest(got_places, got_seats, got_grades, got_prices) AS got (n, no, grade, price)
                    WHERE ids[n] > 0),
                missed AS (
                    SELECT n, no FROM unnest(p_places, p_seats) AS wish (n, no)
                        WHERE ids[n] = 0 AND verdicts[n] = 'OPEN'
                    EXCEPT SELECT n, no FROM unnest(got_places, got_seats) AS got (n, no)),
                told AS (
                    SELECT n, 'HELD' AS outcome, array_agg(seat_no) AS seats, array_agg(version) AS versions
                    FROM changed GROUP BY n
                    UNION ALL
                    SELECT n, CASE WHEN NOT bool_and(is_there) THEN 'INVALID'
                        WHEN bool_and(is_open) THEN 'BUSY' ELSE 'TAKEN' END, array_agg(no), NULL
                    FROM (
                        SELECT missed.n, missed.no, seat.seat_no IS NOT NULL AS is_there, won.no IS NULL
                            AND (seat.state = 0 OR (seat.state = 1 AND seat.held_until <= now())) AS is_open
                        FROM missed
                            LEFT JOIN seat ON seat.schedule_id = p_schedules[missed.n] AND seat.seat_no = missed.no
                            LEFT JOIN (
                                SELECT p_schedules[n] AS schedule, no FROM unnest(got_places, got_seats) AS got (n, no)
                                WHERE ids[n] > 0) AS won
                                ON won.schedule = p_schedules[missed.n] AND won.no = missed.no) AS each
                    GROUP BY n
                    UNION ALL
                    SELECT n, verdicts[n], NULL, NULL FROM generate_series(1, cardinality(ids)) AS n
                    WHERE verdicts[n] <> 'OPEN')
                SELECT told.n::integer, told.outcome, ids[told.n], untils[told.n], amounts[told.n], monies[told.n],
                    told.seats, told.versions
                FROM told;
            END $$;

            -- These seats of reservations that are locked, and have lapsed, are somebody else's now.
            CREATE OR REPLACE FUNCTION expire_seats(p_reservations bigint[], p_seats integer[]) RETURNS void
                LANGUAGE sql VOLATILE AS $$
                WITH gone AS (
                    SELECT id, no FROM unnest(p_reservations, p_seats) AS gone (id, no)),
                lines AS (
                    UPDATE reservation_seat SET status = 'EXPIRED' FROM gone
                    WHERE reservation_id = gone.id AND seat_no = gone.no),
                ended AS (
                    UPDATE reservation SET live_count = live_count - lost.count,
                        status = CASE WHEN live_count = lost.count THEN 'EXPIRED' ELSE status END,
                        held_until = CASE WHEN live_count = lost.count THEN NULL ELSE held_until END,
                        ended_at = CASE WHEN live_count = lost.count THEN held_until END,
                        end_reason = CASE WHEN live_count = lost.count THEN 'TIMED_OUT' END
                    FROM (SELECT id, count(*) AS count FROM gone GROUP BY id) AS lost
                    WHERE reservation.id = lost.id
                    RETURNING reservation.id, reservation.status, member_id, schedule_id)
                INSERT INTO outbox (topic, aggregate, payload)
                SELECT 'reservation.expired', 'reservation:' || id, jsonb_build_object(
                    'reservationId', id, 'memberId', member_id, 'scheduleId', schedule_id)
                FROM ended WHERE status = 'EXPIRED'
            $$;
            """)
}
