import Primitives
import Testing

@Suite("Base64 without padding")
struct Base64TextTests {
    @Test(
        "encodes and decodes the texts of RFC 4648, section 10",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func rfc(plain: String, text: String) {
        for base64 in [Base64Text.url, .plain] {
            #expect(base64.encode(plain.utf8) == Array(text.utf8))
            #expect(base64.decode(text.utf8) == Array(plain.utf8))
        }
        #expect(Base64Text.characterCount(of: plain.utf8.count) == text.utf8.count)
        #expect(Base64URL.string(plain.utf8) == text)
        #expect(Base64URL.decode(text.utf8) == Array(plain.utf8))
    }

    @Test("The last two characters are those of the alphabet, and no others")
    func alphabets() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xBE, 0xFF, 0xFF, 0xFF]
        #expect(Base64Text.url.encode(bytes) == Array("----____".utf8))
        #expect(Base64Text.plain.encode(bytes) == Array("++++////".utf8))
        #expect(Base64Text.url.decode("++++////".utf8) == nil)
        #expect(Base64Text.plain.decode("----____".utf8) == nil)
    }

    @Test("Every byte comes back, whatever stands before and behind it")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            for bytes in [[byte], [byte, 0xA5], [0x5A, byte, 0xFF], [1, 2, 3, byte]] {
                #expect(Base64Text.url.decode(Base64Text.url.encode(bytes)) == bytes)
            }
        }
    }

    @Test(
        "What is not the one spelling of some bytes is refused",
        arguments: [
            "Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Zm9vYh", "Zm 9v", "Zm9v\n", "Zm9v\0", "Zm9é", "Zm.v", "=",
            "Zm9vYmF_=",
        ])
    func refused(text: String) {
        #expect(Base64Text.url.decode(text.utf8) == nil)
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test("No two texts of up to three characters mean the same bytes")
    func oneSpelling() {
        var seen: [[UInt8]: [UInt8]] = [:]
        let alphabet = Array("AQgwBZ_-".utf8)
        var texts: [[UInt8]] = [[]]
        for _ in 0..<3 { texts += texts.flatMap { text in alphabet.map { text + [$0] } } }
        for text in Set(texts) {
            guard let bytes = Base64Text.url.decode(text) else { continue }
            #expect(seen.updateValue(text, forKey: bytes) == nil)
            #expect(Base64Text.url.encode(bytes) == text)
        }
        #expect(seen.count > 50)
    }
}
