internal import Postgres

/// How many seats members may have.
extension TicketingMigrations {
    /// What a limit was before it was lowered, the highest; null where it never was. Who has more than may be had now
    /// has them rightly.
    static let purchaseLimits = PostgresMigration(
        number: 176, name: "purchase limits",
        sql: "ALTER TABLE concert ADD COLUMN purchase_limit_max smallint")
}
