import Foundation
import Observability
import Postgres
import TestSupport
import Testing

@testable import podo

@Suite(.timeLimit(.minutes(5)))
struct DatabaseCheckTests {
    private func findings(_ change: (inout Configuration) -> Void, runningPID: Int? = nil) -> [Finding] {
        var configuration = Configuration()
        change(&configuration)
        return DatabaseCheck.findings(configuration, runningPID: runningPID, environment: [:])
    }

    @Test("a private database is looked at without being made")
    func privateDatabase() throws {
        let temporary = try TemporaryDirectory()
        let found = self.findings { $0.dataDirectory = temporary.path }
        #expect(found.map(\.verdict) == [.ok, .ok])
        #expect(found[1].detail.hasSuffix("/postgres will be made by the first start"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
    }

    @Test("missing programs and a database of another version are failures that say what to do")
    func unfit() throws {
        let temporary = try TemporaryDirectory()
        let none = self.findings {
            $0.dataDirectory = temporary.path
            $0.postgresDirectory = "/nowhere"
        }
        #expect(none.map(\.verdict) == [.fail])
        #expect(none[0].detail.contains("PostgreSQL is not installed: install postgresql-15"))
        let directory = temporary.path + "/postgres"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data("9\n".utf8).write(to: URL(filePath: directory + "/PG_VERSION"))
        let old = self.findings { $0.dataDirectory = temporary.path }
        #expect(old.map(\.verdict) == [.fail])
        #expect(old[0].detail.contains("was made by PostgreSQL 9"))
    }

    @Test("a database elsewhere is asked for its schema")
    func elsewhere() throws {
        let url = try TestCluster.shared.database()
        let configure: (inout Configuration) -> Void = { $0.databaseURL = Secret(url) }
        #expect(self.findings(configure).map(\.verdict) == [.ok])
        _ = try PostgresMigrator(url: Secret(url), migrations: Schema.migrations).migrate()
        #expect(
            self.findings(configure).first?.detail.hasSuffix("\(Schema.migrations.count) migrations applied") == true)
        try TestCluster.shared.query(
            """
            CREATE TABLE IF NOT EXISTS podo_migration
                (number integer PRIMARY KEY, name text, checksum text, applied_at timestamptz DEFAULT now());
            INSERT INTO podo_migration VALUES (9999, 'later', 'x')
            """, at: url)
        let newer = self.findings(configure)
        #expect(newer.map(\.verdict) == [.fail])
        #expect(newer[0].detail.contains("migration 9999 (later), which this Podo does not know"))
    }

    @Test("a database that cannot be reached is a failure without its password")
    func away() {
        let found = self.findings { $0.databaseURL = Secret("postgresql://podo:s3cret@127.0.0.1:1/tickets") }
        #expect(found.map(\.verdict) == [.fail])
        #expect(found[0].detail.contains("database tickets at 127.0.0.1:1: the database cannot be reached"))
        #expect(!found[0].detail.contains("s3cret"))
    }
}
