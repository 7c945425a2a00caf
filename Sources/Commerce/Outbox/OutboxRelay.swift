package import Observability
package import Postgres
internal import Primitives
internal import Synchronization

/// Tells consumers what happened: at least once, in order for each aggregate, and with one effect.
///
/// Events are read out of the outbox by one process at a time and become a delivery for each consumer. A consumer is
/// told by one process at a time, several events in one transaction, in which it has its effect, is noted in `inbox`,
/// and the delivery goes: whatever dies when, all of it happened or nothing. An event that fails is written down with
/// the time of its next attempt; until then it holds back its own aggregate and nobody else's. Nothing is ever lost:
/// one that failed too often is parked, which is an error in the log, a metric, and an attempt an hour.
///
/// Each function is one round; `OutboxRelay+Life` goes round.
package final class OutboxRelay: Sendable {
    let database: PostgresDatabase
    let consumers: [OutboxConsumer]
    let limits: OutboxLimits
    let metrics: OutboxMetrics
    let log: Log
    /// For who reads the outbox: whoever has committed events in this process may ring. And for each consumer.
    let spreadBell: Bell
    let bells: [Bell]
    /// The transaction that everything waits for that was there when the outbox was read last; 0 when it is another
    /// matter.
    private let awaited = Atomic<Int64>(0)

    /// Those of this program. What a newer one beside it tells of is for that one to tell on.
    private static let topics = OutboxTopic.allCases.map(\.rawValue)
    /// The first number of its advisory locks.
    private static let lockKind: Int32 = 7_010_002
    private static let reasonLengthMax = 200

    package enum Progress: Equatable, Sendable {
        /// There is nothing more to tell at the moment.
        case idle
        case more
        /// Events have to wait for transactions that are as old as theirs.
        case heldBack
        /// Another process is at it.
        case elsewhere
        case failed(OutboxPace.Outcome)
    }

    package init(
        database: PostgresDatabase, consumers: [OutboxConsumer], limits: OutboxLimits = OutboxLimits(),
        bell: Bell = Bell(), metrics: OutboxMetrics, log: Log
    ) {
        precondition(Set(consumers.map(\.name.description)).count == consumers.count, "a consumer has its own name")
        self.database = database
        self.consumers = consumers
        self.spreadBell = bell
        self.limits = limits
        self.metrics = metrics
        self.log = log
        self.bells = consumers.map { _ in Bell() }
    }

    /// Makes consumers known: from now on events are kept for them. Before the first `spread`, and from time to time.
    package func register() async throws(PostgresError) {
        let topics = self.consumers.map { $0.topics.map(\.rawValue).sorted().joined(separator: " ") }
        _ = try await self.database.run(
            OutboxStatements.register, self.consumers.map(\.name.description), topics)
    }

    // MARK: Out of the outbox

    /// Makes deliveries of some events; those that nobody takes are done with. Rings for whom there is something.
    package func spread() async throws -> Progress {
        let names = self.consumers.map(\.name.description)
        guard let look = try await self.database.run(OutboxStatements.look, names, Self.topics).first
        else { return .idle }
        let due = try look.get(2, as: String.self).split(separator: " ")
        for (name, bell) in zip(names, self.bells) where due.contains(name[...]) { bell.ring() }
        if try look.get(0, as: Bool.self) { return .idle }
        // As long as the same transaction is under way, reading it all again would find the same.
        if try look.get(1, as: Int64.self) <= self.awaited.load(ordering: .relaxed) { return .heldBack }
        self.awaited.store(0, ordering: .relaxed)
        let (progress, awaited) = try await self.database.transaction(
            "outbox_spread", options: PostgresTransactionOptions(purpose: .background)
        ) { transaction -> (Progress, Int64) in
            guard try await Self.lock("outbox", in: transaction) else { return (.elsewhere, 0) }
            let rows = try await transaction.run(
                OutboxStatements.spread, self.limits.spreadCountMax, self.limits.absenceTime.milliseconds)
            guard let row = rows.first else { return (.idle, 0) }
            let (count, hasMore): (Int, Bool) = (try row.get(0), try row.get(1))
            if count >= self.limits.spreadCountMax { return (.more, 0) }
            return hasMore ? (.heldBack, count == 0 ? try row.get(2) : 0) : (.idle, 0)
        }
        for bell in self.bells { bell.ring() }
        self.awaited.store(awaited, ordering: .relaxed)
        return progress
    }

    /// False while another process has it.
    private static func lock(_ what: String, in transaction: PostgresTransaction) async throws(PostgresError) -> Bool {
        try await transaction.run(OutboxStatements.lock, self.lockKind, what).single()
    }

    // MARK: To a consumer

    /// Tells a consumer some of what waits for it. Throws what has nothing to do with the events.
    package func tell(_ consumer: OutboxConsumer, countMax: Int) async throws -> Progress {
        let name = consumer.name.description
        guard try await self.database.run(OutboxStatements.hasDelivery, name, Self.topics).single(Bool.self) else {
            return .idle
        }
        /// The delivery that a failure is of, if it can be told.
        var current: Int64?
        do {
            let (progress, toldCount) = try await self.database.transaction(
                "outbox_tell", actor: "outbox:" + name, options: PostgresTransactionOptions(purpose: .background)
            ) { transaction -> (Progress, Int) in
                current = nil
                guard try await Self.lock("consumer " + name, in: transaction) else { return (.elsewhere, 0) }
                let rows = try await transaction.run(OutboxStatements.take, name, countMax, Self.topics)
                guard !rows.isEmpty else { return (.idle, 0) }
                let ids = try rows.map { try $0.get(0, as: Int64.self) }
                var fresh = try await self.note(rows, for: name, in: transaction)
                let freshCount = fresh.count
                for (row, id) in zip(rows, ids) {
                    // Each once, though it were delivered twice in one batch.
                    guard fresh.remove(try row.get(1)) != nil else { continue }
                    let event = try Self.event(row)
                    current = id
                    try await consumer.handle(event, transaction)
                }
                // What goes wrong from here on may be of any of them.
                current = ids.count == 1 ? ids.first : nil
                _ = try await transaction.run(OutboxStatements.done, ids)
                return (ids.count >= countMax ? .more : .idle, freshCount)
            }
            self.metrics.told(toldCount, consumer)
            return progress
        } catch {
            guard !Self.isOfTheDatabase(error) else { throw error }
            self.metrics.failed(consumer)
            guard let current else {
                self.log.warning("events not told", ["consumer": .text(name), "reason": .text(Self.reason(error))])
                return .failed(.failedSomewhere)
            }
            try await self.writeDown(error, of: current, consumer)
            return .failed(.failedAtEvent)
        }
    }

    /// Tries everything that is parked for a consumer anew, at once: for whoever has mended what was wrong.
    package func unpark(_ consumer: StaticString) async throws(PostgresError) -> Int {
        let count = try await self.database.run(OutboxStatements.unpark, consumer.description).affectedCount
        for bell in self.bells { bell.ring() }
        return count
    }

    private func note(
        _ rows: PostgresRows, for consumer: String, in transaction: PostgresTransaction
    ) async throws -> Set<PostgresUUID> {
        let events = try rows.map { try $0.get(1, as: PostgresUUID.self) }
        return Set(try await transaction.run(OutboxStatements.note, consumer, events).map { try $0.get(0) })
    }

    private func writeDown(_ error: any Error, of delivery: Int64, _ consumer: OutboxConsumer) async throws {
        let reason = Self.reason(error)
        let limits = self.limits
        let rows = try await self.database.run(
            OutboxStatements.failed, delivery, reason, limits.attemptCountMax, limits.retryTime.milliseconds,
            limits.retryTimeMax.milliseconds, limits.parkedRetryTime.milliseconds)
        // Nothing is there to be written down when another process has told it meanwhile.
        guard let row = rows.first else { return }
        let (attemptCount, isParked): (Int, Bool) = (try row.get(0), try row.get(1))
        let values: KeyValuePairs<StaticString, LogValue> = [
            "consumer": .text(consumer.name.description), "delivery": .number(Int(delivery)),
            "attempts": .number(attemptCount), "reason": .text(reason),
        ]
        if isParked {
            self.log.error("event parked", values)
        } else {
            self.log.warning("event not told", values)
        }
    }

    private static func event(_ row: PostgresRow) throws -> OutboxEvent {
        let (name, at): (String, PostgresTimestamp) = (try row.get(2), try row.get(5))
        guard let topic = OutboxTopic(rawValue: name) else { throw PostgresError(.decoding) }
        return OutboxEvent(
            id: try row.get(1), topic: topic, aggregate: try row.get(3), payload: try row.get(4), at: at.wallClock)
    }

    /// What would be the same with any event, and is no failure of this one.
    private static func isOfTheDatabase(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return switch error.code {
        case .unavailable, .overloaded, .commitUnknown, .diskFull: true
        default: false
        }
    }

    /// Errors of the database and problems say nothing of what they are about; of others the type alone is told.
    private static func reason(_ error: any Error) -> String {
        let text = error is PostgresError ? "\(error)" : "\(type(of: error))"
        return String(text.prefix(Self.reasonLengthMax))
    }
}
