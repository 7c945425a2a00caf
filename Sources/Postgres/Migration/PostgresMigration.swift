/// A step in which the schema goes from one version to the next. Forward only: what was applied anywhere never changes.
///
/// Every feature module has its own; numbers are of all modules together (Auth 1 to 99, Ticketing 100 to 199, Payments
/// 200 to 299) and say in which order they are applied. The SQL may be several statements. It runs in one transaction
/// together with the record of it, so it says neither `BEGIN` nor `COMMIT`, and nothing that PostgreSQL refuses within
/// a transaction. It waits for locks for `MigrationLimits.lockTime` only, so it takes them where nobody holds them for
/// long.
package struct PostgresMigration: Sendable {
    package let number: Int
    package let name: StaticString
    package let sql: StaticString

    package init(number: Int, name: StaticString, sql: StaticString) {
        precondition(number > 0, "migrations are numbered from 1")
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// What begins or ends a transaction: one that ends the migration's own would keep half of it, unrecorded.
    private static let transactionWords: Set<String> = [
        "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE",
    ]

    func check() throws(MigrationError) {
        let words = StatementWords.first(in: self.sql.description)
        guard let word = words.first(where: Self.transactionWords.contains) else { return }
        throw MigrationError(
            .failed,
            "migration \(self.number) (\(self.name)) says \(word), and runs in a transaction: nothing was changed")
    }
}
