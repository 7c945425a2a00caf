import Foundation
import Postgres
import Testing

@testable import podo

/// The executable itself, as an operator runs it before an upgrade.
@Suite(.timeLimit(.minutes(5)))
struct MigrateCommandTests {
    @Test("what was applied is said, and how much there is")
    func text() {
        var outcome = PostgresMigrator.Outcome()
        #expect(MigrateCommand.text(outcome) == "The database is up to date: 0 migrations.")
        (outcome.numbers, outcome.appliedCount) = ([2, 100], 1)
        #expect(
            MigrateCommand.text(outcome) == """
                Applied migration 2.
                Applied migration 100.
                The database is up to date: 3 migrations.
                """)
    }

    @Test("it makes the private database where there is none, and is done the second time")
    func privateDatabase() throws {
        let temporary = try TemporaryDirectory()
        for _ in 0..<2 {
            let podo = try ServeCommandTests.RunningPodo(["migrate"], in: temporary.path)
            #expect(podo.exitCode() == PodoCommand.Exit.done)
            let said = String(decoding: podo.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(said.hasSuffix("The database is up to date: \(Schema.migrations.count) migrations.\n"))
        }
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/var/postgres/postmaster.pid"))
    }

    @Test("while a Podo serves from the directory it is refused")
    func inUse() throws {
        let temporary = try TemporaryDirectory()
        let directory = try DataDirectory(temporary.path + "/var")
        let podo = try ServeCommandTests.RunningPodo(["migrate"], in: temporary.path)
        #expect(podo.exitCode() == PodoCommand.Exit.failed)
        #expect(podo.complaint().contains("in use by the Podo with pid \(getpid())"))
        withExtendedLifetime(directory) {}
    }
}
