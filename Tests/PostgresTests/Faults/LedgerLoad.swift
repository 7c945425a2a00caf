import Primitives
import Testing

@testable import Postgres

/// Work whose result shows whether a commit was lost, doubled or cut in half: every operation moves one coin between two
/// accounts and writes down its own number.
struct LedgerLoad: Sendable {
    static let create = PostgresStatement(
        "create_account", "CREATE TABLE account (id int PRIMARY KEY, coins int NOT NULL)")
    static let createJournal = PostgresStatement(
        "create_journal", "CREATE TABLE journal (operation bigint PRIMARY KEY, runs int NOT NULL)")
    static let fill = PostgresStatement("fill", "INSERT INTO account SELECT i, 1000 FROM generate_series(0, 9) i")
    private static let move = PostgresStatement("move", "UPDATE account SET coins = coins + $2 WHERE id = $1")
    private static let note = PostgresStatement("note", "INSERT INTO journal VALUES ($1, 1)")
    private static let journal = PostgresStatement(
        "journal", "SELECT operation FROM journal ORDER BY operation", effect: .reads)
    private static let total = PostgresStatement("total", "SELECT sum(coins) FROM account", effect: .reads)

    enum Result: Sendable, Equatable {
        case acknowledged, failed, unknown
    }

    static func prepare(_ database: PostgresDatabase) async throws {
        _ = try await database.run(Self.create)
        _ = try await database.run(Self.createJournal)
        _ = try await database.run(Self.fill)
    }

    static func perform(_ operation: Int, on database: PostgresDatabase) async -> Result {
        let code = await failureCode {
            try await database.transaction("move") { transaction in
                // In the order of accounts, so that they do not wait for each other in a circle.
                let (first, second) = (operation % 9, operation % 9 + 1)
                _ = try await transaction.run(Self.move, Int32(first), Int32(-1))
                _ = try await transaction.run(Self.move, Int32(second), Int32(1))
                _ = try await transaction.run(Self.note, operation)
            }
        }
        return code == nil ? .acknowledged : code == .commitUnknown ? .unknown : .failed
    }

    /// What was acknowledged is there, what failed is not, and no coin was made or lost.
    static func expectIntegrity(_ results: [Result], _ database: PostgresDatabase) async throws {
        let present = Set(try await database.run(Self.journal).map { try $0.get(0, as: Int.self) })
        for (operation, result) in results.enumerated() {
            switch result {
            case .acknowledged: #expect(present.contains(operation), "operation \(operation) was lost")
            case .failed: #expect(!present.contains(operation), "operation \(operation) happened all the same")
            case .unknown: break
            }
        }
        #expect(try await database.run(Self.total).single(Int.self) == 10_000)
    }

    /// Operations by some callers at once, until each has done its share or `isOver`.
    static func run(
        _ database: PostgresDatabase, callerCount: Int, operationCount: Int
    ) async -> [Result] {
        await withTaskGroup(of: [(Int, Result)].self) { group in
            for caller in 0..<callerCount {
                group.addTask {
                    var results: [(Int, Result)] = []
                    for number in 0..<operationCount {
                        let operation = caller * operationCount + number
                        results.append((operation, await Self.perform(operation, on: database)))
                    }
                    return results
                }
            }
            var all = [Result](repeating: .failed, count: callerCount * operationCount)
            for await results in group {
                for (operation, result) in results { all[operation] = result }
            }
            return all
        }
    }
}
