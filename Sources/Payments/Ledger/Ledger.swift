package import Commerce
package import Postgres

/// The books. Writing is part of the transaction in which the money moved; reading is summing up.
package enum Ledger {
    /// Writes a journal, unless it is there already. Nil, a journal of nothing, is written nowhere.
    package static func post(
        _ journal: LedgerJournal?, in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        guard let journal else { return }
        let codes = journal.lines.map(\.account.code)
        let owners = journal.lines.map(\.account.owner)
        _ = try await transaction.run(Self.open, codes, owners, journal.currency.rawValue)
        let rows = try await transaction.run(
            Self.begin, journal.id, journal.kind.rawValue, journal.subject, journal.subjectID,
            journal.currency.rawValue)
        guard rows.affectedCount == 1 else { return }
        let added = try await transaction.run(
            Self.add, journal.id, codes, owners, journal.lines.map(\.amount), journal.currency.rawValue)
        // An account that is missing would leave a line out, and the database would refuse the rest at the commit.
        guard added.affectedCount == journal.lines.count else { throw PostgresError(.decoding, statement: "ledger") }
    }

    /// What an account comes to: debits less credits.
    package static func balance(
        of account: LedgerAccount, _ currency: Currency, in database: PostgresDatabase
    ) async throws(PostgresError) -> Int64 {
        try await database.run(Self.sum, account.code, account.owner, currency.rawValue).single()
    }

    private static let open = PostgresStatement(
        "ledger_open",
        """
        INSERT INTO ledger_account (code, owner_id, currency)
        SELECT code, owner, $3 FROM unnest($1::text[], $2::bigint[]) AS line (code, owner)
        WHERE NOT EXISTS (SELECT FROM ledger_account AS a
            WHERE a.code = line.code AND a.owner_id = line.owner AND a.currency = $3)
        ORDER BY code, owner ON CONFLICT DO NOTHING
        """)

    private static let begin = PostgresStatement(
        "ledger_begin",
        """
        INSERT INTO ledger_journal (id, kind, ref_type, ref_id, currency) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """)

    private static let add = PostgresStatement(
        "ledger_add",
        """
        INSERT INTO ledger_entry (journal_id, line_no, account_id, amount)
        SELECT $1, line_no, a.id, line.amount
        FROM unnest($2::text[], $3::bigint[], $4::bigint[]) WITH ORDINALITY
                AS line (code, owner, amount, line_no)
            JOIN ledger_account AS a ON a.code = line.code AND a.owner_id = line.owner AND a.currency = $5
        """)

    private static let sum = PostgresStatement(
        "ledger_sum",
        """
        SELECT coalesce(sum(e.amount), 0)::bigint
        FROM ledger_account AS a JOIN ledger_entry AS e ON e.account_id = a.id
        WHERE a.code = $1 AND a.owner_id = $2 AND a.currency = $3
        """, effect: .reads)
}
