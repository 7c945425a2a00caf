internal import Postgres

/// What is asked of seats for those who wait for them.
enum QueueSeatStatements {
    /// concerts: which of them have performances that can be bought, and whether something of those may still be sold.
    /// Of a performance that is over nothing may, whatever was left of it. Seats that are held may come back, so a sale
    /// is over when all are sold. The first seat that is not ends the look; there is no index of them, because every
    /// hold and every sale would have to keep it.
    static let left = PostgresStatement(
        "queue_seats_left",
        """
        SELECT asked.id, EXISTS (
            SELECT FROM schedule AS s JOIN seat ON seat.schedule_id = s.id
            WHERE s.concert_id = asked.id AND s.deleted_at IS NULL AND s.status = 'SCHEDULED'
                AND s.ends_at > now() AND seat.state < 3)
        FROM unnest($1::bigint[]) AS asked (id)
        WHERE EXISTS (SELECT FROM schedule AS s
            WHERE s.concert_id = asked.id AND s.deleted_at IS NULL AND s.status = 'SCHEDULED'
                AND s.ends_at > now() AND s.seat_count > 0)
        """, effect: .reads, purpose: .background)
}
