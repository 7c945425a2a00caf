internal import Postgres
internal import Primitives

/// Performances that are called off one by one.
extension TicketingMigrations {
    /// Who has bought a performance that was called off gets everything back. `refunds_next_at` is set as long as
    /// somebody may still have to, and says when he is looked for next.
    static let scheduleRefunds = PostgresMigration(
        number: 171, name: "refunds of schedules",
        sql: """
            ALTER TABLE schedule ADD COLUMN refunds_since timestamptz, ADD COLUMN refunds_next_at timestamptz;
            CREATE INDEX schedule_refunds ON schedule (refunds_next_at) WHERE refunds_next_at IS NOT NULL;
            """)
}

/// What is asked of single performances, and of prices.
enum ScheduleStatements {
    // MARK: Taking one away

    /// Nobody else changes the concert or the schedule until this transaction ends. Concert, status, whether it has
    /// begun, status of the concert, how many other performances that has.
    static let lock = PostgresStatement(
        "schedule_lock",
        """
        SELECT c.id, s.status, s.starts_at <= now(), c.status, (SELECT count(*) FROM schedule AS other
            WHERE other.concert_id = c.id AND other.id <> s.id AND other.deleted_at IS NULL
                AND other.status <> 'CANCELED')
        FROM schedule AS s JOIN concert AS c ON c.id = s.concert_id
        WHERE s.id = $1 AND s.deleted_at IS NULL AND c.deleted_at IS NULL FOR NO KEY UPDATE OF c, s
        """)

    /// schedules. Takes what nobody has off the market: the seat itself says then that nobody gets it, whoever else is
    /// on the way to it. A hold whose time is over is nobody's: it ends here, unless somebody else is just at it.
    static let blockFreeSeats = PostgresStatement(
        "schedule_block_free_seats",
        """
        WITH lapsed AS MATERIALIZED (
            SELECT id FROM reservation
            WHERE schedule_id = ANY ($1::bigint[]) AND status = 'PENDING' AND NOT is_paying AND held_until <= now()
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
        free AS MATERIALIZED (
            SELECT schedule_id, seat_no, reservation_id FROM seat
            WHERE schedule_id = ANY ($1) AND (state = 0 OR (state = 1 AND held_until <= now()
                AND reservation_id IN (SELECT id FROM lapsed)))
            ORDER BY schedule_id, seat_no FOR NO KEY UPDATE),
        blocked AS (
            UPDATE seat SET state = 4, reservation_id = NULL, held_until = NULL, version = seat.version + 1
            FROM free WHERE seat.schedule_id = free.schedule_id AND seat.seat_no = free.seat_no)
        SELECT expire_seats(array_agg(reservation_id), array_agg(seat_no))::text
        FROM free WHERE reservation_id IS NOT NULL HAVING count(*) > 0
        """, timeout: .seconds(60))

    static let hasTakenSeats = PostgresStatement(
        "schedule_has_taken_seats",
        "SELECT EXISTS (SELECT FROM seat WHERE schedule_id = $1 AND state IN (1, 2, 3))", effect: .reads)

    static let cancel = PostgresStatement(
        "schedule_cancel",
        """
        UPDATE schedule SET status = 'CANCELED', refunds_since = now(), refunds_next_at = now() WHERE id = $1
        """)

    /// concert, whether the one that is on is meant too. The same of all its performances that are still to come;
    /// returns them.
    static let cancelRest = PostgresStatement(
        "schedule_cancel_rest",
        """
        UPDATE schedule SET status = 'CANCELED', refunds_since = now(), refunds_next_at = now()
        WHERE concert_id = $1 AND status <> 'CANCELED' AND deleted_at IS NULL
            AND CASE WHEN $2 THEN ends_at ELSE starts_at END > now()
        RETURNING id
        """)

    static let delete = PostgresStatement(
        "schedule_delete", "UPDATE schedule SET deleted_at = now() WHERE id = $1")

    /// How many at most: throws seats of a performance away that was taken away a day ago, and that nobody ever had a
    /// seat of. It is told as long as there was one. By what indexes know of it: whether somebody had, and has nothing
    /// any more, is in his reservation while it was unpaid, and in his ticket when it was paid.
    static let sweepSeats = PostgresStatement(
        "schedule_sweep_seats",
        """
        WITH due AS MATERIALIZED (
            SELECT s.id FROM schedule AS s
            WHERE s.deleted_at < now() - interval '1 day' AND s.seat_count > 0
                AND NOT EXISTS (SELECT FROM reservation AS r
                    WHERE r.schedule_id = s.id AND r.status IN ('PENDING', 'CONFIRMED'))
                AND NOT EXISTS (SELECT FROM reservation AS r
                    WHERE r.schedule_id = s.id AND r.confirmed_at IS NULL AND r.status IN ('EXPIRED', 'CANCELLED'))
                AND NOT EXISTS (SELECT FROM ticket WHERE schedule_id = s.id AND ticket.status = 'ISSUED')
                AND NOT EXISTS (SELECT FROM ticket WHERE schedule_id = s.id AND ticket.status = 'REVOKED')
            ORDER BY s.deleted_at LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED),
        gone AS (
            DELETE FROM seat USING (
                SELECT seat.schedule_id, seat.seat_no FROM due JOIN seat ON seat.schedule_id = due.id
                ORDER BY seat.seat_no LIMIT $1) AS picked
            WHERE seat.schedule_id = picked.schedule_id AND seat.seat_no = picked.seat_no
            RETURNING seat.seat_no),
        emptied AS (
            UPDATE schedule SET seat_count = 0 FROM due
            WHERE schedule.id = due.id AND (SELECT count(*) FROM gone) < $1)
        SELECT id FROM due
        """, purpose: .background)

