import Foundation
import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5)))
struct PostgresMigratorTests {
    private static let migrations = [
        PostgresMigration(
            number: 1, name: "members",
            sql: """
                CREATE TABLE member (id bigint PRIMARY KEY, note text);
                CREATE TABLE applied_count (number int);
                INSERT INTO applied_count VALUES (1)
                """),
        PostgresMigration(number: 2, name: "audit", sql: "INSERT INTO applied_count VALUES (2)"),
        PostgresMigration(
            number: 100, name: "seats",
            sql: "CREATE TABLE seat (id bigint REFERENCES member); INSERT INTO applied_count VALUES (100)"),
    ]

    private func count(_ url: String) throws -> String {
        try TestCluster.shared.query(
            "SELECT string_agg(number::text, ',' ORDER BY number) FROM applied_count", at: url)
    }

    private func limits(_ change: (inout MigrationLimits) -> Void = { _ in }) -> MigrationLimits {
        var limits = MigrationLimits()
        limits.lockTime = .milliseconds(100)
        limits.lockWaitTime = .milliseconds(20)
        change(&limits)
        return limits
    }

    @Test
    func `an empty database gets everything once`() throws {
        let url = try TestCluster.shared.database()
        let migrator = PostgresMigrator(url: url, migrations: Self.migrations.reversed())
        #expect(try migrator.inspect() == .init(numbers: [1, 2, 100], appliedCount: 0))
        let older = #expect(throws: MigrationError.self) { try migrator.requireCurrent() }
        #expect(older?.code == .schemaOlder)
        #expect(
            try TestCluster.shared.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", at: url) == "0")
        #expect(try migrator.migrate() == .init(numbers: [1, 2, 100], appliedCount: 0))
        #expect(try migrator.migrate() == .init(numbers: [], appliedCount: 3))
        try migrator.requireCurrent()
        #expect(try self.count(url) == "1,2,100")
        let records = try TestCluster.shared.query(
            "SELECT number, name, checksum FROM podo_migration ORDER BY 1", at: url)
        // sha256sum of "INSERT INTO applied_count VALUES (2)"
        let sum = try TestCommand.run("/usr/bin/sha256sum", [], input: "INSERT INTO applied_count VALUES (2)").output
            .prefix(64)
        #expect(records.contains("2|audit|\(sum)"))
    }

    @Test
    func `a module that gains a migration below another module's is brought up to date`() throws {
        let url = try TestCluster.shared.database()
        let (first, last) = (Self.migrations[0], Self.migrations[2])
        _ = try PostgresMigrator(url: url, migrations: [first, last]).migrate()
        let migrator = PostgresMigrator(url: url, migrations: Self.migrations)
        #expect(try migrator.migrate() == .init(numbers: [2], appliedCount: 2))
    }

    @Test
    func `a newer schema and a changed one are refused, by whoever looks and whoever migrates`() throws {
        let url = try TestCluster.shared.database()
        _ = try PostgresMigrator(url: url, migrations: Self.migrations).migrate()
        let older = PostgresMigrator(url: url, migrations: Array(Self.migrations.prefix(2)))
        let attempts: [() throws -> Void] = [
            { _ = try older.inspect() }, { _ = try older.migrate() }, { try older.requireCurrent() },
        ]
        for attempt in attempts {
            let error = #expect(throws: MigrationError.self) { try attempt() }
            #expect(error?.code == .schemaUnknown)
        }
        let changed = PostgresMigrator(
            url: url,
            migrations: [PostgresMigration(number: 1, name: "members", sql: "SELECT 1")] + Self.migrations.dropFirst())
        let error = #expect(throws: MigrationError.self) { try changed.migrate() }
        #expect(error?.code == .schemaChanged)
    }

    @Test
    func `killed at any step and run again, every migration is there exactly once`() throws {
        // Five steps of three migrations.
        for victim in 0..<15 {
            let url = try TestCluster.shared.database()
            let database = try PostgresAddress(url).database
            let stepCount = Mutex(0)
            var migrator = PostgresMigrator(url: url, migrations: Self.migrations)
            migrator.observe = { _ in
                let number = stepCount.withLock { count in
                    count += 1
                    return count - 1
                }
                guard number == victim else { return }
                do {
                    try TestCluster.shared.query(
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '\(database)'")
                } catch {
                    Issue.record(error)
                }
            }
            // The last commit is followed by one more look, so that it fails too.
            let error = #expect(throws: MigrationError.self) { try migrator.migrate() }
            #expect(error?.code == .unavailable, "step \(victim): \(error?.sentence ?? "")")
            migrator.observe = { _ in }
            let rest = try migrator.migrate()
            #expect(rest.numbers.count + rest.appliedCount == 3)
            #expect(try self.count(url) == "1,2,100")
        }
    }

    @Test
    func `several at once apply everything once`() throws {
        let url = try TestCluster.shared.database()
        let migrator = PostgresMigrator(url: url, migrations: Self.migrations)
        let outcomes = TestLog<PostgresMigrator.Outcome>()
        let failures = TestLog<String>()
        let threads = (0..<4).map { _ in
            Thread {
                do {
                    outcomes.add(try migrator.migrate())
                } catch {
                    failures.add("\(error)")
                }
            }
        }
        for thread in threads { thread.start() }
        outcomes.wait { $0.count + failures.entries.count == 4 }
        #expect(failures.entries.isEmpty)
        #expect(outcomes.entries.flatMap(\.numbers).sorted() == [1, 2, 100])
        #expect(try self.count(url) == "1,2,100")
    }

    @Test
    func `a migration that fails leaves nothing and those before it stay`() throws {
        let url = try TestCluster.shared.database()
        let broken = PostgresMigration(
            number: 3, name: "broken", sql: "CREATE TABLE half (id int); SELECT 1/0")
        let migrator = PostgresMigrator(url: url, migrations: Self.migrations + [broken])
        let error = #expect(throws: MigrationError.self) { try migrator.migrate() }
        #expect(error?.code == .failed)
        #expect(
            error?.sentence.contains("migration 3 (broken) failed, and nothing of it was kept: division by zero")
                == true)
        #expect(try self.count(url) == "1,2")
        #expect(try TestCluster.shared.query("SELECT to_regclass('half') IS NULL", at: url) == "t")
    }

