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
}
