import HTTPServer
import Testing

@Suite("JSON") struct JSONParserTests {
    private func outcome(_ text: String, limits: JSONLimits = JSONLimits()) -> Result<JSONValue, JSONError> {
        self.outcome(Array(text.utf8), limits: limits)
    }

    private func outcome(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) -> Result<JSONValue, JSONError> {
        do throws(JSONError) { return .success(try JSONParser.parse(bytes, limits: limits)) } catch {
            return .failure(error)
        }
    }

    @Test(
        "values are read exactly",
        arguments: [
            ("null", JSONValue.null), (" true ", .boolean(true)), ("false", .boolean(false)), ("0", .integer(0)),
            ("-0", .integer(0)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("1.5", .number(1.5)), ("1e3", .number(1000)), ("-2.5E-1", .number(-0.25)), ("1e-999", .number(0)),
            ("\"\"", .string("")), (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{c}\n\r\t")),
            (#""\u00e9\ud83d\ude00\uAC00""#, .string("é😀가")), ("\"가\"", .string("가")), (#""\u0000""#, .string("\0")),
            ("[]", .array([])), ("[1, 2 ,3]", .array([.integer(1), .integer(2), .integer(3)])),
            ("{}", .object([:])),
            (#"{"a":{"b":[null]}, "c" : ""}"#, .object(["a": .object(["b": .array([.null])]), "c": .string("")])),
        ])
    func reads(text: String, value: JSONValue) throws {
        #expect(try self.outcome(text).get() == value)
        var writer = JSONWriter()
        value.encode(to: &writer)
        #expect(try JSONParser.parse(writer.bytes) == value, "what is written is read as the same")
        for count in 0..<text.utf8.count { _ = self.outcome(Array(text.utf8.prefix(count))) }
    }

    @Test(
        "what is not JSON is refused, and why",
        arguments: [
            ("", JSONError.Code.unexpectedEnd), (" ", .unexpectedEnd), ("nul", .unexpectedEnd),
            ("nulL", .unexpectedByte),
            ("[1,]", .unexpectedByte), ("[1", .unexpectedEnd), ("[1 2]", .unexpectedByte), ("[,1]", .unexpectedByte),
            ("{\"a\":1,}", .unexpectedByte), ("{\"a\"}", .unexpectedByte), ("{a:1}", .unexpectedByte),
            ("{\"a\":1", .unexpectedEnd), ("{", .unexpectedEnd), ("{\"a\":1,\"a\":2}", .duplicateName),
            ("{\"a\":1,\"\\u0061\":2}", .duplicateName), ("1 1", .trailingBytes), ("{}x", .trailingBytes),
            ("01", .invalidNumber), ("-", .unexpectedEnd), ("-a", .invalidNumber), ("1.", .unexpectedEnd),
            ("1.e1", .invalidNumber), (".5", .unexpectedByte), ("+1", .unexpectedByte), ("1e", .unexpectedEnd),
            ("1e+", .unexpectedEnd), ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte), ("0x1", .trailingBytes),
            ("9223372036854775808", .numberOutOfRange), ("-9223372036854775809", .numberOutOfRange),
            ("1e309", .numberOutOfRange), (String(repeating: "1", count: 65), .invalidNumber),
            ("\"", .unexpectedEnd), ("\"\\", .unexpectedEnd), ("\"\\x\"", .invalidString), ("\"\n\"", .invalidString),
            ("\"\\u12\"", .invalidString), ("\"\\ud800\"", .invalidString), ("\"\\ud800\\u0041\"", .invalidString),
            ("\"\\udc00\"", .invalidString), ("\"\\ud800\\n\"", .invalidString), ("// a\n1", .unexpectedByte),
            ("'a'", .unexpectedByte), ("\u{feff}1", .unexpectedByte),
        ])
    func refuses(text: String, code: JSONError.Code) {
        guard case .failure(let error) = self.outcome(text) else {
            Issue.record("\(text) was taken")
            return
        }
        #expect(error.code == code, "\(text)")
        #expect(error.offset <= text.utf8.count)
    }

    @Test(
        "strings that are not UTF-8 are refused",
        arguments: [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func refusesBytes(bytes: [UInt8]) {
        let quoted = [0x22] + bytes + [0x22]
        #expect(self.outcome(quoted) == .failure(JSONError(code: .invalidUTF8, offset: 0)))
    }

    @Test("names that only look the same are two, and are written in the order of their bytes")
    func namesAreBytes() throws {
        let value = try self.outcome("{\"\u{e9}\":1,\"e\u{301}\":2}").get()
        #expect(value == .object([JSONName("\u{e9}"): .integer(1), JSONName("e\u{301}"): .integer(2)]))
        var writer = JSONWriter()
        value.encode(to: &writer)
        #expect(writer.bytes.elementsEqual("{\"e\u{301}\":2,\"\u{e9}\":1}".utf8))
    }

    @Test("limits hold at their edge")
    func limits() {
        var limits = JSONLimits()
        let deep = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(throws: Never.self) { try self.outcome(deep(64)).get() }
        #expect(self.outcome(deep(65)) == .failure(JSONError(code: .tooDeep, offset: 64)))
        #expect(throws: JSONError.self) { try self.outcome(String(repeating: "{\"a\":", count: 100_000)).get() }
        limits.valueCountMax = 3
        #expect(throws: Never.self) { try self.outcome("[1,2]", limits: limits).get() }
        #expect(self.outcome("[1,2,3]", limits: limits) == .failure(JSONError(code: .tooManyValues, offset: 5)))
        limits.byteCountMax = 4
        #expect(throws: Never.self) { try self.outcome("1234", limits: limits).get() }
        #expect(self.outcome("12345", limits: limits) == .failure(JSONError(code: .tooLong, offset: 4)))
    }

    @Test("controls and quotes are escaped, numbers that JSON lacks become null")
    func writes() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("text", "\u{1}\u{1f}\"\\\n\u{7f}가")
            writer.member("numbers", [1.5, .infinity, .nan, -0.0])
            writer.member("none", nil as Int?)
            writer.member("flags", [true, false])
            writer.member("empty", [] as [Int])
        }
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "{\"text\":\"\\u0001\\u001f\\\"\\\\\\n\u{7f}가\",\"numbers\":[1.5,null,null,-0.0],\"none\":null,"
                + "\"flags\":[true,false],\"empty\":[]}")
    }

    @Test("no run of bytes makes the parser trap")
    func mutations() {
        let seed = Array(#"{"a":[1,-2.5e+3,"\ud83d\ude00x",true,null],"b":{"c":"가"}}"#.utf8)
        for index in seed.indices {
            for byte in [0, 0x22, 0x5c, 0x2d, 0x2e, 0x65, 0x5b, 0x7d, 0x75, 0x80, 0xff] as [UInt8] {
                var bytes = seed
                bytes[index] = byte
                _ = self.outcome(bytes)
                _ = self.outcome(Array(bytes[..<index]))
                _ = self.outcome(Array(bytes[index...]))
            }
        }
    }
}
