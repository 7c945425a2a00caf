internal import Postgres

/// How long seats are kept for transfers.
extension TicketingMigrations {
    /// Of a reservation it is known since when its seats wait, or waited, for a transfer, and when that was over for
    /// the first time: from then on they are held a little for another way to pay, once.
    ///
    /// `hold_seats` as migration 173 explains it, but that only what waits for a transfer counts whole. Whose company
    /// is silent for an hour cannot help it: that counts like the longest hold there is.
    static let transferTime = PostgresMigration(
        number: 178, name: "time for transfers",
        sql: """
            ALTER TABLE reservation ADD COLUMN transfer_since timestamptz, ADD COLUMN transfer_over_at timestamptz;

            CREATE FUNCTION unpaid_seconds(
                p_transfer_since timestamptz, p_from timestamptz, p_until timestamptz, p_hold_seconds integer)
                RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
                SELECT CASE WHEN p_transfer_since IS NULL
                    THEN least(extract(epoch FROM p_until - p_from), 2 * p_hold_seconds)
                    ELSE extract(epoch FROM p_until - p_from) END
            $$;

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
                            SELECT coalesce(sum(unpaid_seconds(
                                r.transfer_since, r.created_at, r.ended_at, c.hold_seconds)), 0)
                            FROM reservation r
                            WHERE r.schedule_id = s.id AND r.member_id = asked.member AND r.confirmed_at IS NULL
                                AND r.status IN ('EXPIRED', 'CANCELLED')
                                AND r.end_reason IN ('TIMED_OUT', 'RELEASED')
                                AND r.ended_at > now() - p_unpaid_window * c.hold_seconds * interval '1 second')
                            + (
                            SELECT coalesce(sum(unpaid_seconds(
                                r.transfer_since, r.created_at, now(), c.hold_seconds)), 0)
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
            """)
}
