import Foundation
import Testing

@testable import podo

@Suite struct JSONValueTests {
    @Test("values are written in order and without spaces")
    func encodes() {
        let value = JSONValue.object([("b", .list([1, "x", .list([])])), ("a", .object([])), ("n", -7)])
        #expect(String(decoding: value.encoded(), as: UTF8.self) == #"{"b":[1,"x",[]],"a":{},"n":-7}"#)
    }

    @Test("any text reads back", arguments: ["", "\"", "\\", "\u{0}\u{1f}\n\t", "공연 🎤", "</script>"])
    func escapes(_ text: String) throws {
        let bytes = JSONValue.object([("t", .text(text))]).encoded()
        let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: String]
        #expect(object == ["t": text])
    }
}
