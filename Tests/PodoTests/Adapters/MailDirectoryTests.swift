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

    @Test("are gone after a day, whether or not one is written, and before that when there are too many")
    func old() async throws {
        let directory = try TemporaryDirectory()
        let mails = Self.make(directory)
        defer { mails.pool.stop() }
        let folder = directory.path + "/mail"
        func names() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: folder)) }
        func age(_ name: String, hours: Double) throws {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)], ofItemAtPath: "\(folder)/\(name)")
        }
        for id: Int64 in 1...2 { try await mails.send(Self.mail(id)) }
        // What a crash in the middle of a mail has left, and what is not a mail.
        for name in [".reset-3.eml", "notes.txt"] { try Data().write(to: URL(filePath: "\(folder)/\(name)")) }
        for name in ["reset-1.eml", ".reset-3.eml", "notes.txt"] { try age(name, hours: 24.1) }
        try age("reset-2.eml", hours: 23.9)
        try await mails.sweep()
        #expect(try names() == ["reset-2.eml", "notes.txt"])
        for number in 0..<MailDirectory.fileCountMax {
            try Data().write(to: URL(filePath: "\(folder)/reset-9\(number).eml"))
        }
        try await mails.sweep()
        #expect(try names().count == MailDirectory.fileCountMax + 1)
        #expect(try !names().contains("reset-2.eml"))
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
