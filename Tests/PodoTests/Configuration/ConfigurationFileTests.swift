import Testing

@testable import podo

@Suite struct ConfigurationFileTests {
    @Test(
        "a line gives a name and a text",
        arguments: [
            ("a = b", "a", "b"), ("  a=b  ", "a", "b"), ("a = b\r", "a", "b"), ("a =", "a", ""),
            ("a = b # why", "a", "b"), ("a = b#c", "a", "b#c"), ("a = # none", "a", ""),
            ("a = \"b # c\" # why", "a", "b # c"), ("a = \"\\\"b\\\\\"", "a", "\"b\\"), ("a = \"\"", "a", ""),
            ("a = b = c", "a", "b = c"), ("a = 좌석", "a", "좌석"),
        ])
    func reads(_ line: String, _ name: String, _ text: String) {
        let file = ConfigurationFile("\n# comment\n" + line + "\n")
        #expect(file.entries == [ConfigurationFile.Entry(name: name, text: text, line: 3)])
        #expect(file.problems.isEmpty)
    }

    @Test(
        "a malformed line is named, and the next one still read",
        arguments: [
            ("a", "is not of the form \"name = value\""), ("a = \"b", "the closing quote is missing"),
            ("a = \"b\" c", "something stands behind the closing quote"),
            ("a = \"\\n\"", "within quotes, a backslash goes before a quote or a backslash only"),
        ])
    func refuses(_ line: String, _ reason: String) {
        let file = ConfigurationFile(line + "\nb = c")
        #expect(file.problems.map(\.line) == [1])
        #expect(file.problems.map(\.reason) == [reason])
        #expect(file.entries.map(\.name) == ["b"])
    }

    @Test("what is quoted reads back", arguments: ["", "a", "a\"b", "\\", "# no comment", " spaces "])
    func quotes(_ text: String) {
        #expect(ConfigurationFile("a = " + ConfigurationFile.quote(text)).entries.map(\.text) == [text])
    }
}
