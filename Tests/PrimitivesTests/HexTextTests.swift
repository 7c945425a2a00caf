import Primitives
import Testing

struct HexTextTests {
    @Test(
        "Numbers are written with leading zeros and in lower case",
        arguments: [
            (0, 16, "0000000000000000"), (UInt64.max, 16, "ffffffffffffffff"), (0x1A2B, 4, "1a2b"), (0x9, 4, "0009"),
            (0x12345, 4, "2345"), (0x0123_4567_89AB_CDEF, 16, "0123456789abcdef"),
        ] as [(UInt64, Int, String)])
    func append(value: UInt64, digitCount: Int, text: String) {
        var bytes: [UInt8] = []
        HexText.append(value, digitCount: digitCount, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        if digitCount == 16 { #expect(HexText.parse(bytes) == value) }
    }

    @Test(
        "What is not one to sixteen lower-case digits is refused",
        arguments: ["", "A", "g", "`", "/", ":", " 1", "-1", "00000000000000000", "0x1", "é"])
    func refused(text: String) {
        #expect(HexText.parse(text.utf8) == nil)
    }
}
