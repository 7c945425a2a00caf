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
    /// Which server it is, and which timeline of it: one that was promoted begins a new one, in which the numbers of
    /// transactions mean others than before. Nothing where writes are refused.
    static let history =
        """
        SELECT (SELECT system_identifier FROM pg_control_system())
            || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
        WHERE NOT pg_is_in_recovery()
        """
    /// What became of a transaction: `committed`, `aborted`, `in progress`, NULL when it is too long ago. Nothing from a
    /// server with another past.
    static let status = PostgresStatement(
        "transaction_status",
        """
        SELECT pg_xact_status($1)
        WHERE $2 = (SELECT system_identifier FROM pg_control_system())
            || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
        """, effect: .reads)
    /// Ends the session in which a transaction still waits for its COMMIT, if there is one.
    static let terminate = PostgresStatement(
        "transaction_terminate",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = $1::xid", effect: .reads)
}
