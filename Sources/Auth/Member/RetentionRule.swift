package import Postgres

/// What the law says must be kept of a member who goes, decided by whoever knows what he bought. Asked within the
/// transaction that erases him.
package protocol RetentionRule: Sendable {
    func retained(of member: Int64, in transaction: PostgresTransaction) async throws -> [Retention]
}

/// That his name and address have to be kept, why, and for how long.
package struct Retention: Sendable {
    /// A word: `contract`, `payment`, `dispute`.
    package let reason: String
    package let dayCount: Int

    package init(reason: String, dayCount: Int) {
        self.reason = reason
        self.dayCount = dayCount
    }
}

/// Nothing has to be kept: what is in force as long as nobody can buy anything.
package struct NoRetention: RetentionRule {
    package init() {}

    package func retained(of member: Int64, in transaction: PostgresTransaction) async throws -> [Retention] { [] }
}
