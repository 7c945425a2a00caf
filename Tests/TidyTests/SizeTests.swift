import Testing

@Suite("Sizes")
struct SizeTests {
    @Test("no file, function or line is longer than the house allows")
    func repositoryIsShort() {
        let rule = SizeRule()
        let files = Repository.here.swiftFiles(under: "Sources", "Tests", "Benchmarks", "Fuzz")
        let found = Violations(files.flatMap(rule.check))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("a line of 121 columns is found, one of 120 is not")
    func longLineIsFound() {
        let text = "let a = 1\n// " + String(repeating: "x", count: 118) + "\n// " + String(repeating: "é", count: 117)
        #expect(Self.check(text) == [Violation(path: "Sources/M/A.swift", line: 2, what: "121 columns, not 120")])
    }

    @Test("a file of 401 lines is found, one of 400 is not")
    func longFileIsFound() {
        #expect(Self.check(String(repeating: "\n", count: 400)).isEmpty)
        #expect(Self.check(String(repeating: "\n", count: 401)).map(\.what) == ["401 lines, at most 400: split"])
    }

    @Test(
        "a function of 71 lines is found, one of 70 is not",
        arguments: [
            "func work(_ body: () -> Void = { }) {", "init() {", "deinit {", "subscript(index: Int) -> Int {",
            "var value: Int {", "func work() -> [Int] where A: B {",
        ])
    func longFunctionIsFound(head: String) {
        let type = "struct A {\n    // a { brace\n    let text = \"{\"\n    "
        let inside = "        if a { b.init() }\n"
        #expect(Self.check(type + head + "\n" + String(repeating: inside, count: 68) + "    }\n}\n").isEmpty)
        let found = Self.check(type + head + "\n" + String(repeating: inside, count: 69) + "    }\n}\n")
        let expected = Violation(path: "Sources/M/A.swift", line: 4, what: "a function of 71 lines, at most 70")
        #expect(found == [expected])
    }

    @Test("a long type of short functions breaks nothing")
    func longTypeIsAllowed() {
        let member = "    func a() {\n        b()\n    }\n\n"
        #expect(Self.check("struct A {\n" + String(repeating: member, count: 30) + "}\n").isEmpty)
    }

    private static func check(_ text: String) -> [Violation] {
        SizeRule().check(RepositoryFile(path: "Sources/M/A.swift", text: text))
    }
}
