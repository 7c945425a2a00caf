import Foundation
import HTTPServer
import Observability
import Testing

@testable import podo

@Suite("Files of the demo") struct DemoFileTests {
    private static let document = DemoDocument(
        baseURL: "http://127.0.0.1:8080", rtmpURL: "rtmp://127.0.0.1:1935/live", streamKey: Secret("0a1b"),
        concertID: 3, scheduleID: 5, seatIDs: [7, 8], accounts: DemoAccounts.random())

    private static func json(_ path: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: path))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("have the fields that programs read, and no others, for their owner alone")
    func fields() throws {
        let directory = try TemporaryDirectory()
        let file = DemoFile(path: directory.path + "/demo.json")
        #expect(try file.read(DemoDocument.self) == nil)
        try file.write(Self.document)
        let json = try Self.json(file.path)
        #expect(
            Set(json.keys) == [
                "baseUrl", "rtmpUrl", "streamKey", "concertId", "scheduleId", "seatIds", "admin", "seller", "fans",
            ])
        #expect(json["seatIds"] as? [Int] == [7, 8] && json["streamKey"] as? String == "0a1b")
        #expect((json["fans"] as? [[String: String]])?.count == DemoAccounts.fanCount)
        #expect((json["admin"] as? [String: String])?.keys.sorted() == ["email", "password"])
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["demo.json"])
        #expect(try file.read(DemoDocument.self)?.publishURL == "rtmp://127.0.0.1:1935/live/0a1b")
    }

    @Test(
        "that somebody has changed are told of, and not taken for none",
        arguments: ["", "[]", "{}", "{\"baseUrl\":1}"])
    func changed(_ text: String) throws {
        let directory = try TemporaryDirectory()
        let file = DemoFile(path: directory.path + "/demo.json")
        try Data(text.utf8).write(to: URL(filePath: file.path))
        #expect(throws: StartError.self) { try file.read(DemoDocument.self) }
    }

    @Test("the guide says where to look, how to publish and whom to be")
    func guide() {
        let document = Self.document
        let text = DemoGuide.text(document, file: "var/demo.json", testPicture: false)
        for part in [document.baseURL, "-f flv rtmp://127.0.0.1:1935/live/0a1b", "fan1@podo.example", "var/demo.json"] {
            #expect(text.contains(part))
        }
        #expect(text.contains(document.accounts.seller.password.reveal()))
        #expect(DemoGuide.text(document, file: "", testPicture: true).contains("is published to it"))
    }

    @Test("passwords are random, and different")
    func passwords() {
        let accounts = [DemoAccounts.random(), DemoAccounts.random()]
        let passwords = accounts.flatMap { [$0.admin, $0.seller] + $0.fans }.map { $0.password.reveal() }
        #expect(Set(passwords).count == passwords.count && passwords.allSatisfy { $0.count == 20 })
    }
}
