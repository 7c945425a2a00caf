internal import Auth
internal import Commerce
internal import Payments
internal import Postgres
internal import Ticketing

/// The migrations of all modules: together they are the schema of this Podo. What was released never changes.
enum Schema {
    static let migrations: [PostgresMigration] =
        AuthMigrations.all + CommerceMigrations.all + TicketingMigrations.all + PaymentMigrations.all
        + PlaybackJoin.migrations
}
