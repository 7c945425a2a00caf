import Primitives
import TestSupport
import Testing

@testable import Postgres

@Suite("COPY on a real server", .timeLimit(.minutes(5))) struct CopyTests {
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
        let filled = try await within(.seconds(20), "the end of a COPY", on: live) {
            try await self.fill(live.database)
        }
        #expect(filled == Self.lineCount)
        let (count, chunks, text) = try await within(.seconds(20), "the last row of a COPY", on: live) {
            var chunks: [Int] = []
            var text: [UInt8] = []
            let count = try await live.database.copyOut(Self.copyOut) { bytes in
                chunks.append(bytes.count)
                text += bytes
                #expect(bytes.last == UInt8(ascii: "\n"))
            }
            return (count, chunks, text)
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

    @Test("A row that was refused long before the end is told at the end")
    func earlyRefusal() async throws {
        let live = try LiveDatabase()
        _ = try await live.database.run(Self.create)
        let code = try await within(.seconds(10), "the answer to a COPY that was refused early", on: live) {
            await failureCode {
                // No number: refused at once, where a row that is there already is only at the end.
                var parts = ["x\ta\n"]
                _ = try await live.database.copyIn(Self.copyIn) {
                    guard parts.isEmpty else { return Array(parts.removeFirst().utf8) }
                    await live.rest(.milliseconds(500))
                    return nil
                }
            }
        }
        #expect(code == .other(sqlState: "22P02"))
    }

    @Test("The server waits for whoever takes rows slowly, so that they do not pile up in memory")
    func slowTaker() async throws {
        let live = try LiveDatabase()
        let many = PostgresStatement(
            "copy_many", "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 30000)) TO STDOUT", purpose: .long)
        let waits = PostgresStatement(
            "copy_waits",
            """
            SELECT coalesce(wait_event, '') FROM pg_stat_activity
            WHERE query LIKE 'COPY (SELECT repeat%' AND datname = current_database()
            """, effect: .reads)
        var byteCount = 0
        let count = try await live.database.copyOut(many) { bytes in
            if byteCount == 0 {
                await live.rest(.milliseconds(800))
                let state = try await live.database.run(waits).single(String.self)
                #expect(state == "ClientWrite")
            }
            byteCount += bytes.count
        }
        #expect(count == 30_000 && byteCount == 30_000 * 1001)
    }

    @Test("A session that comes when its COPY was given up is not begun with")
    func lateSession() async throws {
        var limits = PostgresLimits()
        limits.copyStallTime = .milliseconds(100)
        let faulty = try FaultyDatabase(limits: limits)
        _ = try await faulty.direct.database.run(Self.create)
        faulty.proxy.set(.delay(milliseconds: 60))
        let writing = PostgresStatement(
            "copy_writing", "COPY (INSERT INTO line VALUES (1, 'late') RETURNING id) TO STDOUT", purpose: .long)
        let code = await failureCode { _ = try await faulty.live.database.copyOut(writing) { _ in } }
        #expect(code == .timedOut)
        await faulty.live.rest(.milliseconds(1000))
        #expect(try await faulty.direct.database.run(Self.count).single(Int.self) == 0)
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
