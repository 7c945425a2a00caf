import Primitives
import Testing

@testable import Postgres

@Suite("COPY on a real server") struct CopyTests {
    private static let create = PostgresStatement("create", "CREATE TABLE line (id int PRIMARY KEY, text text)")
    private static let copyIn = PostgresStatement("copy_in", "COPY line FROM STDIN", purpose: .long)
    private static let copyOut = PostgresStatement(
        "copy_out", "COPY (SELECT * FROM line ORDER BY id) TO STDOUT", purpose: .long)
    private static let count = PostgresStatement("count", "SELECT count(*) FROM line", effect: .reads)
    private static let lineCount = 50_000

    private func fill(_ database: PostgresDatabase) async throws -> Int {
        var next = 0
        return try await database.copyIn(Self.copyIn) {
            if next >= Self.lineCount { return nil }
            var bytes: [UInt8] = []
            for _ in 0..<1000 {
                bytes += Array("\(next)\tline number \(next)\n".utf8)
                next += 1
            }
            return bytes
        }
    }

    @Test("Rows go in and come out as they went")
    func roundTrip() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.create)
        #expect(try await self.fill(live.database) == Self.lineCount)
        var chunks: [Int] = []
        var text: [UInt8] = []
        let count = try await live.database.copyOut(Self.copyOut) { bytes in
            chunks.append(bytes.count)
            text += bytes
            #expect(bytes.last == UInt8(ascii: "\n"))
        }
        #expect(count == Self.lineCount)
        #expect(chunks.count > 10 && chunks.allSatisfy { $0 < 128 * 1024 })
        #expect(text == Array((0..<Self.lineCount).map { "\($0)\tline number \($0)\n" }.joined().utf8))
    }

    @Test("What is wrong with a row, or stops the one who gives them, leaves nothing")
    func failures() async throws {
        let live = try LiveDatabase()
        struct Stop: Error {}
        _ = try await live.database.run(Self.create)
        var parts = ["1\ta\n", "1\tb\n"]
        let failure = await #expect(throws: PostgresError.self) {
            _ = try await live.database.copyIn(Self.copyIn) { parts.isEmpty ? nil : Array(parts.removeFirst().utf8) }
        }
        #expect(failure?.code == .uniqueViolation(constraint: "line_pkey"))
        parts = ["1\ta\n"]
        await #expect(throws: Stop.self) {
            _ = try await live.database.copyIn(Self.copyIn) {
                guard !parts.isEmpty else { throw Stop() }
                return Array(parts.removeFirst().utf8)
            }
        }
        #expect(try await live.database.run(Self.count).single(Int.self) == 0)
        #expect(try await self.fill(live.database) == Self.lineCount)
    }

    @Test("More at a time than may be are refused")
    func bound() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.create)
        let failure = await #expect(throws: PostgresError.self) {
            _ = try await live.database.copyIn(Self.copyIn) {
                _ = try await live.database.copyOut(Self.copyOut) { _ in }
                return nil
            }
        }
        #expect(failure?.code == .overloaded)
    }
}
