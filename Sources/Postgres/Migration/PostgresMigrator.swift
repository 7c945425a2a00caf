package import Observability
internal import Primitives

/// Brings a database to the schema of this program. Blocks; for the main thread or a pool, never for a loop.
///
/// Several programs may do it at once: each migration is one transaction that begins with the advisory lock of them
/// all, looks again whether it is still missing, and ends with the record of itself. So whatever is killed, and when,
/// each migration is there once, or not at all and taken up by the next run.
package struct PostgresMigrator: Sendable {
    /// What a run has done, or found.
    package struct Outcome: Equatable, Sendable {
        /// The numbers that were applied, or are to be, in this order.
        package var numbers: [Int] = []
        /// How many had been applied before.
        package var appliedCount = 0

        package init(numbers: [Int] = [], appliedCount: Int = 0) {
            self.numbers = numbers
            self.appliedCount = appliedCount
        }
    }

    /// A point at which a test may interfere.
    enum Step: Equatable {
        case begun(Int)
        case locked(Int)
        case changed(Int)
        case recorded(Int)
        case committed(Int)
    }

    /// `podo` in ASCII: whoever else uses the database keeps off it.
    static let lockKey = "1886348399"

    let url: Secret<String>
    let migrations: [PostgresMigration]
    let limits: MigrationLimits
    /// Told of every step.
    var observe: @Sendable (Step) -> Void = { _ in }

    package init(
        url: Secret<String>, migrations: [PostgresMigration], limits: MigrationLimits = MigrationLimits()
    ) {
        precondition(
            Set(migrations.map(\.number)).count == migrations.count, "two migrations have the same number")
        self.url = url
        self.migrations = migrations.sorted { $0.number < $1.number }
        self.limits = limits
    }

    /// Looks whether the database has the schema of this program, and changes nothing: returns what is missing.
    package func inspect(isCancelled: @escaping () -> Bool = { false }) throws(MigrationError) -> Outcome {
        let run = try MigrationRun(self, isCancelled: isCancelled)
        let plan = try run.plan()
        return Outcome(numbers: plan.pending, appliedCount: plan.appliedCount)
    }

    /// Refuses a database whose schema is older than this program, newer, or another one.
    package func requireCurrent(isCancelled: @escaping () -> Bool = { false }) throws(MigrationError) {
        let outcome = try self.inspect(isCancelled: isCancelled)
        guard let first = outcome.numbers.first else { return }
        throw MigrationError(
            .schemaOlder,
            "the database lacks migration \(first)" + (outcome.numbers.count > 1 ? " and others" : "")
                + ": run podo migrate, or set database-migrate = true")
    }

    /// Applies what is missing.
    package func migrate(isCancelled: @escaping () -> Bool = { false }) throws(MigrationError) -> Outcome {
        let run = try MigrationRun(self, isCancelled: isCancelled)
        let plan = try run.plan()
        var outcome = Outcome(appliedCount: plan.appliedCount)
        guard !plan.pending.isEmpty else { return outcome }
        for migration in self.migrations where plan.pending.contains(migration.number) { try migration.check() }
        for number in plan.pending {
            guard let migration = self.migrations.first(where: { $0.number == number }) else { continue }
            if try run.apply(migration) { outcome.numbers.append(number) }
        }
        // Another Podo, newer than this one, may have been faster.
        _ = try run.plan()
        return outcome
    }
}
