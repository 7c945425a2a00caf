import Observability
import Postgres
import Primitives
import Testing

@testable import Commerce

/// A relay of one process, with consumers that write down what they are told, in the transaction.
final class OutboxRig: Sendable {
    let rig: CommerceRig
    let relay: OutboxRelay
    let consumers: [OutboxConsumer]

    static let keep = PostgresStatement(
        "test_effect", "INSERT INTO effect (consumer, aggregate, payload) VALUES ($1, $2, $3::text::jsonb)")

    init(
        beside other: OutboxRig? = nil, limits: OutboxLimits = OutboxLimits(),
        consumers: [OutboxConsumer] = [OutboxRig.writer("writer")]
    ) async throws {
        self.rig = try CommerceRig(beside: other?.rig)
        self.consumers = consumers
        self.relay = OutboxRelay(
            database: self.rig.database, consumers: consumers, limits: limits,
            metrics: OutboxMetrics(consumers: consumers, registry: self.rig.registry), log: self.rig.log)
        if other == nil {
            try self.rig.sql(
                """
                CREATE TABLE effect (
                    n bigint GENERATED ALWAYS AS IDENTITY, consumer text, aggregate text, payload jsonb)
                """)
        }
        let relay = self.relay
        try await self.rig.onLoop { try await relay.register() }
    }

    /// Writes down what it is told, after `first` had its say.
    static func writer(
        _ name: StaticString, topics: Set<OutboxTopic> = [.ticketIssued, .ticketRevoked],
        first: @escaping OutboxConsumer.Handler = { _, _ in }
    ) -> OutboxConsumer {
        OutboxConsumer(name, topics: topics) { event, transaction in
            try await first(event, transaction)
            _ = try await transaction.run(
                Self.keep, name.description, event.aggregate, event.payload)
        }
    }

    /// Events that have happened, each in a transaction of its own.
    func add(_ payloads: Int..., to aggregate: String = "ticket:1", topic: OutboxTopic = .ticketIssued) throws {
        for payload in payloads {
            try self.rig.sql(
                """
                INSERT INTO outbox (topic, aggregate, payload)
                VALUES ('\(topic.rawValue)', '\(aggregate)', '{"n":\(payload)}')
                """)
        }
    }

    /// Goes round until nothing is left that can be told now.
    func work() async throws {
        let (relay, consumers) = (self.relay, self.consumers)
        try await self.rig.onLoop {
            while try await relay.spread() == .more {}
            for consumer in consumers {
                var pace = OutboxPace(relay.limits)
                rounds: for _ in 0..<1000 {
                    switch try await relay.tell(consumer, countMax: pace.batchCount) {
                    case .idle, .elsewhere, .heldBack: break rounds
                    case .more: _ = pace.note(.told)
                    case .failed(let outcome): _ = pace.note(outcome)
                    }
                }
            }
        }
    }

    /// The same, when everything has been read.
    func settle() async throws {
        try await self.read()
        try await self.work()
    }

    /// Makes deliveries of everything: transactions of other tests' databases hold events back as well.
    func read() async throws {
        let relay = self.relay
        try await self.rig.wait {
            _ = try await self.rig.onLoop { try await relay.spread() }
            return try self.count("outbox") == 0
        }
    }

    /// What a consumer was told of an aggregate, in order.
    func told(_ aggregate: String = "ticket:1", _ consumer: String = "writer") throws -> [Int] {
        let text = try self.rig.sql(
            """
            SELECT payload->>'n' FROM effect WHERE consumer = '\(consumer)' AND aggregate = '\(aggregate)' ORDER BY n
            """)
        return text.split(separator: "\n").compactMap { Int($0) }
    }

    func count(_ table: String) throws -> Int { Int(try self.rig.sql("SELECT count(*) FROM \(table)")) ?? -1 }
}

/// A transaction that stays open until it is told to go on.
final class OpenTransaction: Sendable {
    private let gate = Gate()
    private let task: Task<Void, any Error>

    private static let stay = PostgresStatement("test_stay", "SET LOCAL idle_in_transaction_session_timeout = 0")
    private static let number = PostgresStatement("test_number", "SELECT pg_current_xact_id()::text")

    /// Returns when `first` is done; the transaction has a number, and is open. `last` is done before it commits.
    init(
        _ rig: CommerceRig, first: @escaping @Sendable (PostgresTransaction) async throws -> Void = { _ in },
        last: @escaping @Sendable (PostgresTransaction) async throws -> Void = { _ in }
    ) async throws {
        let gate = self.gate
        let task = Task {
            try await rig.database.transaction("test_open") { transaction in
                // However long the others take on a busy machine.
                _ = try await transaction.run(Self.stay)
                _ = try await transaction.run(Self.number)
                try await first(transaction)
                await gate.pass()
                try await last(transaction)
            }
        }
        self.task = task
        try await rig.wait { gate.waiterCount == 1 }
    }

    func commit() async throws {
        self.gate.open()
        try await self.task.value
    }
}
