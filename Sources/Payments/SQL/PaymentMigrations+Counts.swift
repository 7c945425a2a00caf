internal import Postgres

/// What is counted apart, and what is done once.
extension PaymentMigrations {
    /// `confirms` is how often the company was asked again for the money of a payment; `attempts` counts looks, most of
    /// which ask for nothing.
    static let confirms = PostgresMigration(
        number: 291, name: "money that was asked for again",
        sql: """
            ALTER TABLE payment ADD COLUMN confirms integer NOT NULL DEFAULT 0;
            CREATE OR REPLACE VIEW payment_row AS SELECT id, order_id, reservation_id, member_id, seller_id,
                concert_id, gateway, order_name, amount, currency, status, phase, provider_key, method, masked_card,
                receipt_url, deposit::text AS deposit, failure_code, orphan, captured, captured_currency, captured_at,
                refunded, kept, refund_pending, is_disputed, ticket_ids, attempts,
                (extract(epoch FROM clock_timestamp() - coalesce(claimed_at, created_at)) * 1000)::bigint AS age,
                created_at, discount, promotion_id, uses_promotion, confirms
                FROM payment;
            """)

    /// How far a company's list of a day was read, and how many of its rows could not be: a list may be longer than one
    /// round reads.
    static let longLists = PostgresMigration(
        number: 295, name: "long lists of companies",
        sql: """
            ALTER TABLE day_work ADD COLUMN cursor text CHECK (length(cursor) <= 500),
                ADD COLUMN unreadable integer NOT NULL DEFAULT 0 CHECK (unreadable >= 0);
            """)

    /// `asked_by` is who asked for a sum without seats and by which key: to ask again by it is to ask for the same.
    static let askedOnce = PostgresMigration(
        number: 292, name: "sums that are given back once",
        sql: """
            ALTER TABLE refund ADD COLUMN asked_by text CHECK (length(asked_by) <= 300);
            CREATE UNIQUE INDEX refund_asked_by ON refund (asked_by) WHERE asked_by IS NOT NULL;
            """)
}
