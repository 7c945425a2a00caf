/// A migration as the program or the database knows it.
struct MigrationRecord: Equatable, Sendable {
    let number: Int
    let name: String
    /// SHA-256 of the SQL, as hexadecimal digits.
    let checksum: String
}

/// What has to be done so that a database has the schema of this program: a value.
struct MigrationPlan: Equatable {
    /// The numbers to apply, in this order.
    let pending: [Int]
    let appliedCount: Int

    /// Refuses a database that is ahead of this program, or that went another way.
    ///
    /// A missing number below others that were applied is not out of order: modules count on their own.
    init(known: [MigrationRecord], applied: [MigrationRecord]) throws(MigrationError) {
        let knownByNumber = Dictionary(uniqueKeysWithValues: known.map { ($0.number, $0) })
        for record in applied.sorted(by: { $0.number < $1.number }) {
            guard let own = knownByNumber[record.number] else {
                throw MigrationError(
                    .schemaUnknown,
                    "the database has migration \(record.number) (\(record.name)), which this Podo does not know: it "
                        + "was used by a newer Podo; run that one, or restore a backup from before")
            }
            guard own.checksum == record.checksum else { throw Self.changed(record.number, record.name) }
        }
        let appliedNumbers = Set(applied.map(\.number))
        self.pending = known.map(\.number).filter { !appliedNumbers.contains($0) }.sorted()
        self.appliedCount = applied.count
    }

    static func changed(_ number: Int, _ name: String) -> MigrationError {
        MigrationError(
            .schemaChanged,
            "migration \(number) (\(name)) was applied to the database with another text than "
                + "this Podo has: run the Podo that it was used with, or restore a backup from before")
    }
}
