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

    @Test("is made once, told of again, and gone on with where its start was interrupted")
    func once() throws {
        let temporary = try TemporaryDirectory()
        let ports = ["--demo"]
        let first = try Self.run(in: temporary, ports)
        #expect(first.code == PodoCommand.Exit.done)
        #expect(first.said.contains("ffmpeg -re") && first.said.contains("fan1@podo.example"))
        let made = try Self.json(temporary)
        #expect((made["seatIds"] as? [Int])?.count == DemoShow.rowCount * DemoShow.columnCount)
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/var/demo.begun.json"))

        // As if it were of another database.
        let path = temporary.path + "/var/demo.json"
        let stranger = ["email": "admin@podo.example", "password": "a password of another demo"]
        let strange = made.merging(["admin": stranger, "streamKey": "0000"]) { $1 }
        try JSONSerialization.data(withJSONObject: strange).write(to: URL(filePath: path))
        let another = try Self.run(in: temporary, ports)
        #expect(another.code == PodoCommand.Exit.failed && another.said.contains("a demo that this database has not"))

        // What is left of a start that was killed before it could tell of what it had made.
        let accounts = ["admin", "seller", "fans"].reduce(into: [String: Any]()) { $0[$1] = made[$1] }
        try JSONSerialization.data(withJSONObject: accounts)
            .write(to: URL(filePath: temporary.path + "/var/demo.begun.json"))
        try FileManager.default.removeItem(atPath: path)
        #expect(try Self.run(in: temporary, ports).code == PodoCommand.Exit.done)
        let again = try Self.json(temporary)
        for name in ["concertId", "scheduleId"] { #expect(made[name] as? Int == again[name] as? Int) }
        #expect(made["seatIds"] as? [Int] == again["seatIds"] as? [Int])
        #expect(made["streamKey"] as? String != again["streamKey"] as? String)

        // Without it nobody knows whose the rows are.
        try FileManager.default.removeItem(atPath: path)
        let refused = try Self.run(in: temporary, ports)
        #expect(refused.code == PodoCommand.Exit.failed && refused.said.contains("the database is not empty"))
        #expect(!FileManager.default.fileExists(atPath: path))
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
