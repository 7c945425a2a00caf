/// A transaction as its body sees it: statements that happen all or not at all.
///
/// After an error the server has given the transaction up: every further statement gets the same error, and what the
/// body returns does not count. One statement runs at a time.
package struct PostgresTransaction: Sendable {
    let lease: TransactionLease
    let database: PostgresDatabase

    package func run(
        _ statement: PostgresStatement, _ parameters: any PostgresEncodable...
    ) async throws(PostgresError) -> PostgresRows {
        try await self.run(statement, parameters: parameters)
    }

    /// The same with a list of parameters that is put together while the program runs.
    package func run(
        _ statement: PostgresStatement, parameters: [any PostgresEncodable]
    ) async throws(PostgresError) -> PostgresRows {
        let parameters = try self.database.encode(parameters, of: statement)
        let kind = PostgresRequest.Kind.inTransaction(self.lease)
        switch await PostgresDatabase.perform(kind, statement, parameters, self.lease.pool) {
        case .done(let rows): return rows
        case .failed(let error): throw error
        case .lost: throw PostgresError(.unavailable, statement: statement.name)
        }
    }
}
