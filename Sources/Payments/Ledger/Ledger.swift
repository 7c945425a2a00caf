package import Commerce
package import Postgres

/// The books. Writing is part of the transaction in which the money moved; reading is summing up.
package enum Ledger {
    /// Writes a journal, unless it is there already. Nil, a journal of nothing, is written nowhere.
    package static func post(
        _ journal: LedgerJournal?, in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        guard let journal else { return }
        try await self.post([journal], in: transaction)
    }

    /// Writes those that are not there already.
    package static func post(
        _ journals: [LedgerJournal], in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        let lines = journals.enumerated().flatMap { place, journal in
            journal.lines.enumerated().map { (place: Int32(place + 1), number: Int32($0 + 1), line: $1) }
        }
        _ = try await transaction.run(
            Self.postJournals, journals.map(\.id), journals.map(\.kind.rawValue), journals.map(\.subject),
            journals.map(\.subjectID), journals.map(\.currency.rawValue), lines.map(\.place), lines.map(\.number),
            lines.map(\.line.account.code), lines.map(\.line.account.owner), lines.map(\.line.amount))
    }

    /// What an account comes to: debits less credits.
    package static func balance(
        of account: LedgerAccount, _ currency: Currency, in database: PostgresDatabase
    ) async throws(PostgresError) -> Int64 {
        try await database.run(Self.sum, account.code, account.owner, currency.rawValue).single()
    }

    /// Explained with migration 250.
    private static let postJournals = PostgresStatement(
        "ledger_post", "SELECT FROM post_journals($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")

    private static let sum = PostgresStatement(
        "ledger_sum",
        """
        SELECT coalesce(sum(e.amount), 0)::bigint
        FROM ledger_account AS a JOIN ledger_entry AS e ON e.account_id = a.id
        WHERE a.code = $1 AND a.owner_id = $2 AND a.currency = $3
        """, effect: .reads)
}
