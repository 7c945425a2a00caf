package import Commerce
package import Postgres
package import Primitives

/// Something of the books that a person has to look into.
package struct BookDifference: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// A company lists money that we know nothing of,
        case companyOnly = "GATEWAY_ONLY"
        /// or another sum of a payment than we have.
        case amount = "AMOUNT"
        /// We have money that it does not list.
        case oursOnly = "OURS_ONLY"
        /// A bank asks for money, or has taken it.
        case dispute = "DISPUTE"
    }

    package var kind: Kind
    /// What the list is sorted by: the kinds apart, each by its own numbers.
    package var place: Int64
    package var id: Int64
    package var gateway: String
    package var paymentID: Int64?
    package var orderID: String?
    /// The company's key of the movement, or of the payment.
    package var providerKey: String?
    /// What the company lists; of a payment, what we have of it.
    package var amount: Money
    package var at: WallClock

    package init(_ row: PostgresRow) throws {
        guard let kind = Kind(rawValue: try row.get(2)), let currency = Currency(rawValue: try row.get(8)) else {
            throw PostgresError(.decoding)
        }
        self.place = try row.get(0)
        self.id = try row.get(1)
        self.kind = kind
        self.gateway = try row.get(3)
        self.paymentID = try row.get(4)
        self.orderID = try row.get(5)
        self.providerKey = try row.get(6)
        self.amount = Money(try row.get(7), currency)
        self.at = try row.get(9, as: PostgresTimestamp.self).wallClock
    }

    package init(
        _ kind: Kind, place: Int64, id: Int64, gateway: String, paymentID: Int64?, orderID: String?,
        providerKey: String?, amount: Money, at: WallClock
    ) {
        self.kind = kind
        self.place = place
        self.id = id
        self.gateway = gateway
        self.paymentID = paymentID
        self.orderID = orderID
        self.providerKey = providerKey
        self.amount = amount
        self.at = at
    }
}

extension Payments {
    /// What is open, after a place and a number in it.
    package func bookDifferences(after: (place: Int64, id: Int64), countMax: Int) async throws -> [BookDifference] {
        try await self.database.run(Self.openDifferences, after.place, after.id, countMax).map(BookDifference.init)
    }

    /// The place and the number after which to begin, how many. Each part is found by an index of what is open.
    static let openDifferences = PostgresStatement(
        "book_differences",
        """
        SELECT place, id, kind, gateway, payment_id, order_id, key, amount, currency, at FROM (
            (SELECT 1::bigint AS place, g.id, g.difference AS kind, g.gateway, g.payment_id,
                coalesce(g.order_id, p.order_id) AS order_id, g.transaction_key AS key, g.amount, g.currency, g.at
            FROM gateway_row AS g LEFT JOIN payment AS p ON p.id = g.payment_id
            WHERE g.difference IS NOT NULL AND g.resolved_at IS NULL
                AND ($1::bigint < 1 OR $1::bigint = 1 AND g.id > $2)
            ORDER BY g.id LIMIT $3)
            UNION ALL
            (SELECT 2, p.id, 'OURS_ONLY', p.gateway, p.id, p.order_id, p.provider_key, p.captured - p.refunded,
                coalesce(p.captured_currency, p.currency), b.found_at
            FROM book_gap AS b JOIN payment AS p ON p.id = b.payment_id
            WHERE b.resolved_at IS NULL AND ($1::bigint < 2 OR $1::bigint = 2 AND p.id > $2)
            ORDER BY p.id LIMIT $3)
            UNION ALL
            (SELECT 3, p.id, 'DISPUTE', p.gateway, p.id, p.order_id, p.provider_key, p.captured - p.refunded,
                coalesce(p.captured_currency, p.currency), coalesce(p.captured_at, p.created_at)
            FROM payment AS p
            WHERE p.is_disputed AND ($1::bigint < 3 OR $1::bigint = 3 AND p.id > $2)
            ORDER BY p.id LIMIT $3)) AS open
        ORDER BY place, id LIMIT $3
        """, effect: .reads)
}
