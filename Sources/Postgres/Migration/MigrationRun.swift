internal import Glibc
internal import Primitives

/// One connection on which migrations are looked at and applied.
struct MigrationRun {
    private let migrator: PostgresMigrator
    private let connection: AdministrationConnection
    private let isCancelled: () -> Bool

    private static let makeTable = """
        CREATE TABLE IF NOT EXISTS podo_migration (
            number integer PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now())
        """
    /// How often another Podo's turn is looked at.
    private static let turnMicroseconds: UInt32 = 100_000

    private var limits: MigrationLimits { self.migrator.limits }

    /// Connects, and refuses a database that is unfit.
    init(_ migrator: PostgresMigrator, isCancelled: @escaping () -> Bool) throws(MigrationError) {
        self.migrator = migrator
        self.isCancelled = isCancelled
        do throws(AdministrationError) {
            self.connection = try AdministrationConnection(
                url: migrator.url, timeMax: migrator.limits.connectTime, isCancelled: isCancelled)
        } catch {
            throw MigrationError(
                error.isTemporary ? .unavailable : .unfit, "the database cannot be reached: \(error)\(Self.hint(error))"
            )
        }
        try self.checkFitness()
    }

    /// What to do about a server that is there and lets nobody in.
    private static func hint(_ error: AdministrationError) -> String {
        switch error.sqlState?.prefix(2) {
        case "28": "; mend the user or the password in database-url, or the server's pg_hba.conf"
        case "3D": "; make it with CREATE DATABASE, or mend its name in database-url"
        default: ""
        }
    }

    private func checkFitness() throws(MigrationError) {
        let version = try self.ask(DatabaseFitness.versionQuestion).first?.first ?? nil
        try DatabaseFitness.checkVersion(version.flatMap { Int($0) } ?? 0)
        guard let row = try self.ask(DatabaseFitness.question).first, let fitness = DatabaseFitness(row) else {
            throw MigrationError(.unfit, "the server does not say what kind of database it has")
        }
        try fitness.checkEncoding()
        try fitness.check(knowsLetters: try self.ask(DatabaseFitness.lettersQuestion).first == ["t"])
    }

    /// What is missing; refuses what this program does not know.
    func plan() throws(MigrationError) -> MigrationPlan {
        let known = try self.knownRecords()
        guard try self.ask("SELECT 1 WHERE to_regclass('podo_migration') IS NOT NULL").count == 1 else {
            return try MigrationPlan(known: known, applied: [])
        }
        let rows = try self.ask("SELECT number, name, checksum FROM podo_migration ORDER BY number")
        let applied = rows.compactMap { row -> MigrationRecord? in
            let values = row.compactMap { $0 }
            guard values.count == 3, let number = Int(values[0]) else { return nil }
            return MigrationRecord(number: number, name: values[1], checksum: values[2])
        }
        return try MigrationPlan(known: known, applied: applied)
    }

    /// The server computes the checksums, so that they are of what it is sent.
    private func knownRecords() throws(MigrationError) -> [MigrationRecord] {
        let migrations = self.migrator.migrations
        guard !migrations.isEmpty else { return [] }
        let places = (1...migrations.count).map { "$\($0)::text" }.joined(separator: ", ")
        let rows = try self.ask(
            """
            SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex')
            FROM unnest(ARRAY[\(places)]) WITH ORDINALITY AS given (text, place) ORDER BY place
            """, migrations.map { $0.sql.description })
        return zip(migrations, rows).map { migration, row in
            MigrationRecord(
                number: migration.number, name: migration.name.description, checksum: (row.first ?? nil) ?? "")
        }
    }

    private func ask(_ sql: String, _ parameters: [String?] = []) throws(MigrationError) -> [[String?]] {
        do throws(AdministrationError) {
            return try self.connection.run(
                sql, parameters, timeMax: self.limits.questionTime, isCancelled: self.isCancelled)
        } catch {
            throw MigrationError(error.isTemporary ? .unavailable : .unfit, "the database does not answer: \(error)")
        }
    }

    // MARK: Applying

    /// How one attempt at a migration went.
    private enum Attempt {
        case applied
        /// Somebody else was faster, with the same text or another.
        case present, changed
        /// Another Podo is migrating.
        case notOurTurn
    }

