package import Postgres
package import Primitives

/// Something that happened, as a consumer is told of it.
package struct OutboxEvent: Sendable {
    /// The same however often it is told.
    package let id: PostgresUUID
    package let topic: OutboxTopic
    /// What it happened to, as `reservation:17`.
    package let aggregate: String
    /// A JSON object.
    package let payload: String
    package let at: WallClock

    package init(id: PostgresUUID, topic: OutboxTopic, aggregate: String, payload: String, at: WallClock) {
        self.id = id
        self.topic = topic
        self.aggregate = aggregate
        self.payload = payload
        self.at = at
    }
}
