import HTTPServer
import Testing

@Suite("Queries, forms and cookies") struct HTTPQueryTests {
    @Test(
        "pairs are decoded",
        arguments: [
            ("", []), ("a=1", ["a:1"]), ("a=1&b=2&a=3", ["a:1", "b:2", "a:3"]), ("a", ["a:"]), ("a=", ["a:"]),
            ("&&a=1&", ["a:1"]), ("a=b=c", ["a:b=c"]), ("q=a+b%2Bc", ["q:a b+c"]), ("%71=%EA%B0%80", ["q:가"]),
            ("=x", [":x"]),
        ] as [(String, [String])])
    func decodes(text: String, pairs: [String]) throws {
        let query = try HTTPQuery(Array(text.utf8)[...])
        let names = ["a", "b", "q", ""]
        #expect(query.count == pairs.count)
        for name in names {
            #expect(
                query.all(name)
                    == pairs.filter { $0.hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 1)) })
        }
    }

    @Test("broken, hidden and endless input is refused", arguments: ["a=%", "a=%4", "a=%gg", "a=%00", "a=%ff", "%=1"])
    func refuses(text: String) {
        #expect(throws: HTTPProblem.self) { try HTTPQuery(Array(text.utf8)[...]) }
    }

    @Test("the number of pairs is bounded, and one value means one")
    func bounds() throws {
        let pairs = { (count: Int) in Array(repeating: "a=1", count: count).joined(separator: "&") }
        #expect(try HTTPQuery(Array(pairs(64).utf8)[...]).count == 64)
        #expect(throws: HTTPProblem.self) { try HTTPQuery(Array(pairs(65).utf8)[...]) }
        let query = try HTTPTestDriver.request(.get, "/x?a=1&a=2&b=3").decodeQuery()
        #expect(throws: HTTPProblem.self) { try query.single("a") }
        #expect(try query.single("b") == "3")
        #expect(try query.single("c") == nil)
    }

    @Test("values outside of what is described are refused, and those at its ends are not")
    func valuesInBounds() throws {
        let text = "n=9&zero=0&minus=-1&plus=%2B3&far=9223372036854775808&t=e\u{301}&w=on&n2="
        let query = try HTTPQuery(Array(text.utf8)[...])
        #expect(try query.number("n", in: 1...9) == 9 && query.number("n", in: 9...10) == 9)
        #expect(try query.number("missing", in: 1...9) == nil)
        for (name, range) in [
            ("n", 1...8), ("n", 10...11), ("zero", 1...9), ("minus", 0...9), ("plus", 0...9), ("far", 1...Int64.max),
            ("t", 0...9), ("n2", 0...9),
        ] as [(String, ClosedRange<Int64>)] {
            #expect(throws: HTTPProblem.self) { try query.number(name, in: range) }
        }
        #expect(try query.text("t", lengthMax: 2) == "e\u{301}" && query.text("missing", lengthMax: 0) == nil)
        #expect(throws: HTTPProblem.self) { try query.text("t", lengthMax: 1) }
        enum Switch: String, CaseIterable { case on, off }
        #expect(try query.choice(Switch.self, "w") == .on && query.choice(Switch.self, "missing") == nil)
        #expect(throws: HTTPProblem.self) { try query.choice(Switch.self, "t") }
    }

    @Test("names are compared byte for byte, not as text that looks the same")
    func namesAreBytes() throws {
        let query = try HTTPQuery(Array("\u{e9}=1&e\u{301}=2".utf8)[...])
        #expect(query.all("\u{e9}") == ["1"])
        #expect(query.all("e\u{301}") == ["2"])
        let request = try HTTPTestDriver.request(.get, "/", fields: [("cookie", "e\u{301}=1")])
        let cookies = HTTPCookies(request.fields)
        #expect(cookies["e\u{301}"] == "1")
        #expect(cookies["\u{e9}"] == nil)
    }

    @Test("a form must be called one")
    func forms() throws {
        let type = "application/x-www-form-urlencoded; charset=utf-8"
        let form = try HTTPTestDriver.request(.post, "/", fields: [("content-type", type)], body: Array("a=1+2".utf8))
        #expect(try form.decodeForm().single("a") == "1 2")
        let other = try HTTPTestDriver.request(.post, "/", body: Array("a=1".utf8))
        #expect(throws: HTTPProblem.self) { try other.decodeForm() }
    }

    @Test(
        "cookies are read as they stand; one that comes twice is none",
        arguments: [
            (["a=1"], "1"), (["b=2; a=1"], "1"), (["b=2;a=1 ; c=3"], "1"), (["b=2", "a=1"], "1"), (["a=\"1\""], "1"),
            (["a=x=y"], "x=y"), (["a="], ""), (["a"], nil), (["=1"], nil), ([], nil), (["a=1; a=2"], nil),
            (["a=1", "a=1"], nil), (["A=1"], nil), (["a=%41"], "%41"),
        ] as [([String], String?)])
    func cookies(values: [String], value: String?) throws {
        let request = try HTTPTestDriver.request(.get, "/", fields: values.map { ("cookie", $0) })
        #expect(HTTPCookies(request.fields)["a"] == value)
    }
}
