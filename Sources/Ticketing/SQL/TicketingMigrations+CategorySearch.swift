internal import Postgres

/// How concerts of a category are found.
extension TicketingMigrations {
    /// Without it, whoever looks for a category walks through all concerts from the newest back until there are enough
    /// of it: through all of them for one that has few.
    static let categorySearch = PostgresMigration(
        number: 162, name: "category search",
        sql: """
            CREATE INDEX concert_category ON concert (category, id)
                WHERE deleted_at IS NULL AND status = 'PUBLISHED';
            """)
}
