import Auth
import Foundation
import Observability
import Primitives
import Reactor
import Testing

@testable import podo

@Suite("Mails as files") struct MailDirectoryTests {
    private static func mail(_ id: Int64) -> MailMessage {
        MailMessage(
            id: id, kind: .reset, sender: "podo@example.com", recipient: "kim@example.com", subject: "Hello",
            text: "a link", date: WallClock(unixMilliseconds: 1_767_225_600_000))
    }

    private static func make(_ directory: TemporaryDirectory, _ log: LogMemory = LogMemory()) -> MailDirectory {
        MailDirectory(
            path: directory.path + "/mail", pool: BlockingPool(name: "mail", threadCount: 1, waitingCountMax: 8),
            log: Log(level: .debug, memory: log))
    }

    @Test("are whole, and for their owner alone")
    func written() async throws {
        let directory = try TemporaryDirectory()
        let log = LogMemory()
        let mails = Self.make(directory, log)
        defer { mails.pool.stop() }
        try await mails.send(Self.mail(7))
        let path = directory.path + "/mail/reset-7.eml"
        #expect(try Array(Data(contentsOf: URL(filePath: path))) == Self.mail(7).bytes)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let folder = try FileManager.default.attributesOfItem(atPath: directory.path + "/mail")
        #expect(folder[.posixPermissions] as? Int == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/mail") == ["reset-7.eml"])
        #expect(log.lines.count == 1 && !log.lines[0].contains("kim@example.com"))
    }

    @Test("that cannot be written are an error")
    func refused() async throws {
        let directory = try TemporaryDirectory()
        try Data().write(to: URL(filePath: directory.path + "/mail"))
        let mails = Self.make(directory)
        defer { mails.pool.stop() }
        await #expect(throws: (any Error).self) { try await mails.send(Self.mail(7)) }
    }
}
