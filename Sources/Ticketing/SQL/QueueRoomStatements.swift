internal import Postgres

/// What is asked of the queues themselves. Rows of several queues are locked in the order of their concerts.
enum QueueRoomStatements {
    /// Everything about the queues of some concerts, at one moment: concerts, who asks, for how many microseconds a
    /// turn that nobody took is counted, and whether concerts are meant too that are not published. One row for each
    /// concert, with a queue or without.
    ///
    /// Active are the turns that were taken and have not ended, and those in the last steps that nobody has taken yet,
    /// or given back.
    static let read = PostgresStatement(
        "queue_read",
        """
        SELECT c.id, c.queue_enabled, c.queue_admit_per_second, c.queue_active_max, c.sale_opens_at,
            r.concert_id IS NOT NULL, coalesce(r.last_number, 0), r.draw_count, coalesce(r.admitted, 0),
            coalesce(r.paced_at, now()), coalesce(r.is_paused, false), r.sold_out_at IS NOT NULL, sha256(r.seed),
            CASE WHEN r.opened_at IS NOT NULL THEN r.seed END,
            coalesce(r.mover <> $2::bytea AND r.mover_until > now(), false),
            taken.live + coalesce(r.admitted, 0) - before.upto - given.count - gone.count,
            coalesce(r.admitted, 0) - before.upto,
            now(), c.sale_closes_at, c.queue_verified_only, c.queue_older_only
        FROM concert c LEFT JOIN queue_room r ON r.concert_id = c.id
        CROSS JOIN LATERAL (SELECT coalesce((SELECT s.upto FROM queue_step s
            WHERE s.concert_id = c.id AND s.at <= now() - $3::bigint * interval '1 microsecond'
            ORDER BY s.at DESC, s.upto DESC LIMIT 1), 0) AS upto) AS before
        CROSS JOIN LATERAL (SELECT count(*) FROM queue_member m
            WHERE m.concert_id = c.id AND m.place >= before.upto AND m.place < r.admitted) AS given
        CROSS JOIN LATERAL (SELECT count(*) FROM queue_left l
            WHERE l.concert_id = c.id AND l.place >= before.upto AND l.place < r.admitted) AS gone
        CROSS JOIN LATERAL (SELECT count(*) AS live FROM queue_member m
            WHERE m.concert_id = c.id AND m.pass_until > now() AND m.ended_at IS NULL) AS taken
        WHERE c.id = ANY($1::bigint[]) AND c.deleted_at IS NULL AND (c.status = 'PUBLISHED' OR $4)
        """, effect: .reads)

    /// The queue of a concert, with the seed of its draw, unless there is one.
    static let create = PostgresStatement(
        "queue_create",
        """
        INSERT INTO queue_room (concert_id, seed)
        SELECT id, $2 FROM concert WHERE id = $1 AND deleted_at IS NULL
        ON CONFLICT DO NOTHING
        """)

    /// Opens the sale: who has joined by now takes part in the draw, whoever joins later stands behind. The first turns
    /// begin at once.
    static let open = PostgresStatement(
        "queue_open",
        """
        WITH due AS (
            SELECT r.concert_id FROM queue_room r JOIN concert c ON c.id = r.concert_id
            WHERE r.concert_id = ANY($1::bigint[]) AND r.opened_at IS NULL AND r.sold_out_at IS NULL
                AND c.queue_enabled AND c.sale_opens_at <= now() AND c.sale_closes_at > now()
            ORDER BY r.concert_id FOR UPDATE OF r)
        UPDATE queue_room r
        SET opened_at = now(), draw_count = r.last_number, paced_at = now() - interval '1 second'
        FROM due WHERE r.concert_id = due.concert_id AND r.opened_at IS NULL
        RETURNING r.concert_id, r.draw_count
        """)

    /// Moves pointers that still stand where they were seen: who moves them and for how many microseconds nobody else
    /// does; concerts, old and new pointers, and for how many microseconds that uses the rate up. A row for each that
    /// has moved. What was not used of the rate counts for a second. Nobody is let in to a sale that was closed, or put
    /// off, since it was looked at.
    static let admit = PostgresStatement(
        "queue_admit",
        """
        WITH move AS (
            SELECT * FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
                AS t(concert_id, admitted, upto, time)),
        held AS (
            SELECT r.concert_id FROM queue_room r JOIN concert c ON c.id = r.concert_id
            WHERE r.concert_id IN (SELECT concert_id FROM move) AND c.status = 'PUBLISHED' AND c.deleted_at IS NULL
                AND c.sale_opens_at <= now() AND c.sale_closes_at > now()
            ORDER BY r.concert_id FOR UPDATE OF r),
        moved AS (
            UPDATE queue_room r
            SET admitted = move.upto, mover = $1::bytea,
                paced_at = greatest(r.paced_at, now() - interval '1 second') + move.time * interval '1 microsecond',
                mover_until = now() + $2::bigint * interval '1 microsecond'
            FROM move JOIN held USING (concert_id)
            WHERE r.concert_id = move.concert_id AND r.admitted = move.admitted AND r.opened_at IS NOT NULL
                AND r.sold_out_at IS NULL AND NOT r.is_paused
                AND (r.mover IS NULL OR r.mover = $1::bytea OR r.mover_until <= now())
            RETURNING r.concert_id, r.admitted)
        INSERT INTO queue_step (concert_id, upto) SELECT concert_id, admitted FROM moved
        RETURNING concert_id, upto
        """)

    static let soldOut = PostgresStatement(
        "queue_sold_out",
        """
        UPDATE queue_room SET sold_out_at = CASE WHEN $2 THEN now() END
        WHERE concert_id = $1 AND (sold_out_at IS NOT NULL) <> $2
        """)

    // MARK: Settings

    /// concert, whether there is a queue, rate, members at the same time, whether only members whose address is
    /// verified wait in it, and only those of before the opening; null leaves one as it is.
    static let settle = PostgresStatement(
        "queue_settle",
        """
        UPDATE concert
        SET queue_enabled = coalesce($2, queue_enabled),
            queue_admit_per_second = coalesce($3::bigint::integer, queue_admit_per_second),
            queue_active_max = coalesce($4::bigint::integer, queue_active_max),
            queue_verified_only = coalesce($5, queue_verified_only),
            queue_older_only = coalesce($6, queue_older_only)
        WHERE id = $1 AND deleted_at IS NULL
        """)

    static let pause = PostgresStatement(
        "queue_pause", "UPDATE queue_room SET is_paused = $2 WHERE concert_id = $1 AND is_paused <> $2")
}
