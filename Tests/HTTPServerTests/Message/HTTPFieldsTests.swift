import Testing

@testable import HTTPServer

@Suite("Header fields") struct HTTPFieldsTests {
    @Test("keep order, fold names and find the first of a name") func find() throws {
        var fields = HTTPFields()
        try fields.append(name: Array("X-One".utf8).span, value: Array("a".utf8).span)
        fields.append(HTTPFieldName("x-two"), "b" as StaticString)
        fields.append(HTTPFieldName("x-three"), 42)
        try fields.append(HTTPFieldName("x-one"), checking: "c")
        #expect(String(decoding: fields.wire, as: UTF8.self) == "x-one: a\r\nx-two: b\r\nx-three: 42\r\nx-one: c\r\n")
        #expect(fields[HTTPFieldName("x-one")] == "a")
        #expect(fields.all(HTTPFieldName("x-one")) == ["a", "c"])
        #expect(fields[HTTPFieldName("x-four")] == nil)
        var more = HTTPFields()
        more.append(HTTPFieldName("x-zero"), "z" as StaticString)
        more.append(contentsOf: fields)
        #expect(more[HTTPFieldName("x-three")] == "42")
    }

    @Test(
        "refuse what would end a line early, and stay as they were",
        arguments: ["\r", "\n", "\0", "\u{7f}", "a\r\nb: c"])
    func injection(value: String) throws {
        var fields = HTTPFields()
        fields.append(HTTPFieldName("x-one"), "a" as StaticString)
        let before = fields.wire
        #expect(throws: HTTPFieldError.self) { try fields.append(HTTPFieldName("x-two"), checking: value) }
        #expect(throws: HTTPFieldError.self) {
            try fields.append(name: Array("x".utf8).span, value: Array(value.utf8).span)
        }
        #expect(throws: HTTPFieldError.self) {
            try fields.append(name: Array(value.utf8).span, value: Array("x".utf8).span)
        }
        #expect(fields.wire == before)
        #expect(fields.count == 1)
    }

    @Test("know every token byte and no other") func tokens() {
        let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max { #expect(HTTPCharacter.isTokenByte(byte) == token.contains(byte)) }
    }
}

@Suite("Authorities") struct HTTPAuthorityTests {
    @Test(
        "that are well formed are taken",
        arguments: ["a", "a.b-c_d", "127.0.0.1:80", "[::1]", "[::ffff:1.2.3.4]:65535", "a:0", "x%20y"])
    func valid(text: String) { #expect(self.isValid(text)) }

    @Test(
        "that are not are refused",
        arguments: [
            "", ":80", "a:", "a:65536", "a:x", "a b", "a,b", "a@b", "a/b", "[", "[]", "[::1", "[::1]x", "[g]", "\u{e9}",
        ])
    func invalid(text: String) { #expect(!self.isValid(text)) }

    private func isValid(_ text: String) -> Bool { HTTPAuthority.isValid(Array(text.utf8).span) }
}
