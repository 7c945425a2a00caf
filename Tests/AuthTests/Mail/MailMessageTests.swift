import Foundation
import Primitives
import Testing

@testable import Auth

struct MailMessageTests {
    private func message(subject: String = "Hello", text: String) -> String {
        let mail = MailMessage(
            id: 7, kind: .reset, sender: "podo@example.com", recipient: "kim@example.com", subject: subject, text: text,
            date: WallClock(unixMilliseconds: 1_767_225_600_000))
        return String(decoding: mail.bytes, as: UTF8.self)
    }

    @Test
    func `a mail is lines of ASCII, none of them too long`() {
        let text = self.message(
            subject: String(repeating: "비밀번호 재설정 ", count: 10), text: String(repeating: "포도\n", count: 100))
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { (0x20...0x7e).contains($0) } })
        #expect(lines.contains("To: <kim@example.com>"))
        #expect(lines.contains("Date: 1 Jan 2026 00:00:00 +0000"))
    }

    @Test
    func `what was written is what is read`() throws {
        let written = "김포도님, https://example.com/account/reset#abc\n마지막 줄"
        let text = self.message(subject: "비밀번호 재설정 / Choose a new password", text: written)
        let parts = text.components(separatedBy: "\r\n\r\n")
        let body = try #require(Data(base64Encoded: parts[1].replacing("\r\n", with: "")))
        #expect(String(decoding: body, as: UTF8.self) == written)
        let subject = parts[0].matches(of: /=\?UTF-8\?B\?([^?]*)\?=/).compactMap { Data(base64Encoded: String($0.1)) }
        #expect(String(decoding: Data(subject.joined()), as: UTF8.self) == "비밀번호 재설정 / Choose a new password")
    }

    @Test
    func `a subject cannot add a line of the header`() {
        let text = self.message(subject: "Hello\r\nBcc: everybody@example.com", text: "x")
        #expect(!text.contains("Bcc"))
    }

    @Test
    func `content is read as it was written`() throws {
        let address = try #require(EmailAddress("kim@example.com"))
        let content = MailContent(address: address, name: "김포도", detail: "abc")
        #expect(MailContent(content.text) == content)
        #expect(MailContent("only one line") == nil)
    }

    @Test(arguments: MailKind.allCases)
    func `every kind has words in both languages, and its link if it has one`(_ kind: MailKind) {
        let words = MailText(kind, name: "김포도", detail: "canary", minuteCount: 30)
        #expect(words.subject.contains(" / "))
        #expect(words.text.contains("김포도"))
        let isAboutSomething = kind.path != nil || [.providerConnected, .providerDisconnected].contains(kind)
        #expect(words.text.contains("canary") == isAboutSomething)
    }
}
