import Crypto
import Foundation
import Testing

@testable import podo

@Suite struct SecretFileTests {
    static let line = "1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"

    static func sentence(_ load: () throws -> RootSecret) -> String {
        do {
            _ = try load()
            return "loaded"
        } catch {
            return (error as? StartError)?.sentence ?? "\(error)"
        }
    }

    static func write(_ text: String, to path: String, mode: mode_t) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        chmod(path, mode)
    }

    @Test("the first start makes a secret for its user alone, and the next ones read the same")
    func made() throws {
        let temporary = try TemporaryDirectory()
        let file = SecretFile(configured: nil, dataDirectory: temporary.path)
        // What a crash in the middle of the first start leaves.
        try Self.write("half", to: file.path + ".new", mode: 0o644)
        let secret = try file.load()
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try file.load().text() == secret.text())
        #expect(try file.reload().text() == secret.text())
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["secret"])
        unlink(file.path)
        #expect(Self.sentence { try file.reload() }.contains("put it back from a backup"))
        #expect(try file.load().text() != secret.text())
    }

    @Test("a rotation puts a new secret in front of all others, for the user alone")
    func rotated() throws {
        let temporary = try TemporaryDirectory()
        let file = SecretFile(configured: nil, dataDirectory: temporary.path)
        let first = try file.load()
        #expect(try file.rotate() == 2)
        let second = try file.load()
        #expect(second.generations.map(\.number) == [2, 1])
        #expect(second.text().suffix(first.text().count) == first.text()[...])
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["secret"])
        for number in 3...RootSecret.generationCountMax { #expect(try file.rotate() == number) }
        let full = try file.load().text()
        #expect(
            Self.sentence {
                _ = try file.rotate(); return first
            }.contains("has 16 generations"))
        #expect(try file.load().text() == full)
        // What is none is not made better.
        try Self.write("half", to: file.path, mode: 0o600)
        #expect(
            Self.sentence {
                _ = try file.rotate(); return first
            }.contains("has a line 1"))
        unlink(file.path)
        #expect(
            Self.sentence {
                _ = try file.rotate(); return first
            }.contains("does not exist"))
        #expect(access(file.path, F_OK) != 0)
    }

    @Test("of many who rotate at once each puts a generation of its own in front, and none is lost")
    func rotatedAtOnce() async throws {
        let temporary = try TemporaryDirectory()
        let file = SecretFile(configured: nil, dataDirectory: temporary.path)
        _ = try file.load()
        let count = RootSecret.generationCountMax - 1
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<count { group.addTask { try file.rotate() } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(numbers == Set(2...RootSecret.generationCountMax))
        #expect(try file.load().generations.count == RootSecret.generationCountMax)
    }

    @Test("a rotation keeps who may read the file, and a link to it")
    func rotatedInPlace() throws {
        let temporary = try TemporaryDirectory()
        let file = SecretFile(configured: temporary.path + "/link", dataDirectory: temporary.path)
        try Self.write(Self.line, to: temporary.path + "/elsewhere", mode: 0o400)
        symlink("elsewhere", file.path)
        #expect(try file.rotate() == 2)
        let manager = FileManager.default
        #expect(try manager.destinationOfSymbolicLink(atPath: file.path) == "elsewhere")
        let attributes = try manager.attributesOfItem(atPath: temporary.path + "/elsewhere")
        #expect(attributes[.posixPermissions] as? Int == 0o400)
        #expect(try file.load().generations.map(\.number) == [2, 1])
    }

    @Test("whoever rotates is told what is next")
    func told() {
        #expect(KeysCommand.text(2, path: "var/secret", holder: 17).contains("Generation 2 is in front in var/secret."))
        #expect(KeysCommand.text(2, path: "var/secret", holder: 17).hasSuffix("kill -HUP 17"))
        #expect(KeysCommand.text(2, path: "var/secret", holder: nil).hasSuffix("at its next start."))
    }

    @Test("a file that is named must be there: none is made")
    func named() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/mine"
        let file = SecretFile(configured: path, dataDirectory: temporary.path)
        let sentence = Self.sentence { try file.load() }
        #expect(sentence.hasPrefix("secret-file: \(path) does not exist; put a secret there by:"))
        #expect(access(path, F_OK) != 0)
        try Self.write(Self.line, to: path, mode: 0o400)
        #expect(try file.load().text() == Array(Self.line.utf8))
    }

    @Test("a file that others can read or change is refused, with what to do", arguments: [0o644, 0o620, 0o602])
    func readable(mode: Int) throws {
        let temporary = try TemporaryDirectory()
        let file = SecretFile(configured: temporary.path + "/secret", dataDirectory: temporary.path)
        try Self.write(Self.line, to: file.path, mode: mode_t(mode))
        let sentence = Self.sentence { try file.load() }
        #expect(sentence.contains("can be read or changed by others: chmod 6"))
        #expect(!sentence.contains("0001"))
    }

    @Test(
        "a file that holds no secret is refused, with what to do",
        arguments: [
            ("", "is empty"), ("1 password", "shorter than 64"), ("x", "not a number from 1 to 255"),
            (String(repeating: "a", count: 5000), "longer than 2048 bytes"),
        ])
    func malformed(text: String, reason: String) throws {
        let temporary = try TemporaryDirectory()
        let file = SecretFile(configured: nil, dataDirectory: temporary.path)
        try Self.write(text, to: file.path, mode: 0o600)
        let sentence = Self.sentence { try file.load() }
        #expect(sentence.contains(reason))
        #expect(sentence.contains("openssl rand -hex 32"))
        #expect(!sentence.contains("password"))
    }

    @Test("a directory in its place is refused, and a file is followed where a link leads")
    func kinds() throws {
        let temporary = try TemporaryDirectory()
        mkdir(temporary.path + "/secret", 0o700)
        let file = SecretFile(configured: nil, dataDirectory: temporary.path)
        #expect(Self.sentence { try file.load() }.hasSuffix("is not a file"))
        rmdir(temporary.path + "/secret")
        try Self.write(Self.line, to: temporary.path + "/elsewhere", mode: 0o600)
        symlink("elsewhere", file.path)
        #expect(try file.load().text() == Array(Self.line.utf8))
    }
}
