/// What the client itself says to the server.
enum TransactionStatements {
    static let commit = PostgresStatement("transaction_commit", "COMMIT")
    static let rollback = PostgresStatement("transaction_rollback", "ROLLBACK")
    /// NULL until the transaction has written something; asking does not make a reader a writer.
    static let transactionID = PostgresStatement(
        "transaction_id", "SELECT pg_current_xact_id_if_assigned()", effect: .reads)
    static let setTimeout = PostgresStatement(
        "transaction_timeout", "SELECT set_config('statement_timeout', $1, true)", effect: .reads)
    static let setActor = PostgresStatement(
        "transaction_actor", "SELECT set_config('podo.actor', $1, true)", effect: .reads)
    /// What became of a transaction: `committed`, `aborted`, `in progress`, NULL when it is too long ago.
    static let status = PostgresStatement(
        "transaction_status", "SELECT pg_xact_status($1)", effect: .reads)
    /// Ends the session in which a transaction still waits for its COMMIT, if there is one.
    static let terminate = PostgresStatement(
        "transaction_terminate",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = $1::xid", effect: .reads)
}
