internal import Postgres
internal import Primitives

/// What became of the money of a concert, orphans aside: they go back, and are nobody's.
package struct ConcertMoney: Equatable, Sendable {
    package var taken: Int64
    package var returned: Int64
    package var promised: Int64
    package var kept: Int64
}

extension Payments {
    package func money(of concert: Int64) async throws -> ConcertMoney {
        guard let row = try await self.database.run(Self.sums, concert).first else { throw PostgresError(.decoding) }
        return ConcertMoney(
            taken: try row.get(0), returned: try row.get(1), promised: try row.get(2), kept: try row.get(3))
    }

    /// By the two indexes that payments of a concert are in.
    private static let sums = PostgresStatement(
        "payment_sums",
        """
        SELECT coalesce(sum(captured), 0)::bigint, coalesce(sum(refunded), 0)::bigint,
            coalesce(sum(refund_pending), 0)::bigint, coalesce(sum(kept), 0)::bigint
        FROM (SELECT captured, refunded, refund_pending, kept FROM payment
            WHERE concert_id = $1 AND status IN ('COMPLETED', 'PART_CANCELED') AND NOT orphan
            UNION ALL
            SELECT captured, refunded, refund_pending, kept FROM payment
            WHERE concert_id = $1 AND status = 'CANCELED' AND NOT orphan) AS money
        """, effect: .reads, purpose: .reports, timeout: .seconds(20))
}
