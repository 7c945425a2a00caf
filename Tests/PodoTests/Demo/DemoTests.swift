import Foundation
import Testing

@testable import podo

/// `podo serve --demo`, as somebody starts it who has just come.
@Suite("A demo") struct DemoTests {
    private static func json(_ temporary: TemporaryDirectory) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: temporary.path + "/var/demo.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// Starts it, waits until it listens, and ends it.
    private static func run(in temporary: TemporaryDirectory, _ more: [String]) throws -> (code: Int32, said: String) {
        let podo = try ServeCommandTests.start(in: temporary, more)
        let first = podo.firstLine()
        if first.hasPrefix("Podo listens") { kill(podo.process.processIdentifier, SIGTERM) }
        let code = podo.exitCode()
        return (code, first + "\n" + podo.complaint())
    }

    @Test("is made by the first start and told of again by the second, where its database is")
    func once() throws {
        let temporary = try TemporaryDirectory()
        let first = try Self.run(in: temporary, ["--demo"])
        #expect(first.code == PodoCommand.Exit.done)
        #expect(first.said.contains("ffmpeg -re") && first.said.contains("fan1@podo.example"))
        let made = try Self.json(temporary)
        #expect((made["seatIds"] as? [Int])?.count == DemoShow.rowCount * DemoShow.columnCount)
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/var/demo.begun.json"))

        // As if it were of another database.
        let stranger = ["email": "admin@podo.example", "password": "a password of another demo"]
        let strange = made.merging(["admin": stranger, "streamKey": "0000"]) { $1 }
        let path = temporary.path + "/var/demo.json"
        try JSONSerialization.data(withJSONObject: strange).write(to: URL(filePath: path))
        let another = try Self.run(in: temporary, ["--demo"])
        #expect(another.code == PodoCommand.Exit.failed && another.said.contains("a demo that this database has not"))
    }

    @Test("needs somewhere to publish to, and its test picture a demo")
    func contradictions() throws {
        let temporary = try TemporaryDirectory()
        let podo = try ServeCommandTests.RunningPodo(
            ["serve", "--demo", "--rtmp-listen", ""], in: temporary.path)
        #expect(podo.exitCode() == PodoCommand.Exit.misused)
        #expect(podo.complaint().contains("flag --demo: needs rtmp-listen"))
        let picture = try ServeCommandTests.RunningPodo(["serve", "--test-picture"], in: temporary.path)
        #expect(picture.exitCode() == PodoCommand.Exit.misused)
        #expect(picture.complaint().contains("flag --test-picture: is published to the show of demo"))
    }
}
