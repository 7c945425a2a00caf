package import Postgres

extension PostgresTransaction {
    /// Writes to the audit log, as the last thing that the transaction does.
    package func note(_ event: AuditEvent) async throws {
        _ = try await self.run(
            AuditStatements.add, event.actor, event.action.description, event.subject, event.addressText,
            event.detailText)
    }
}
