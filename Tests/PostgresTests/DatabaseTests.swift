import Primitives
import Testing

@testable import Postgres

@Suite("Statements and transactions on a real server") struct DatabaseTests {
    private static let createTable = PostgresStatement(
        "create", "CREATE TABLE seat (id bigint PRIMARY KEY, holder text, price int CHECK (price >= 0))")
    private static let insert = PostgresStatement(
        "insert", "INSERT INTO seat (id, holder, price) VALUES ($1, $2, $3)")
    private static let select = PostgresStatement(
        "select", "SELECT id, holder, price FROM seat ORDER BY id", effect: .reads)
    private static let count = PostgresStatement("count", "SELECT count(*) FROM seat", effect: .reads)


    @Test("A statement returns typed rows, and what it changed")
    func rows() async throws {
        let live = try LiveDatabase()
        try await live.onLoop { database in
            _ = try await database.run(Self.createTable)
            #expect(try await database.run(Self.insert, 1, "me", Int32(5)).affectedCount == 1)
            #expect(try await database.run(Self.insert, 2, String?.none, Int32(7)).affectedCount == 1)
            let rows = try await database.run(Self.select)
            #expect(rows.count == 2)
            #expect(try rows[0].get(0, as: Int.self) == 1)
            #expect(try rows[0].get(1, as: String.self) == "me")
            #expect(try rows[1].get(1, as: String?.self) == nil)
            #expect(try rows[1].get(2, as: Int32.self) == 7)
        }
    }

    @Test("What is wrong with a statement comes back as a code, and the next one goes on")
    func errors() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.createTable)
        _ = try await live.database.run(Self.insert, 1, "me", Int32(5))
        let twin = await failureCode { _ = try await live.database.run(Self.insert, 1, "you", Int32(5)) }
        #expect(twin == .uniqueViolation(constraint: "seat_pkey"))
        let check = await failureCode { _ = try await live.database.run(Self.insert, 2, "you", Int32(-5)) }
        #expect(check == .checkViolation(constraint: "seat_price_check"))
        #expect(try await live.database.run(Self.count).single(Int.self) == 1)
    }

    @Test("A transaction commits what it returns from, and nothing of what it throws from")
    func transactions() async throws {
        let live = try LiveDatabase()
        struct Refusal: Error {}
        try await live.onLoop { database in
            _ = try await database.run(Self.createTable)
            let seen = try await database.transaction("book") { transaction in
                _ = try await transaction.run(Self.insert, 1, "me", Int32(5))
                _ = try await transaction.run(Self.insert, 2, "me", Int32(5))
                return try await transaction.run(Self.count).single(Int.self)
            }
            #expect(seen == 2)
            await #expect(throws: Refusal.self) {
                try await database.transaction("book") { transaction in
                    _ = try await transaction.run(Self.insert, 3, "me", Int32(5))
                    throw Refusal()
                }
            }
            #expect(try await database.run(Self.count).single(Int.self) == 2)
        }
    }

    @Test("An error that a body hides still rolls its transaction back")
    func hiddenErrors() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.createTable)
        let code = await failureCode {
            try await live.database.transaction("book") { transaction in
                _ = try await transaction.run(Self.insert, 1, "me", Int32(5))
                do { _ = try await transaction.run(Self.insert, 1, "me", Int32(5)) } catch {}
                do { _ = try await transaction.run(Self.insert, 2, "me", Int32(5)) } catch {}
            }
        }
        #expect(code == .uniqueViolation(constraint: "seat_pkey"))
        #expect(try await live.database.run(Self.count).single(Int.self) == 0)
    }
}
