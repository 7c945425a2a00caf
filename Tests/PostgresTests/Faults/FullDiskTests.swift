import Foundation
import Primitives
import TestSupport
import Testing

@testable import Postgres

/// F-07: the disk of the data is full, that of the log of changes is not.
@Suite("A full disk", .serialized, .timeLimit(.minutes(5))) struct FullDiskTests {
    private static let createSpace = "CREATE TABLESPACE small LOCATION"
    private static let create = PostgresStatement(
        "create", "CREATE TABLE seat (id int, note text) TABLESPACE small")
    /// Some 1900 bytes that are stored as they are.
    private static let insert = PostgresStatement(
        "insert",
        "INSERT INTO seat SELECT $1, string_agg(md5(random()::text), '') FROM generate_series(1, 60)")
    private static let count = PostgresStatement("count", "SELECT count(*) FROM seat", effect: .reads)

    private static func mount(_ arguments: String, at path: String) throws -> Bool {
        try TestCommand.run("/bin/mount", ["-t", "tmpfs", "-o", arguments, "tmpfs", path]).status == 0
    }

    /// Whether this user may mount a file system here.
    private static let canMount: Bool = {
        guard geteuid() == 0, let place = try? TemporaryDirectory() else { return false }
        defer { _ = try? TestCommand.run("/bin/umount", [place.path]) }
        return (try? Self.mount("size=1m", at: place.path)) ?? false
    }()

    @Test(
        "refuses writes with a code of its own, answers reads, and is over when there is room", .enabled(if: canMount))
    func full() async throws {
        let place = try TemporaryDirectory()
        #expect(try Self.mount("size=4m,mode=1777", at: place.path))
        chmod(place.path, 0o1777)
        let cluster = TestCluster()
        defer {
            try? cluster.perform(.stopImmediately)
            _ = try? TestCommand.run("/bin/umount", [place.path])
        }
        // Made by the server, so that it owns it.
        try cluster.query("COPY (SELECT 1) TO PROGRAM 'mkdir \(place.path)/space'")
        try cluster.query("\(Self.createSpace) '\(place.path)/space'")
        let live = try LiveDatabase(url: try cluster.url())
        _ = try await live.database.run(Self.create)
        var written = 0
        var code: PostgresError.Code?
        while code == nil, written < 5000 {
            code = await failureCode { _ = try await live.database.run(Self.insert, Int32(written)) }
            if code == nil { written += 1 }
        }
        #expect(code == .diskFull && written > 100)
        #expect(PostgresError(.diskFull).isTemporary)
        let inTransaction = await failureCode {
            try await live.database.transaction("insert") { _ = try await $0.run(Self.insert, Int32(-1)) }
        }
        #expect(inTransaction == .diskFull)
        #expect(try await live.database.run(Self.count).single(Int.self) == written)
        #expect(try Self.mount("remount,size=8m", at: place.path))
        _ = try await live.database.run(Self.insert, Int32(written))
        #expect(try await live.database.run(Self.count).single(Int.self) == written + 1)
        #expect(live.metric("podo_postgres_lost_answers_total") == 0)
        #expect(live.metric(#"podo_postgres_failures_total{class="disk-full"}"#) == 2)
    }
}
