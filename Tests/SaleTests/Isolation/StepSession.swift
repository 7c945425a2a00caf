import Postgres
import TestSupport
import Testing

/// A session whose transaction goes on one step at a time, as its test says: races by hand, in every order.
final class StepSession: Sendable {
    typealias Body = @Sendable (PostgresTransaction) async throws -> Void

    struct RolledBack: Error {}
    struct NoAnswer: Error {}

    private enum Order: Sendable {
        case step(Body)
        case commit, rollBack
    }

    private let orders: AsyncStream<Order>.Continuation
    private let task: Task<Void, any Error>
    private let process: Int
    private let url: String

    /// How often it is looked whether a step waits before the test gives up.
    private static let lookCountMax = 2000

    private static let pid = PostgresStatement("step_pid", "SELECT pg_backend_pid()", effect: .reads)

    init(_ sale: SaleDatabase) async throws {
        let (orders, continuation) = AsyncStream.makeStream(of: Order.self)
        let (pids, pid) = AsyncStream.makeStream(of: Int.self)
        let database = sale.database
        self.url = sale.url
        self.orders = continuation
        self.task = Task {
            try await database.transaction("step", retriesConflicts: false) { transaction in
                pid.yield(try await transaction.run(Self.pid).single())
                for await order in orders {
                    switch order {
                    case .step(let body): try await body(transaction)
                    case .commit: return
                    case .rollBack: throw RolledBack()
                    }
                }
            }
        }
        var process: Int?
        for await one in pids {
            process = one
            break
        }
        self.process = try #require(process)
    }

    /// Begins a step; its value is what it comes to, once it goes through.
    func begin<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresTransaction) async throws -> Value
    ) -> Task<Value, any Error> {
        let (answers, answer) = AsyncThrowingStream.makeStream(of: Value.self)
        self.orders.yield(
            .step { transaction in
                do {
                    answer.yield(try await body(transaction))
                    answer.finish()
                } catch { answer.finish(throwing: error) }
            })
        return Task {
            for try await value in answers { return value }
            throw NoAnswer()
        }
    }

    /// A step that waits for nobody.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await self.begin(body).value
    }

    func commit() async throws {
        self.orders.yield(.commit)
        try await self.task.value
    }

    func rollBack() async throws {
        self.orders.yield(.rollBack)
        do { try await self.task.value } catch is RolledBack {}
    }

    /// Returns once the step that it is at waits for a lock of another session.
    func expectWaiting(sourceLocation: SourceLocation = #_sourceLocation) throws {
        for _ in 0..<Self.lookCountMax {
            let count = try SaleDatabase.cluster.query(
                "SELECT cardinality(pg_blocking_pids(\(self.process)))", at: self.url)
            if count != "0" { return }
        }
        Issue.record("nothing was waited for", sourceLocation: sourceLocation)
    }
}
