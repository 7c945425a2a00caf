internal import Auth
internal import Postgres

/// The migrations of all modules: together they are the schema of this Podo. What was released never changes.
enum Schema {
    static let migrations: [PostgresMigration] = AuthMigrations.all
}
