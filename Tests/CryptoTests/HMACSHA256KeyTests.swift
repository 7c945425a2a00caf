import Crypto
import Testing

@Suite("A prepared key of HMAC-SHA-256")
struct HMACSHA256KeyTests {
    @Test("makes the codes that the key makes without preparation, for texts and keys of all lengths")
    func agrees() {
        for keyByteCount in [1, 20, 32, 63, 64] {
            let key = SecretBytes.random(keyByteCount)
            let prepared = HMACSHA256Key(key)
            for byteCount in [0, 1, 31, 32, 55, 56, 64, 119, 300] {
                let text = SecureRandom.bytes(byteCount)
                #expect(prepared.code(of: text.span).bytes == HMACSHA256.code(of: text, key: key))
                // It can be used again.
                #expect(prepared.code(of: text.span).bytes == HMACSHA256.code(of: text, key: key))
            }
        }
    }

    @Test("gives the code of RFC 4231, test case 2")
    func knownAnswer() {
        let code = HMACSHA256Key(SecretBytes(copying: Array("Jefe".utf8)))
            .code(of: Array("what do ya want for nothing?".utf8).span)
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        #expect(code.bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined() == expected)
    }

    @Test("shows nothing of itself")
    func hides() {
        #expect("\(HMACSHA256Key(.random(32)))" == "<redacted>")
    }
}
