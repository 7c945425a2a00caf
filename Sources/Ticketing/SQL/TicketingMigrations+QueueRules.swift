internal import Postgres

/// Who may wait.
extension TicketingMigrations {
    /// What a concert's queue asks of members, against accounts that are made by the thousand for a sale: that their
    /// address is verified, and that they were members before the sale opens. Neither, unless the organizer says so.
    static let queueRules = PostgresMigration(
        number: 161, name: "queue rules",
        sql: """
            ALTER TABLE concert
                ADD COLUMN queue_verified_only boolean NOT NULL DEFAULT false,
                ADD COLUMN queue_older_only boolean NOT NULL DEFAULT false;
            """)
}
