internal import Postgres

/// Payments by transfer.
extension PaymentMigrations {
    /// What belongs to a payment by transfer to an account number: the company's secret and the buyer's account, both
    /// sealed. The account is kept as long as something can still go back.
    static let transfers = PostgresMigration(
        number: 270, name: "payments by transfer",
        sql: """
            CREATE TABLE payment_transfer (
                payment_id bigint PRIMARY KEY REFERENCES payment,
                secret_sealed bytea CHECK (octet_length(secret_sealed) <= 1024),
                account_sealed bytea CHECK (octet_length(account_sealed) <= 1024));
            """)

    /// A refund that waits for its buyer to name an account is not tried until he does: it is due at `infinity`.
    static let awaitedAccounts = PostgresMigration(
        number: 297, name: "refunds that wait for an account",
        sql: """
            ALTER TABLE refund ADD COLUMN awaits_account boolean NOT NULL DEFAULT false;
            CREATE INDEX refund_awaits_account ON refund (payment_id) WHERE awaits_account;
            CREATE OR REPLACE VIEW refund_row AS SELECT id, payment_id, amount, fee, currency, cause, reason, status,
                idempotency_key, provider_key, failure_code, attempts,
                (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age, created_at, completed_at,
                settled_note, excess,
                awaits_account AND status IN ('REQUESTED', 'PROCESSING', 'UNKNOWN', 'FAILED') AS awaits_account
                FROM refund;
            CREATE OR REPLACE VIEW payment_row AS SELECT id, order_id, reservation_id, member_id, seller_id,
                concert_id, gateway, order_name, amount, currency, status, phase, provider_key, method, masked_card,
                receipt_url, deposit::text AS deposit, failure_code, orphan, captured, captured_currency, captured_at,
                refunded, kept, refund_pending, is_disputed, ticket_ids, attempts,
                (extract(epoch FROM clock_timestamp() - coalesce(claimed_at, created_at)) * 1000)::bigint AS age,
                created_at, discount, promotion_id, uses_promotion, confirms,
                deposit IS NOT NULL AND refund_pending > 0 AND EXISTS (SELECT FROM refund AS r
                    WHERE r.payment_id = payment.id AND r.awaits_account
                        AND r.status IN ('REQUESTED', 'PROCESSING', 'UNKNOWN', 'FAILED')) AS needs_account
                FROM payment;
            """)
}
