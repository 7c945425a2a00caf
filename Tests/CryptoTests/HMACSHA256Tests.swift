import Crypto
import Primitives
import Testing

@Suite("HMAC-SHA-256")
struct HMACSHA256Tests {
    @Test("gives the code of RFC 4231, test case 2")
    func knownAnswer() {
        let code = HMACSHA256.code(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        #expect(code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined() == expected)
    }
}
