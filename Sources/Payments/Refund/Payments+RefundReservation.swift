internal import Postgres

extension Payments {
    /// Promises to give back all that was paid for a reservation, because there is nothing to see for it. Does nothing
    /// where nothing was paid, or everything was given back.
    package func refundReservation(_ reservation: Int64, reason: String) async throws {
        guard let row = try await self.database.run(Self.paid, reservation).first else { return }
        _ = try await self.refund(try row.get(0), seats: nil, reason: reason, by: .concert)
    }

    private static let paid = PostgresStatement(
        "refund_payment_of_reservation",
        """
        SELECT id FROM payment
        WHERE reservation_id = $1 AND status IN ('COMPLETED', 'PART_CANCELED') AND NOT orphan
        """, effect: .reads, purpose: .background)
}
