internal import Postgres

/// What is asked of seats that their seller keeps out of the sale. `ScheduleStatements.blockFreeSeats` does it to all
/// of a performance that is called off.
enum SeatBlockStatements {
    /// schedule. Concert, whether seats of it may be kept out of the sale now. Nobody calls either off or takes it away
    /// until this transaction ends.
    static let schedule = PostgresStatement(
        "seat_block_schedule",
        """
        SELECT s.concert_id, s.status <> 'CANCELED' AND c.status <> 'CANCELED' AND s.ends_at > now()
        FROM schedule AS s JOIN concert AS c ON c.id = s.concert_id
        WHERE s.id = $1 AND s.deleted_at IS NULL AND c.deleted_at IS NULL FOR SHARE OF c, s
        """)

    /// schedule, seats. Takes those that nobody has out of the sale: number and version of each. A hold whose time is
    /// over is nobody's, as `blockFreeSeats` has it; a seat that somebody is just being given is waited for.
    static let block = PostgresStatement(
        "seat_block",
        """
        WITH lapsed AS MATERIALIZED (
            SELECT id FROM reservation
            WHERE id IN (SELECT reservation_id FROM seat WHERE schedule_id = $1 AND seat_no = ANY ($2::integer[])
                    AND state = 1 AND held_until <= now())
                AND status = 'PENDING' AND NOT is_paying AND held_until <= now()
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
        free AS MATERIALIZED (
            SELECT seat_no, reservation_id FROM seat
            WHERE schedule_id = $1 AND seat_no = ANY ($2) AND (state = 0 OR (state = 1 AND held_until <= now()
                AND reservation_id IN (SELECT id FROM lapsed)))
            ORDER BY seat_no FOR NO KEY UPDATE),
        blocked AS (
            UPDATE seat SET state = 4, reservation_id = NULL, held_until = NULL, version = seat.version + 1
            FROM free WHERE seat.schedule_id = $1 AND seat.seat_no = free.seat_no
            RETURNING seat.seat_no, seat.version)
        SELECT seat_no, version, (
            SELECT expire_seats(array_agg(reservation_id), array_agg(seat_no))
            FROM free WHERE reservation_id IS NOT NULL HAVING count(*) > 0)::text
        FROM blocked
        """)

    /// schedule, seats: those of them that are not blocked, and whether there are such.
    static let unblocked = PostgresStatement(
        "seat_block_unblocked",
        """
        SELECT asked.no, seat.seat_no IS NOT NULL
        FROM unnest($2::integer[]) AS asked (no)
            LEFT JOIN seat ON seat.schedule_id = $1 AND seat.seat_no = asked.no
        WHERE seat.state IS DISTINCT FROM 4 ORDER BY asked.no
        """, effect: .reads)

    /// schedule, seats: those that are none of it, or where nobody can sit, as its stage has it: these were made
    /// blocked, and stay so.
    static let unusable = PostgresStatement(
        "seat_block_unusable",
        """
        SELECT asked.no FROM unnest($2::integer[]) AS asked (no)
            LEFT JOIN seat ON seat.schedule_id = $1 AND seat.seat_no = asked.no
        WHERE seat.seat_no IS NULL OR seat.row_no * 10000 + seat.column_no IN (
            SELECT unnest(stage.blocked) FROM schedule AS s JOIN concert AS c ON c.id = s.concert_id
                JOIN stage ON stage.id = c.stage_id WHERE s.id = $1)
        ORDER BY asked.no
        """, effect: .reads)

    /// schedule, seats. Those that were blocked are for sale again: number and version of each.
    static let release = PostgresStatement(
        "seat_block_release",
        """
        WITH blocked AS MATERIALIZED (
            SELECT seat_no FROM seat WHERE schedule_id = $1 AND seat_no = ANY ($2::integer[]) AND state = 4
            ORDER BY seat_no FOR NO KEY UPDATE)
        UPDATE seat SET state = 0, version = seat.version + 1
        FROM blocked WHERE seat.schedule_id = $1 AND seat.seat_no = blocked.seat_no
        RETURNING seat.seat_no, seat.version
        """)

    /// schedule, after which seat, how many: seats that can be given back, as the first and the number of each that
    /// follow each other.
    static let list = PostgresStatement(
        "seat_block_list",
        """
        SELECT min(seat_no), count(*)
        FROM (
            SELECT seat_no, seat_no - row_number() OVER (ORDER BY seat_no) AS run FROM seat
            WHERE schedule_id = $1 AND seat_no > $2::bigint AND state = 4 AND (row_no * 10000 + column_no IN (
                SELECT unnest(stage.blocked) FROM schedule AS s JOIN concert AS c ON c.id = s.concert_id
                    JOIN stage ON stage.id = c.stage_id WHERE s.id = $1)) IS NOT TRUE) AS blocked
        GROUP BY run ORDER BY min(seat_no) LIMIT $3
        """, effect: .reads, purpose: .bulk)
}
