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
    /// Which server it is and which timeline of it, and when it last recovered from a crash, which is when it begins
    /// its statistics anew. Nothing where writes are refused.
    static let history =
        """
        SELECT system_identifier || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
            || '/' || extract(epoch FROM stats_reset)
        FROM pg_control_system(), pg_stat_archiver WHERE NOT pg_is_in_recovery()
        """
    /// What became of a transaction: `committed`, `aborted`, `in progress`, NULL when that cannot be known: it is too
    /// long ago, or the server has another past. After a crash a number that the disk has not seen is given out again,
    /// so whose commit it was then nobody can tell; an abort was ours or the number would not be another's.
    static let status = PostgresStatement(
        "transaction_status",
        """
        SELECT CASE
            WHEN $2 = server || crash THEN pg_xact_status($1)
            WHEN NOT starts_with($2, server) THEN NULL
            WHEN pg_xact_status($1) = 'aborted' THEN 'aborted'
            END
        FROM (
            SELECT system_identifier || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '/' AS server,
                extract(epoch FROM stats_reset)::text AS crash
            FROM pg_control_system(), pg_stat_archiver) AS history
        """, effect: .reads)
    /// Of a number that the server has not given out: what had it was lost in a crash.
    static let statusOfFuture = "22023"
    /// Ends the session in which a transaction still waits for its COMMIT, if there is one.
    static let terminate = PostgresStatement(
        "transaction_terminate",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = $1::xid", effect: .reads)
}
