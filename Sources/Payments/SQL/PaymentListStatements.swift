internal import Postgres

/// Lists for those who look after payments: each filter has a statement of its own, so that an index answers it.
enum PaymentListStatements {
    /// Seller, the number before which to begin, how many.
    static let ofSeller = PostgresStatement(
        "payment_of_seller",
        """
        SELECT * FROM payment_row
        WHERE seller_id = $1 AND id < $2 AND captured_at IS NOT NULL AND NOT orphan ORDER BY id DESC LIMIT $3
        """, effect: .reads)

    /// Reservation, status or null, the number before which to begin, how many.
    static let ofReservation = PostgresStatement(
        "payment_list_of_reservation",
        """
        SELECT * FROM payment_row
        WHERE reservation_id = $1 AND ($2::text IS NULL OR status = $2) AND id < $3 ORDER BY id DESC LIMIT $4
        """, effect: .reads)

    /// The number before which to begin, how many. What most payments are is found by going through them from the end;
    /// each of the other states has an index. How many are wanted at most is written out, or a plan for any number
    /// would go through all of them.
    static func all(_ status: PaymentStatus?) -> PostgresStatement {
        switch status {
        case nil: self.any
        case .waiting: self.waiting
        case .completed: self.completed
        case .failed: self.failed
        case .canceled: self.canceled
        case .partCanceled: self.partCanceled
        }
    }

    private static let any = PostgresStatement(
        "payment_list",
        """
        SELECT * FROM (SELECT * FROM payment_row WHERE id < $1 ORDER BY id DESC LIMIT 1000) AS page
        ORDER BY id DESC LIMIT $2
        """, effect: .reads)
    private static let waiting = PostgresStatement(
        "payment_list_waiting",
        "SELECT * FROM payment_row WHERE status = 'WAITING' AND id < $1 ORDER BY id DESC LIMIT $2", effect: .reads)
    private static let completed = PostgresStatement(
        "payment_list_completed",
        """
        SELECT * FROM (SELECT * FROM payment_row WHERE status = 'COMPLETED' AND id < $1 ORDER BY id DESC LIMIT 1000)
            AS page
        ORDER BY id DESC LIMIT $2
        """, effect: .reads)
    private static let failed = PostgresStatement(
        "payment_list_failed",
        "SELECT * FROM payment_row WHERE status = 'FAILED' AND id < $1 ORDER BY id DESC LIMIT $2", effect: .reads)
    private static let canceled = PostgresStatement(
        "payment_list_canceled",
        "SELECT * FROM payment_row WHERE status = 'CANCELED' AND id < $1 ORDER BY id DESC LIMIT $2", effect: .reads)
    private static let partCanceled = PostgresStatement(
        "payment_list_part_canceled",
        "SELECT * FROM payment_row WHERE status = 'PART_CANCELED' AND id < $1 ORDER BY id DESC LIMIT $2",
        effect: .reads)

    // MARK: Refunds

    /// Payment, status or null, the number before which to begin, how many.
    static let refundsOfPayment = PostgresStatement(
        "refund_list_of_payment",
        """
        SELECT * FROM refund_row
        WHERE payment_id = $1 AND ($2::text IS NULL OR status = $2) AND id < $3 ORDER BY id DESC LIMIT $4
        """, effect: .reads)
    /// Status, the number before which to begin, how many.
    static let refundsInStatus = PostgresStatement(
        "refund_list_in_status",
        "SELECT * FROM refund_row WHERE status = $1 AND id < $2 ORDER BY id DESC LIMIT $3", effect: .reads)
    /// The number before which to begin, how many.
    static let refunds = PostgresStatement(
        "refund_list",
        """
        SELECT * FROM (SELECT * FROM refund_row WHERE id < $1 ORDER BY id DESC LIMIT 1000) AS page
        ORDER BY id DESC LIMIT $2
        """, effect: .reads)

    // MARK: Settlements

    /// Seller, day or null, status or null, the number before which to begin, how many.
    static let settlementsOfSeller = PostgresStatement(
        "settlement_list_of_seller",
        """
        SELECT id, seller_id, business_date::text, currency, status, gross, refunds, gateway_fee, platform_fee, vat,
            carried_in, net, carried_to, paid_at FROM settlement
        WHERE seller_id = $1 AND ($2::text IS NULL OR business_date = $2::text::date)
            AND ($3::text IS NULL OR status = $3) AND id < $4
        ORDER BY id DESC LIMIT $5
        """, effect: .reads)
    /// Day, status or null, the number before which to begin, how many.
    static let settlementsOfDay = PostgresStatement(
        "settlement_list_of_day",
        """
        SELECT id, seller_id, business_date::text, currency, status, gross, refunds, gateway_fee, platform_fee, vat,
            carried_in, net, carried_to, paid_at FROM settlement
        WHERE business_date = $1::text::date AND ($2::text IS NULL OR status = $2) AND id < $3
        ORDER BY id DESC LIMIT $4
        """, effect: .reads)
    /// Status, the number before which to begin, how many.
    static let settlementsInStatus = PostgresStatement(
        "settlement_list_in_status",
        """
        SELECT id, seller_id, business_date::text, currency, status, gross, refunds, gateway_fee, platform_fee, vat,
            carried_in, net, carried_to, paid_at FROM settlement
        WHERE status = $1 AND id < $2 ORDER BY id DESC LIMIT $3
        """, effect: .reads)
    /// The number before which to begin, how many.
    static let settlements = PostgresStatement(
        "settlement_list",
        """
        SELECT id, seller_id, business_date::text, currency, status, gross, refunds, gateway_fee, platform_fee, vat,
            carried_in, net, carried_to, paid_at
        FROM (SELECT * FROM settlement WHERE id < $1 ORDER BY id DESC LIMIT 1000) AS page
        ORDER BY id DESC LIMIT $2
        """, effect: .reads)
}
