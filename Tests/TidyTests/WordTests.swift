import Testing

@Suite("Words")
struct WordTests {
    @Test("no banned word stands in code")
    func repositoryHasNoBannedWord() {
        let files = Repository.here.swiftFiles(under: "Sources", "Tests", "Benchmarks", "Fuzz")
        let found = Violations(files.flatMap(WordRule().check))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("no committed text holds a word that has no place in it")
    func repositoryHasNoBannedText() {
        let found = Violations(Repository.here.files.flatMap(WordRule().checkText))
        #expect(found.isEmpty, "\(found)")
    }

    @Test(
        "every banned word is found where it is banned",
        arguments: WordRule.table.indices)
    func bannedWordIsFound(index: Int) {
        let banned = WordRule.table[index]
        let file = RepositoryFile(path: banned.folders[0] + "Primitives/A.swift", text: "a\n\(banned.word) x")
        let what = "`\(banned.word)`: \(banned.reason)"
        #expect(WordRule().check(file).contains(Violation(path: file.path, line: 2, what: what)))
    }

    @Test(
        "every banned text is found in a comment too",
        arguments: WordRule.textTable.map(\.word))
    func bannedTextIsFound(word: String) {
        let file = RepositoryFile(path: "scripts/a", text: "# \(word)home")
        let other = RepositoryFile(path: "scripts/a", text: "# \(word) home")
        #expect(!(WordRule().checkText(file) + WordRule().checkText(other)).isEmpty)
    }

    @Test(
        "a word inside another word, a comment or a string is no banned word",
        arguments: [
            "fingerprint(a)", "// print(a)", "let a = \"print(a)\"", "/* as! /* b */ try! */ let a = 1",
            "let a = #\"print(\"\"#", "let a = \"\"\"\n  print(\"a\")\n  \"\"\"", "isPublic = publicKey",
        ])
    func innocentTextIsFree(text: String) {
        #expect(WordRule().check(RepositoryFile(path: "Sources/Primitives/A.swift", text: text)).isEmpty)
    }

    @Test(
        "code inside an interpolation, and after a string or a comment, is looked at",
        arguments: [
            "let a = \"\\(b(try! c()))\"", "let a = \"\\\\\"; try! b()", "/* a */ try! b()", "// a\ntry! b()",
            "let a = #\"\\\"#; try! b()", "let a = \"\"\"\n  \"b\"\n  \"\"\"; try! c()",
            "let a = \"unfinished\ntry! b()",
        ])
    func codeBesideTextIsSeen(text: String) {
        #expect(WordRule().check(RepositoryFile(path: "Sources/Primitives/A.swift", text: text)).count == 1)
    }

    @Test("a task may begin where the table says so, and nowhere else")
    func exceptionsHoldByFolder() {
        let text = "Task { }"
        #expect(WordRule().check(RepositoryFile(path: "Sources/podo/A.swift", text: text)).isEmpty)
        #expect(WordRule().check(RepositoryFile(path: "Sources/Primitives/A.swift", text: text)).count == 1)
    }

    @Test("what takes the compiler's word away is explained beside it")
    func repositoryExplainsUnsafety() {
        let files = Repository.here.swiftFiles(under: "Sources")
        let found = Violations(files.flatMap(CommentRule().check))
        #expect(found.isEmpty, "\(found)")
    }

    @Test(
        "a missing explanation is found",
        arguments: [
            "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "let a = try? b()",
            "// it is fine\nfinal class A: @unchecked Sendable {}", "let a = \"// SAFETY:\"\n\n\n\n\n\n\n\ntry? b()",
        ])
    func missingExplanationIsFound(text: String) {
        #expect(CommentRule().check(RepositoryFile(path: "Sources/M/A.swift", text: text)).count == 1)
    }

    @Test("an explanation just above is enough")
    func explanationIsSeen() {
        let text = "// SAFETY: the loop owns it.\nfinal class A: @unchecked Sendable {}\n\n// Lost anyway.\ntry? b()"
        #expect(CommentRule().check(RepositoryFile(path: "Sources/M/A.swift", text: text)).isEmpty)
    }
}
