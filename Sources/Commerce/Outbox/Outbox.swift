package import Postgres

/// Tells what happened, in the transaction in which it does: told exactly if it happened.
package enum Outbox {
    /// - Parameters:
    ///   - aggregate: What it happened to, as `reservation:17`: events of one come in their order.
    ///   - payload: A JSON object.
    package static func add(
        _ topic: OutboxTopic, of aggregate: String, payload: String, in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await self.add([(topic, aggregate, payload)], in: transaction)
    }

    /// Several, in their order.
    package static func add(
        _ events: [(topic: OutboxTopic, aggregate: String, payload: String)], in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        _ = try await transaction.run(
            Self.append, events.map(\.topic.rawValue), events.map(\.aggregate), events.map(\.payload))
    }

    /// Says after a commit that there are events, so that relays look at once and not only when they look anyway. Never
    /// within a transaction: whoever says NOTIFY commits alone.
    package static func ring(_ database: PostgresDatabase) async throws(PostgresError) {
        _ = try await database.run(Self.notify)
    }

    static let channel: StaticString = "outbox"
    private static let notify = PostgresStatement("outbox_ring", "SELECT pg_notify('outbox', '')")

    private static let append = PostgresStatement(
        "outbox_append",
        """
        INSERT INTO outbox (topic, aggregate, payload)
        SELECT topic, aggregate, payload::jsonb
        FROM unnest($1::text[], $2::text[], $3::text[]) AS event (topic, aggregate, payload)
        """)
}
