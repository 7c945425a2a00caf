import Crypto
import TestSupport
import Testing

@Suite("SHA-256 and HKDF")
struct HashTests {
    @Test(
        "gives the hashes of RFC 6234, section 8.5",
        arguments: [
            ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
            (
                "0123456701234567012345670123456701234567012345670123456701234567", 10,
                "594847328451bdfa85056225462cc1d867d877fb388df0ce35f25ab5562bfbb5"
            ),
            ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ])
    func sha256(text: String, times: Int, expected: String) {
        let bytes = Array(repeatElement(Array(text.utf8), count: times).joined())
        #expect(Hex.text(SHA256.hash(bytes)) == expected)
        #expect(SHA256.digest(bytes.span).bytes == SHA256.hash(bytes))
        #expect(SHA256.digest(bytes.span) == SHA256.digest(bytes.span))
        #expect(SHA256.digest(bytes.span) != SHA256.digest((bytes + [0]).span))
    }

    struct HKDFVector: Sendable {
        let secret: String
        let salt: String
        let purpose: String
        let output: String
    }

    @Test(
        "derives the keys of RFC 5869, appendix A.1 to A.3",
        arguments: [
            HKDFVector(
                secret: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", salt: "000102030405060708090a0b0c",
                purpose: "f0f1f2f3f4f5f6f7f8f9",
                output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
            HKDFVector(
                secret: Hex.text(Array(0x00...0x4f)), salt: Hex.text(Array(0x60...0xaf)),
                purpose: Hex.text(Array(0xb0...0xff)),
                output: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                    + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                    + "cc30c58179ec3e87c14c01d5c1f3434f1d87"),
            HKDFVector(
                secret: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", salt: "", purpose: "",
                output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
        ])
    func hkdf(vector: HKDFVector) {
        let key = HKDF.derive(
            SecretBytes(copying: Hex.bytes(vector.secret)), salt: Hex.bytes(vector.salt),
            purpose: Hex.bytes(vector.purpose), count: vector.output.count / 2)
        #expect(Hex.text(key.withUnsafeBytes { Array($0) }) == vector.output)
    }

    @Test("An HMAC under secret bytes is the one under the same bytes, and a key may be empty")
    func hmac() {
        let key = Array("Jefe".utf8)
        let text = Array("what do ya want for nothing?".utf8)
        #expect(HMACSHA256.code(of: text, key: SecretBytes(copying: key)) == HMACSHA256.code(of: text, key: key))
        let empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(Hex.text(HMACSHA256.code(of: [], key: [UInt8]())) == empty)
    }

    @Test("Random bytes differ, and secret bytes show themselves to nobody")
    func random() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(32).count == 32)
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
        let secret = SecretBytes(copying: Array("canary".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("canary")) }
        #expect("\(secret)" == "<redacted>")
    }
}
