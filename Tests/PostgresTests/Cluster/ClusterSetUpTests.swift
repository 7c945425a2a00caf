import Foundation
import Testing

@testable import Postgres

@Suite
struct ClusterSetUpTests {
    @Test
    func `the programs of a database are those of its version, and for a new one the newest`() throws {
        let installed = [
            PostgresPrograms(directory: "/17", major: 17), PostgresPrograms(directory: "/15", major: 15),
        ]
        #expect(try PostgresPrograms.choose(installed, version: nil, directory: "/d").major == 17)
        #expect(try PostgresPrograms.choose(installed, version: 15, directory: "/d").major == 15)
        let upgrade = #expect(throws: ClusterError.self) {
            try PostgresPrograms.choose(installed, version: 16, directory: "/d")
        }
        #expect(upgrade?.sentence.contains("was made by PostgreSQL 16, and 17 and 15 is installed") == true)
        #expect(upgrade?.sentence.contains("pg_upgrade") == true)
        let old = #expect(throws: ClusterError.self) {
            try PostgresPrograms.choose([PostgresPrograms(directory: "/13", major: 13)], version: nil, directory: "/d")
        }
        #expect(old?.sentence.contains("needs 15 or later") == true)
        let none = #expect(throws: ClusterError.self) { try PostgresPrograms.choose([], version: 15, directory: "/d") }
        #expect(none?.sentence.contains("is not installed") == true)
    }

    @Test
    func `programs are found where Debian has them, on the path, and in the one place that is configured`() throws {
        let debian = PostgresPrograms.installed(configured: nil, searchPath: "")
        let newest = try #require(debian.first)
        #expect(PostgresPrograms.installed(configured: newest.directory, searchPath: "") == [newest])
        #expect(PostgresPrograms.installed(configured: "/usr", searchPath: "").isEmpty)
        // Another way to the same programs does not make two of one version.
        #expect(PostgresPrograms.installed(configured: nil, searchPath: "/x:" + newest.directory) == debian)
    }

    @Test(arguments: [256 << 20, 1 << 30, 24 << 30, 1 << 40])
    func `tuning stays within what a machine of any size has`(_ memory: Int) {
        let settings = ClusterTuning(memoryByteCount: memory, coreCount: 2, freeByteCount: memory, connectionCount: 100)
            .settings(compressesLog: true)
        let values = Dictionary(uniqueKeysWithValues: settings)
        let shared = Int(values["shared_buffers"]?.dropLast(2) ?? "") ?? 0
        #expect(shared >= 32 && shared <= memory >> 20 / 4)
        #expect(values["listen_addresses"] == "")
        #expect(values["log_min_messages"] == "error" && values["log_error_verbosity"] == "terse")
    }

    @Test
    func `a full disk leaves little room for the log of changes`() {
        let tuning = ClusterTuning(
            memoryByteCount: 1 << 30, coreCount: 2, freeByteCount: 100 << 20, connectionCount: 136)
        let values = Dictionary(uniqueKeysWithValues: tuning.settings(compressesLog: false))
        #expect(values["max_wal_size"] == "64MB")
        #expect(values["min_wal_size"] == "36MB")
        #expect(values["wal_compression"] == "off")
        #expect(values["max_connections"] == "136")
    }

    @Test
    func `a socket is in the database's directory while its path has room, and has no comma`() {
        let longest = "/" + String(repeating: "x", count: 107 - 15)
        #expect(ClusterSocket.inside(longest)?.directory == longest)
        #expect((longest + "/.s.PGSQL.5432").utf8.count == 107)
        #expect(ClusterSocket.inside(longest + "x") == nil)
        #expect(ClusterSocket.inside("/a,b") == nil)
    }

    @Test
    func `a directory apart is the same for every start, and never somebody else's`() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "podo-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: base) }
        let own = ServerUser(user: geteuid(), group: getegid(), name: "own", isAnother: false)
        let first = try ClusterSocket.apart(for: "/deep", user: own, runtimeDirectory: base)
        #expect(first.isApart && first.directory.hasPrefix(base))
        #expect(try ClusterSocket.apart(for: "/deep", user: own, runtimeDirectory: base) == first)
        #expect(try ClusterSocket.apart(for: "/other", user: own, runtimeDirectory: base) != first)
        // Open to others, or a link: another name is taken.
        chmod(first.directory, 0o755)
        let second = try ClusterSocket.apart(for: "/deep", user: own, runtimeDirectory: base)
        #expect(second != first)
        rmdir(second.directory)
        symlink("/tmp", second.directory)
        let third = try ClusterSocket.apart(for: "/deep", user: own, runtimeDirectory: base)
        #expect(third != first && third != second)
    }

    @Test
    func `a directory that is no database is left alone`() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "podo-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: base + "/postgres", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: base) }
        #expect(try ClusterPlace.look(at: base + "/missing") == nil)
        #expect(try ClusterPlace.look(at: base + "/postgres") == nil)
        try Data("mine".utf8).write(to: URL(filePath: base + "/postgres/notes"))
        let error = #expect(throws: ClusterError.self) { try ClusterPlace.look(at: base + "/postgres") }
        #expect(error?.sentence.contains("move it away") == true)
        try Data("15\n".utf8).write(to: URL(filePath: base + "/postgres/PG_VERSION"))
        #expect(try ClusterPlace.look(at: base + "/postgres")?.version == 15)
        try Data("9.6\n".utf8).write(to: URL(filePath: base + "/postgres/PG_VERSION"))
        #expect(try ClusterPlace.look(at: base + "/postgres")?.version == 9)
        try Data("".utf8).write(to: URL(filePath: base + "/postgres/PG_VERSION"))
        #expect(throws: ClusterError.self) { try ClusterPlace.look(at: base + "/postgres") }
    }
}
