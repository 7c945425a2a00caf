import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5)))
struct DatabaseFitnessTests {
    private func database(_ options: String) throws -> String {
        let name = "fit_\(UInt32.random(in: 0 ... .max))"
        try TestCluster.shared.query("CREATE DATABASE \(name) TEMPLATE template0 \(options)")
        return try TestCluster.shared.url(database: name)
    }

    @Test(arguments: [
        ("ENCODING 'UTF8' LOCALE 'C'", "character type C"),
        ("ENCODING 'UTF8' LOCALE 'POSIX'", "character type C"),
        ("ENCODING 'SQL_ASCII' LOCALE 'C'", "encoding SQL_ASCII"),
        ("ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'ko'", "character type C"),
    ])
    func `a database that does not know letters is refused with what to do`(_ options: String, _ part: String) throws {
        let url = try self.database(options)
        let error = #expect(throws: MigrationError.self) { try PostgresMigrator(url: url, migrations: []).inspect() }
        #expect(error?.code == .unfit)
        #expect(error?.sentence.contains(part) == true, "\(error?.sentence ?? "")")
        #expect(error?.sentence.contains("CREATE DATABASE") == true)
    }

    @Test(arguments: [
        "ENCODING 'UTF8' LOCALE 'C.UTF-8'", "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
        "ENCODING 'UTF8' LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'ko'",
    ])
    func `a database that knows letters is taken, whatever its order`(_ options: String) throws {
        #expect(try PostgresMigrator(url: try self.database(options), migrations: []).inspect().numbers.isEmpty)
    }

    @Test
    func `an old server and one that takes no writes are refused`() throws {
        #expect(throws: MigrationError.self) { try DatabaseFitness.checkVersion(140_012) }
        try DatabaseFitness.checkVersion(150_000)
        let url = try self.database("") + "&options=-c%20default_transaction_read_only%3Don"
        let error = #expect(throws: MigrationError.self) { try PostgresMigrator(url: url, migrations: []).inspect() }
        #expect(error?.sentence.contains("takes no writes") == true, "\(error?.sentence ?? "")")
    }
}
