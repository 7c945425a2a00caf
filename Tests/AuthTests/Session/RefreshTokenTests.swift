import Crypto
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Auth

struct RefreshTokenTests {
    private let key = SecretBytes(copying: [UInt8](repeating: 9, count: 32))

    @Test
    func `a token is read from its text and from no other`() throws {
        let token = RefreshToken()
        let text = token.text.reveal()
        #expect(text.utf8.count == 64)
        let read = try #require(RefreshToken(text))
        #expect(read.hash == token.hash && read.session == token.session)
        for wrong in [
            "", String(text.dropLast()), text + "A", text.replacing("-", with: "+") + "=", " " + text.dropFirst(),
        ] {
            #expect(RefreshToken(wrong)?.hash != token.hash || wrong == text)
        }
        #expect(RefreshToken(String(repeating: "é", count: 32)) == nil)
    }

    @Test
    func `tokens are never the same`() {
        let tokens = (0..<100).map { _ in RefreshToken() }
        #expect(Set(tokens.map(\.hash)).count == 100)
        #expect(Set(tokens.map(\.session)).count == 100)
    }

    @Test
    func `the one that follows is always the same, and only for who has the key`() {
        let token = RefreshToken()
        let next = token.successor(key: self.key)
        #expect(next.hash == token.successor(key: self.key).hash)
        #expect(next.session == token.session && next.hash != token.hash)
        let other = SecretBytes(copying: [UInt8](repeating: 8, count: 32))
        #expect(next.hash != token.successor(key: other).hash)
        #expect(next.successor(key: self.key).hash != next.hash)
    }
}