    /// Whoever keeps maps of these schedules reads them anew as a whole (`SeatNews`).
    static let tellOfSeats = PostgresStatement(
        "schedule_tell_of_seats",
        "SELECT pg_notify('seat_news', '- ' || id || ' !') FROM unnest($1::bigint[]) AS changed (id)")

    // MARK: Giving back

    /// Takes one that was called off, and keeps others from it for so many seconds.
    static let takeRefunds = PostgresStatement(
        "schedule_take_refunds",
        """
        UPDATE schedule SET refunds_next_at = now() + $1::bigint * interval '1 second'
        WHERE id = (SELECT id FROM schedule WHERE refunds_next_at <= now()
            ORDER BY refunds_next_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
        """, purpose: .background)

    static let keepRefunds = PostgresStatement(
        "schedule_keep_refunds",
        "UPDATE schedule SET refunds_next_at = now() + $2::bigint * interval '1 second' WHERE id = $1",
        purpose: .background)

    /// schedule, after which reservation, how many: those that are paid.
    static let paid = PostgresStatement(
        "schedule_paid",
        """
        SELECT id FROM reservation WHERE schedule_id = $1 AND status = 'CONFIRMED' AND id > $2 ORDER BY id LIMIT $3
        """, effect: .reads, purpose: .background)

    /// schedule, seconds: once through. It is over when nobody has paid any more, nobody is paying, and whoever was
    /// paying when it was called off has had so long; otherwise it is looked at again then.
    static let endRefunds = PostgresStatement(
        "schedule_end_refunds",
        """
        UPDATE schedule SET refunds_next_at = CASE
            WHEN refunds_since > now() - $2::bigint * interval '1 second' OR EXISTS (SELECT FROM reservation
                WHERE schedule_id = $1 AND status IN ('PENDING', 'CONFIRMED') AND (status = 'CONFIRMED' OR is_paying))
            THEN now() + $2::bigint * interval '1 second' END
        WHERE id = $1
        """, purpose: .background)

    // MARK: Prices

    /// concert, grades: those of them that it has, locked.
    static let lockGrades = PostgresStatement(
        "grade_lock", "SELECT id FROM grade WHERE concert_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE")

    /// concert, grades: which of them somebody has a seat of at this moment. No seat is locked, so nobody who buys
    /// finds one locked for a change that is refused anyway.
    static let seenTakenGrades = PostgresStatement(
        "grade_seen_taken",
        """
        SELECT asked.id FROM unnest($2::bigint[]) AS asked (id)
        WHERE EXISTS (SELECT FROM seat
            WHERE seat.schedule_id IN (SELECT id FROM schedule WHERE concert_id = $1 AND deleted_at IS NULL)
                AND seat.grade_id = asked.id
                AND (seat.state IN (2, 3) OR (seat.state = 1 AND seat.held_until > now())))
        """, effect: .reads, timeout: .seconds(60))

    /// The same, with all their seats locked, so that nobody takes one at the old price meanwhile.
    static let takenGrades = PostgresStatement(
        "grade_taken",
        """
        WITH locked AS MATERIALIZED (
            SELECT seat.grade_id, seat.state, seat.held_until FROM seat
            WHERE seat.schedule_id IN (SELECT id FROM schedule WHERE concert_id = $1 AND deleted_at IS NULL)
                AND seat.grade_id = ANY ($2)
            ORDER BY seat.schedule_id, seat.seat_no FOR NO KEY UPDATE)
        SELECT DISTINCT grade_id FROM locked WHERE state IN (2, 3) OR (state = 1 AND held_until > now())
        """, timeout: .seconds(60))

    /// concert, grades, prices. Returns the schedules whose seats cost something else now.
    static let changePrices = PostgresStatement(
        "grade_change_prices",
        """
        WITH asked AS (SELECT * FROM unnest($2::bigint[], $3::bigint[]) AS asked (id, price)),
        changed AS (
            UPDATE grade SET price = asked.price FROM asked WHERE grade.id = asked.id AND grade.concert_id = $1),
        seats AS (
            UPDATE seat SET price = asked.price, version = seat.version + 1 FROM asked
            WHERE seat.schedule_id IN (SELECT id FROM schedule WHERE concert_id = $1 AND deleted_at IS NULL)
                AND seat.grade_id = asked.id AND seat.price <> asked.price
            RETURNING seat.schedule_id)
        SELECT DISTINCT schedule_id FROM seats
        """, timeout: .seconds(60))
}