    /// Applies one migration; false when it is there already.
    func apply(_ migration: PostgresMigration) throws(MigrationError) -> Bool {
        let turnDeadline = MonotonicTime.now + self.limits.turnTime
        var lockAttemptCount = 0
        var attempt = Attempt.notOurTurn
        while attempt == .notOurTurn {
            do throws(AdministrationError) {
                attempt = try self.attempt(migration)
                if attempt == .notOurTurn {
                    guard MonotonicTime.now < turnDeadline else {
                        throw AdministrationError(.unavailable, "another Podo has been migrating for too long")
                    }
                    usleep(Self.turnMicroseconds)
                }
            } catch {
                lockAttemptCount += 1
                let isLocked = error.sqlState == "55P03" || error.sqlState == "40P01"
                guard isLocked, lockAttemptCount < self.limits.lockAttemptCountMax else {
                    throw Self.failure(of: migration, error, isLocked: isLocked)
                }
                try self.rollBack(migration)
                usleep(UInt32(clamping: self.limits.lockWaitTime.nanoseconds / 1000))
            }
        }
        if attempt == .changed { throw MigrationPlan.changed(migration.number, migration.name.description) }
        return attempt == .applied
    }

    private func attempt(_ migration: PostgresMigration) throws(AdministrationError) -> Attempt {
        let number = migration.number
        try self.run(
            """
            BEGIN;
            SET LOCAL lock_timeout = \(self.limits.lockTime.milliseconds);
            SET LOCAL statement_timeout = \(self.limits.migrationTime.milliseconds);
            SET LOCAL idle_in_transaction_session_timeout = 0
            """)
        self.migrator.observe(.begun(number))
        let isOurTurn = try self.run("SELECT pg_try_advisory_xact_lock(\(PostgresMigrator.lockKey))").first == ["t"]
        guard isOurTurn else {
            try self.run("ROLLBACK")
            return .notOurTurn
        }
        self.migrator.observe(.locked(number))
        try self.run(Self.makeTable)
        let record = try self.run(
            """
            SELECT checksum = encode(sha256(convert_to($1, 'UTF8')), 'hex') FROM podo_migration WHERE number = \(number)
            """, [migration.sql.description])
        guard record.isEmpty else {
            try self.run("ROLLBACK")
            return record.first == ["t"] ? .present : .changed
        }
        try self.run(migration.sql.description)
        self.migrator.observe(.changed(number))
        guard self.connection.isInTransaction else {
            throw AdministrationError(.refused(sqlState: "25P01"), "its SQL ends the transaction that it runs in")
        }
        try self.run(
            """
            INSERT INTO podo_migration (number, name, checksum)
            VALUES (\(number), $1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))
            """, [migration.name.description, migration.sql.description])
        self.migrator.observe(.recorded(number))
        try self.run("COMMIT")
        self.migrator.observe(.committed(number))
        return .applied
    }

    @discardableResult
    private func run(_ sql: String, _ parameters: [String?] = []) throws(AdministrationError) -> [[String?]] {
        try self.connection.run(
            sql, parameters, timeMax: self.limits.migrationTime, isCancelled: self.isCancelled)
    }

    private func rollBack(_ migration: PostgresMigration) throws(MigrationError) {
        do throws(AdministrationError) {
            try self.run("ROLLBACK")
        } catch {
            throw Self.failure(of: migration, error, isLocked: false)
        }
    }

    private static func failure(
        of migration: PostgresMigration, _ error: AdministrationError, isLocked: Bool
    ) -> MigrationError {
        let name = "migration \(migration.number) (\(migration.name))"
        if isLocked {
            return MigrationError(
                .unavailable,
                "\(name) waited for a lock that somebody else did not let go: look for long transactions in "
                    + "pg_stat_activity, end them, and run it again")
        }
        switch error.code {
        case .unavailable, .malformed:
            return MigrationError(
                .unavailable, "\(name) was interrupted, and whatever is not committed is undone: \(error)")
        case .refused(let state):
            return MigrationError(
                .failed, "\(name) failed, and nothing of it was kept: \(error) (SQLSTATE \(state))")
        }
    }
}
