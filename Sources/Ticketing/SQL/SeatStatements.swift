internal import Postgres

/// What is read of seats.
enum SeatStatements {
    /// schedule. Concert, currency, rows, columns, aisles, those behind rows and sections of its stage; nothing of what
    /// nobody may see yet.
    static let head = PostgresStatement(
        "seat_map_head",
        """
        SELECT c.id, c.currency, coalesce(stage.row_count, 0), coalesce(stage.column_count, 0),
            coalesce(stage.aisles, '{}'), coalesce(stage.row_aisles, '{}'), coalesce(stage.sections, '[]')
        FROM schedule s JOIN concert c ON c.id = s.concert_id LEFT JOIN stage ON stage.id = s.stage_id
        WHERE s.id = $1 AND s.deleted_at IS NULL AND c.deleted_at IS NULL AND c.status <> 'DRAFT'
        """, effect: .reads, purpose: .bulk)

    static let grades = PostgresStatement(
        "seat_map_grades", "SELECT id, name, kind FROM grade WHERE concert_id = $1", effect: .reads, purpose: .bulk)

    /// schedule, after which number, how many.
    static let page = PostgresStatement(
        "seat_map_page",
        """
        SELECT seat_no, grade_id, price, row_no, column_no, version, state, held_until FROM seat
        WHERE schedule_id = $1 AND seat_no > $2 ORDER BY seat_no LIMIT $3
        """, effect: .reads, purpose: .bulk)

    /// schedule, after which number, how many: what can have changed.
    static let states = PostgresStatement(
        "seat_map_states",
        """
        SELECT seat_no, version, state, held_until FROM seat
        WHERE schedule_id = $1 AND seat_no > $2 ORDER BY seat_no LIMIT $3
        """, effect: .reads, purpose: .bulk)

    /// schedules and numbers.
    static let some = PostgresStatement(
        "seat_map_some",
        """
        SELECT seat.schedule_id, seat.seat_no, seat.version, seat.state, seat.held_until
        FROM unnest($1::bigint[], $2::integer[]) AS asked (schedule, no)
            JOIN seat ON seat.schedule_id = asked.schedule AND seat.seat_no = asked.no
        """, effect: .reads, purpose: .background)

    /// Schedule of a reservation and the numbers of its seats.
    static let ofReservation = PostgresStatement(
        "seat_of_reservation",
        """
        SELECT schedule_id, array_agg(seat_no) FROM reservation_seat WHERE reservation_id = $1 GROUP BY schedule_id
        """, effect: .reads)

    /// Texts for other processes (`SeatNews`).
    static let tell = PostgresStatement(
        "seat_news", "SELECT pg_notify('seat_news', text) FROM unnest($1::text[]) AS text", purpose: .background)
}
