internal import Observability
internal import Postgres
internal import Primitives

/// Whether there is a database for Podo, and of which schema.
enum DatabaseCheck {
    static func findings(
        _ configuration: Configuration, runningPID: Int?, environment: [String: String]
    ) -> [Finding] {
        if let url = configuration.databaseURL {
            // It was an address when it was read.
            let place = (try? PostgresAddress(url.reveal()))?.description ?? "a database"
            return [self.schema(url, place: place, migrates: configuration.databaseMigrate)]
        }
        let facts: ClusterFacts
        do throws(ClusterError) {
            facts = try ClusterFacts(configuration.clusterOptions(environment))
        } catch {
            return [Finding(.fail, "database", error.sentence)]
        }
        let programs = Finding(
            .ok, "PostgreSQL", "\(facts.programs.major) in \(facts.programs.directory), run as \(facts.userName)")
        guard facts.exists else {
            return [programs, Finding(.ok, "database", "\(facts.directory) will be made by the first start")]
        }
        guard runningPID != nil else {
            return [programs, Finding(.ok, "database", "\(facts.directory), started by podo serve")]
        }
        guard let url = facts.url else {
            return [programs, Finding(.ok, "database", "\(facts.directory), run by Podo; see /statusz")]
        }
        return [programs, self.schema(Secret(url), place: facts.directory, migrates: configuration.databaseMigrate)]
    }

    private static func schema(_ url: Secret<String>, place: String, migrates: Bool) -> Finding {
        do throws(MigrationError) {
            let outcome = try PostgresMigrator(url: url, migrations: Schema.migrations).inspect()
            guard let first = outcome.numbers.first else {
                return Finding(.ok, "database", "\(place), \(outcome.appliedCount) migrations applied")
            }
            return migrates
                ? Finding(.ok, "database", "\(place); the next start applies migration \(first) and what follows")
                : Finding(.fail, "database", "\(place) lacks migration \(first): run podo migrate")
        } catch {
            return Finding(.fail, "database", "\(place): \(error.sentence)")
        }
    }
}
