internal import HTTPServer
package import Postgres

extension Reservations {
    /// The seats of a reservation that was just sold cost so much less. Each has its share, by its price: what is left
    /// of the shares after those before it, so that they sum to the whole and none is more than its price.
    package func discount(
        _ reservation: Int64, by amount: Int64, in transaction: PostgresTransaction
    ) async throws {
        let changed = try await transaction.run(Self.share, reservation, amount)
        // There is nothing to take it off: what was paid would not be what the seats say.
        guard changed.affectedCount > 0 else { throw ReservationProblems.notSold }
    }

    /// reservation, what is taken off its total.
    private static let share = PostgresStatement(
        "reservation_discount",
        """
        WITH priced AS (
            SELECT seat_no, price, sum(price) OVER (ORDER BY seat_no) AS upto, sum(price) OVER () AS whole
            FROM reservation_seat WHERE reservation_id = $1 AND status = 'CONFIRMED'),
        less AS (
            UPDATE reservation SET discount = $2
            WHERE id = $1 AND status = 'CONFIRMED' AND total >= $2 RETURNING id)
        UPDATE reservation_seat AS line
        SET discount = div($2::bigint * priced.upto, whole) - div($2::bigint * (priced.upto - priced.price), whole)
        FROM priced, less
        WHERE line.reservation_id = less.id AND line.seat_no = priced.seat_no AND priced.whole > 0
        """)
}
