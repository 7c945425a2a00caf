import Primitives
import Testing

struct DecimalTextTests {
    @Test(
        "Numbers are written as Swift writes them",
        arguments: [0, 1, 9, 10, 99, 100, 1_234_567_890, -1, -10, Int.max, Int.min, Int.min + 1])
    func append(value: Int) {
        var bytes = Array("x=".utf8)
        DecimalText.append(value, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "x=\(value)")
    }

    @Test("The largest unsigned number has all its digits")
    func appendUnsigned() {
        var bytes: [UInt8] = []
        DecimalText.append(UInt64.max, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "18446744073709551615")
    }

    @Test(
        "Digits and nothing else are read",
        arguments: [
            ("0", 0), ("007", 7), ("9223372036854775807", Int.max), ("9223372036854775808", nil),
            ("99999999999999999999999999", nil), ("", nil), ("-1", nil), ("+1", nil), (" 1", nil), ("1 ", nil),
            ("1_0", nil), ("0x1", nil), ("/", nil), (":", nil), ("١", nil),
        ] as [(String, Int?)])
    func parse(text: String, value: Int?) {
        #expect(DecimalText.parse(text.utf8) == value)
    }
}