    @Test(arguments: [
        "CREATE TABLE a (id int); COMMIT; BEGIN" as StaticString, "-- COMMIT\nROLLBACK", "SELECT ';' /* ; */; end",
    ])
    func `a migration that ends its transaction is refused before anything is changed`(_ sql: StaticString) throws {
        let url = try TestCluster.shared.database()
        let good = PostgresMigration(number: 1, name: "good", sql: "CREATE TABLE good (id int)")
        let rude = PostgresMigration(number: 2, name: "rude", sql: sql)
        let error = #expect(throws: MigrationError.self) {
            try PostgresMigrator(url: url, migrations: [good, rude]).migrate()
        }
        #expect(error?.code == .failed)
        #expect(error?.sentence.contains("migration 2 (rude) says") == true)
        #expect(try TestCluster.shared.query("SELECT to_regclass('good') IS NULL", at: url) == "t")
    }

    @Test
    func `another text of a migration that somebody else applies meanwhile ends the run there`() throws {
        let url = try TestCluster.shared.database()
        let other = PostgresMigration(number: 1, name: "members", sql: "CREATE TABLE member (id int)")
        let second = PostgresMigration(number: 2, name: "second", sql: "CREATE TABLE second (id int)")
        var migrator = PostgresMigrator(url: url, migrations: [Self.migrations[0], second])
        migrator.observe = { step in
            guard step == .begun(1) else { return }
            do {
                _ = try PostgresMigrator(url: url, migrations: [other]).migrate()
            } catch {
                Issue.record(error)
            }
        }
        let error = #expect(throws: MigrationError.self) { try migrator.migrate() }
        #expect(error?.code == .schemaChanged)
        #expect(try TestCluster.shared.query("SELECT to_regclass('second') IS NULL", at: url) == "t")
    }

    @Test
    func `a lock that is let go in time is waited for, one that is not ends with what to look for`() throws {
        let url = try TestCluster.shared.database()
        _ = try PostgresMigrator(url: url, migrations: [Self.migrations[0]]).migrate()
        let change = PostgresMigration(number: 2, name: "change", sql: "ALTER TABLE member ADD COLUMN name text")
        let holder = try AdministrationConnection(url: url)
        try holder.run("BEGIN; LOCK TABLE member")
        let hopeless = PostgresMigrator(
            url: url, migrations: [Self.migrations[0], change], limits: self.limits { $0.lockAttemptCountMax = 2 })
        let error = #expect(throws: MigrationError.self) { try hopeless.migrate() }
        #expect(error?.code == .unavailable)
        #expect(error?.sentence.contains("pg_stat_activity") == true)
        var patient = PostgresMigrator(url: url, migrations: [Self.migrations[0], change], limits: self.limits())
        let beginCount = Mutex(0)
        patient.observe = { step in
            guard step == .begun(2) else { return }
            let count = beginCount.withLock { count in
                count += 1
                return count
            }
            guard count == 3 else { return }
            do {
                try TestCluster.shared.query(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'")
            } catch {
                Issue.record(error)
            }
        }
        #expect(try patient.migrate().numbers == [2])
        #expect(beginCount.withLock { $0 } >= 3)
    }

    @Test
    func `a server that is not there, and one that refuses, are told apart`() throws {
        let nowhere = PostgresMigrator(url: "postgresql:///x?host=/nonexistent", migrations: [])
        let away = #expect(throws: MigrationError.self) { try nowhere.inspect() }
        #expect(away?.code == .unavailable)
        let url = try TestCluster.shared.url(database: "no_such_database")
        let error = #expect(throws: MigrationError.self) { try PostgresMigrator(url: url, migrations: []).inspect() }
        // Waiting does not help.
        #expect(error?.code == .unfit)
        #expect(error?.sentence.contains("does not exist; make it with CREATE DATABASE") == true)
        let stranger = try TestCluster.shared.url(user: "nobody_we_know")
        let refused = #expect(throws: MigrationError.self) {
            try PostgresMigrator(url: stranger, migrations: []).inspect()
        }
        #expect(refused?.code == .unfit)
        #expect(refused?.sentence.contains("mend the user or the password in database-url") == true)
        let unreadable = #expect(throws: MigrationError.self) {
            try PostgresMigrator(url: "postgresql://me:hush@[", migrations: []).inspect()
        }
        #expect(unreadable?.code == .unfit && unreadable?.sentence.contains("hush") == false)
    }
}
