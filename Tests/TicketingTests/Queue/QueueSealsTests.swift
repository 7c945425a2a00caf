import Crypto
import Primitives
import TestSupport
import Testing

@testable import Ticketing

@Suite("Tickets and passes of a queue")
struct QueueSealsTests {
    private static let old = SecretBytes(copying: [UInt8](repeating: 1, count: 32))
    private static let new = SecretBytes(copying: [UInt8](repeating: 2, count: 32))
    private let seals = QueueSeals(keys: [(number: 1, key: Self.old)])
    private let ticket = QueueTicket(concert: 17, member: 4_503_599_627_370_497, number: 311)

    @Test("come back as they were written, and have one length")
    func roundTrip() {
        let pass = QueuePass(ticket: self.ticket, until: 820_450_800_000_000)
        let texts = (self.seals.text(of: self.ticket), self.seals.text(of: pass))
        #expect(self.seals.ticket(texts.0.utf8) == self.ticket && self.seals.pass(texts.1.utf8) == pass)
        #expect(texts.0.utf8.count == 56 && texts.1.utf8.count == QueueSeals.textByteCountMax)
    }

    @Test("are not each other, and mean nothing under another key")
    func purposes() {
        let pass = QueuePass(ticket: self.ticket, until: 0)
        #expect(self.seals.pass(self.seals.text(of: self.ticket).utf8) == nil)
        #expect(self.seals.ticket(self.seals.text(of: pass).utf8) == nil)
        let others = QueueSeals(keys: [(number: 1, key: Self.new)])
        #expect(others.ticket(self.seals.text(of: self.ticket).utf8) == nil)
    }

    @Test("are refused with any bit changed, any byte more or less, and in any other spelling")
    func forged() {
        let text = Array(self.seals.text(of: self.ticket).utf8)
        let bytes = Base64URL.decode(text) ?? []
        for bit in 0..<bytes.count * 8 {
            var forged = bytes
            forged[bit / 8] ^= 1 << (bit % 8)
            #expect(self.seals.ticket(Base64URL.encode(forged)) == nil)
        }
        for count in 0..<text.count { #expect(self.seals.ticket(text.prefix(count)) == nil) }
        for extra in ["A", "=", " ", "AAAA"] { #expect(self.seals.ticket(text + Array(extra.utf8)) == nil) }
        #expect(self.seals.ticket(Array(" ".utf8) + text) == nil)
        #expect(self.seals.ticket([UInt8](repeating: 65, count: 100_000)) == nil)
    }

    @Test("of the key before are still believed, and of none that went")
    func rotation() {
        let text = self.seals.text(of: self.ticket)
        let rotated = QueueSeals(keys: [(number: 2, key: Self.new), (number: 1, key: Self.old)])
        #expect(rotated.ticket(text.utf8) == self.ticket)
        #expect(self.seals.ticket(rotated.text(of: self.ticket).utf8) == nil)
        #expect(QueueSeals(keys: [(number: 2, key: Self.new)]).ticket(text.utf8) == nil)
    }
}
