internal import Postgres

/// What is asked of the audit log.
enum AuditStatements {
    /// actor, action, subject, network address or null, detail as JSON. Waits for whoever writes at the moment, so it
    /// is the last statement of its transaction.
    static let add = PostgresStatement(
        "audit_add",
        """
        INSERT INTO audit_log (actor, action, subject, address, detail)
        VALUES ($1, $2, $3, $4::text::inet, $5::text::jsonb)
        """)

    /// The first id whose hash does not fit; null when all do.
    static let fault = PostgresStatement("audit_fault", "SELECT audit_log_fault()", effect: .reads)
}
