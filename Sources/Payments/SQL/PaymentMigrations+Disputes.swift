internal import Postgres

/// What buyers' banks take.
extension PaymentMigrations {
    /// A bank takes the whole of a payment of which a part had gone back already. `excess` is what a refund has taken
    /// beyond what the payment had: the house has lost it, which an account of its own says.
    static let disputeLosses = PostgresMigration(
        number: 293, name: "losses by disputes",
        sql: """
            ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_code_check,
                ADD CONSTRAINT ledger_account_code_check CHECK (code IN (
                    'GATEWAY_RECEIVABLE', 'SELLER_PAYABLE', 'CUSTOMER_OWED', 'PLATFORM_REVENUE', 'VAT_PAYABLE',
                    'BANK', 'DISPUTE_LOSS'));
            ALTER TABLE refund ADD COLUMN excess bigint NOT NULL DEFAULT 0 CHECK (excess >= 0),
                ADD CONSTRAINT refund_excess CHECK (excess = 0 OR cause = 'CHARGEBACK');
            CREATE OR REPLACE VIEW refund_row AS SELECT id, payment_id, amount, fee, currency, cause, reason, status,
                idempotency_key, provider_key, failure_code, attempts,
                (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age, created_at, completed_at,
                settled_note, excess
                FROM refund;
            """)

    /// What is open is found without going through what is not.
    static let openDisputes = PostgresMigration(
        number: 298, name: "open disputes",
        sql: "CREATE INDEX payment_disputed ON payment (id) WHERE is_disputed")
}
