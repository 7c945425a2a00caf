internal import Postgres

/// Hints without a signature, of which one payment has so many and no more.
extension PaymentMigrations {
    static let webhookCrowds = PostgresMigration(
        number: 261, name: "crowds of webhooks",
        sql: """
            CREATE INDEX webhook_inbox_order ON webhook_inbox (gateway, order_id) WHERE NOT is_signed;
            CREATE INDEX webhook_inbox_key ON webhook_inbox (gateway, provider_key)
                WHERE NOT is_signed AND order_id IS NULL;
            """)
}

enum WebhookStatements {
    /// payment, company, its number of the order and of the payment, how many may be kept. One row is changed when
    /// there are as many: the payment is looked at soon.
    static let noteCrowd = PostgresStatement(
        "webhook_note_crowd",
        """
        UPDATE payment SET next_look_at = least(next_look_at, now()) WHERE id = $1 AND $5::bigint <= (
            SELECT count(*) FROM (
                SELECT FROM webhook_inbox WHERE gateway = $2 AND order_id = $3 AND NOT is_signed
                UNION ALL
                SELECT FROM webhook_inbox
                WHERE gateway = $2 AND provider_key = $4::text AND order_id IS NULL AND NOT is_signed) AS kept)
        """)
}
