package import Postgres

/// Tells what happened, in the transaction in which it does: told exactly if it happened.
package enum Outbox {
    /// - Parameters:
    ///   - aggregate: What it happened to, as `reservation:17`: events of one come in their order.
    ///   - payload: A JSON object.
    package static func add(
        _ topic: OutboxTopic, of aggregate: String, payload: String, in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        _ = try await transaction.run(Self.append, topic.rawValue, aggregate, payload)
    }

    private static let append = PostgresStatement(
        "outbox_append", "INSERT INTO outbox (topic, aggregate, payload) VALUES ($1, $2, $3::text::jsonb)")
}
