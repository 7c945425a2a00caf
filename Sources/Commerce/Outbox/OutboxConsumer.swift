package import Postgres

/// Who is told of events: by a name that stays, for the database remembers by it what was told.
package struct OutboxConsumer: Sendable {
    package typealias Handler = @Sendable (OutboxEvent, PostgresTransaction) async throws -> Void

    package let name: StaticString
    package let topics: Set<OutboxTopic>
    /// Its effect belongs into the transaction, with which the event counts as told: so it happens once. What it does
    /// elsewhere may happen again, after a crash or when another event of the same transaction failed. It waits for
    /// nothing but the database; what is to go out of the house is written down here and sent by somebody else.
    let handle: Handler

    package init(_ name: StaticString, topics: Set<OutboxTopic>, _ handle: @escaping Handler) {
        self.name = name
        self.topics = topics
        self.handle = handle
    }
}
