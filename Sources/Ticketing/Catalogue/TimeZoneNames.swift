internal import Postgres
internal import Synchronization

/// The time zones that the database knows. It reads a few hundred files to list them, so it is asked once.
final class TimeZoneNames: Sendable {
    private let database: PostgresDatabase
    private let known = Mutex<Set<String>?>(nil)

    init(database: PostgresDatabase) { self.database = database }

    func contains(_ name: String) async throws(PostgresError) -> Bool {
        if let known = self.known.withLock({ $0 }) { return known.contains(name) }
        var names: Set<String> = []
        for row in try await self.database.run(CatalogueStatements.timeZones) { names.insert(try row.get(0)) }
        self.known.withLock { $0 = names }
        return names.contains(name)
    }
}
