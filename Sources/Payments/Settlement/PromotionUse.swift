internal import HTTPServer
package import Postgres

/// Codes, used. Whoever makes a reservation cheaper does it in its transaction.
package enum Promotions {
    /// Uses a code once more: how much it takes off, or nil when it is unknown, over, of another concert, or used up.
    /// Of two who come for the last use at once, one gets it.
    package static func use(
        _ code: String, of seller: Int64, concert: Int64, currency: String, in transaction: PostgresTransaction
    ) async throws(PostgresError) -> (id: Int64, promotion: Promotion)? {
        let rows = try await transaction.run(Self.take, code, seller, concert, currency)
        guard let row = rows.first else { return nil }
        if let points = try row.get(1, as: Int64?.self) {
            return (try row.get(0), .percent(basisPoints: points, most: try row.get(3)))
        }
        return (try row.get(0), .fixed(try row.get(2)))
    }

    /// A reservation that came to nothing gives its use back.
    package static func giveBack(_ id: Int64, in transaction: PostgresTransaction) async throws(PostgresError) {
        _ = try await transaction.run(Self.release, id)
    }

    private static let take = PostgresStatement(
        "promotion_take",
        """
        UPDATE promotion SET uses = uses + 1
        WHERE seller_id = $2 AND code = upper($1) AND currency = $4 AND (concert_id IS NULL OR concert_id = $3)
            AND now() >= starts_at AND now() < ends_at AND uses < uses_max AND deleted_at IS NULL
        RETURNING id, basis_points, amount, amount_max
        """)

    private static let release = PostgresStatement(
        "promotion_release", "UPDATE promotion SET uses = uses - 1 WHERE id = $1 AND uses > 0")
}
