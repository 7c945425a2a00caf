import Testing

@Suite("Documents")
struct DocumentTests {
    private static let rule = DocumentRule(paths: Repository.here.paths)
    private static let documents = Repository.here.files.filter { $0.path.hasSuffix(".md") }

    @Test("every relative link of every document leads to a file")
    func linksResolve() {
        let found = Violations(Self.documents.flatMap(Self.rule.checkLinks))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("every document is reached by a link from another one")
    func documentsAreLinked() {
        let found = Violations(Self.rule.checkLinked(Self.documents))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("every decision has its number in its heading")
    func decisionsHaveHeadings() {
        let decisions = Self.documents.filter { $0.path.hasPrefix("docs/decisions/") }
        #expect(!decisions.isEmpty)
        let found = Violations(decisions.flatMap(Self.rule.checkHeading))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("every file that a document names exists")
    func namedPathsExist() {
        let found = Violations(Self.documents.flatMap(Self.rule.checkNamedPaths))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("every make target that a document names exists")
    func targetsExist() throws {
        let makefile = try #require(Repository.here.file("Makefile")).text
        let found = Violations(Self.documents.flatMap { Self.rule.checkTargets($0, makefile: makefile) })
        #expect(found.isEmpty, "\(found)")
    }

    @Test("the operator's document lists every metric there is, and no other")
    func metricsAreListed() throws {
        let sources = Repository.here.files.filter { $0.path.hasPrefix("Sources/") && $0.path.hasSuffix(".swift") }
        let document = try #require(Repository.here.file("docs/OPERATIONS.md"))
        let found = Violations(Self.rule.checkMetrics(sources, document: document))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("the README names the two commands that a newcomer needs")
    func readmeNamesTheCommands() throws {
        let readme = try #require(Repository.here.file("README.md")).text
        #expect(readme.contains("make run"))
        #expect(readme.contains("make test"))
    }

    @Test("the tour names every folder of code")
    func tourNamesEveryFolder() throws {
        let tour = try #require(Repository.here.file("docs/ARCHITECTURE.md")).text
        let folders = Set(
            Repository.here.paths.filter { $0.hasPrefix("Sources/") }.map { path in
                String(path.split(separator: "/").dropLast().last ?? "")
            })
        let unnamed = folders.subtracting(["include"]).filter { !tour.contains("`\($0)/`") }
        #expect(unnamed.isEmpty, "docs/ARCHITECTURE.md does not name \(unnamed.sorted())")
    }

    @Test("decisions are numbered without a gap")
    func decisionsAreNumbered() {
        let found = Violations(Self.rule.checkDecisions())
        #expect(found.isEmpty, "\(found)")
    }

    @Test("every fixture is described in the fixtures' README, and every described folder has one")
    func fixturesAreDescribed() throws {
        let readme = try #require(Repository.here.file(FixtureRule.readme)).text
        let found = Violations(FixtureRule().check(paths: Repository.here.paths, readme: readme))
        #expect(found.isEmpty, "\(found)")
    }
}

@Suite("Document rules")
struct DocumentRuleTests {
    private static let rule = DocumentRule(paths: [
        "README.md", "docs/A.md", "Sources/M/A.swift", "docs/decisions/0001-a.md",
    ])

    @Test(
        "a link that leads nowhere is found",
        arguments: [
            ("[a](docs/A.md)", 0), ("[a](docs/B.md)", 1), ("[a](docs/)", 0),
            ("[a](#below) [b](https://a.example/b)", 0),
        ])
    func brokenLink(text: String, count: Int) {
        #expect(Self.rule.checkLinks(RepositoryFile(path: "README.md", text: text)).count == count)
    }

    @Test("a link is followed from where its document stands")
    func linkFromFolder() {
        let file = RepositoryFile(path: "docs/decisions/0001-a.md", text: "[a](../A.md) [b](../../README.md) [c](A.md)")
        #expect(Self.rule.checkLinks(file).map(\.what) == ["the link A.md leads nowhere"])
    }

    @Test("a document that only links to itself is found")
    func unlinked() {
        let documents = [
            ("README.md", "[a](docs/A.md#part) [d](docs/decisions) [d](docs) [f](fixtures)"),
            ("docs/A.md", "[r](../README.md)"),
            ("docs/B.md", "[b](B.md)"), ("docs/decisions/0001-a.md", ""), ("fixtures/README.md", ""),
        ].map { RepositoryFile(path: $0.0, text: $0.1) }
        #expect(Self.rule.checkLinked(documents).map(\.path) == ["docs/B.md"])
    }

    @Test("a metric that is not listed is found, and one that nobody makes")
    func metrics() {
        let source = RepositoryFile(path: "Sources/M/A.swift", text: "(\"podo_a_total\", \"podo_b\", \"podo\")")
        let document = RepositoryFile(path: "docs/A.md", text: "| `podo_b`, `podo_c` | `podo_` |")
        let found = Self.rule.checkMetrics([source], document: document)
        #expect(found.map(\.what) == ["`podo_a_total` is not listed", "nobody makes `podo_c`"])
    }

    @Test(
        "a decision with another heading is found",
        arguments: [("# 12. A title", 0), ("# 0012 A title", 1), ("# 2. A title", 1), ("12. A title", 1)])
    func decisionHeading(text: String, count: Int) {
        let file = RepositoryFile(path: "docs/decisions/0012-a-title.md", text: text + "\n")
        #expect(Self.rule.checkHeading(file).count == count)
    }

    @Test("a named file that does not exist is found")
    func missingPath() {
        let file = RepositoryFile(path: "docs/A.md", text: "`Sources/M/` `Sources/M/A.swift` `Sources/M/B.swift`")
        #expect(Self.rule.checkNamedPaths(file).map(\.what) == ["`Sources/M/B.swift` does not exist"])
    }

    @Test("a make target that does not exist is found in a sentence and in a listing")
    func missingTarget() {
        let text = "`make run` and `make rum`\n\n    make tset\n\nmake nothing of it"
        let found = Self.rule.checkTargets(
            RepositoryFile(path: "README.md", text: text), makefile: "run: build\n\techo")
        #expect(found.map(\.line) == [1, 3])
    }

    @Test(
        "a gap, a twin and a missing number are found",
        arguments: [
            (["0001-a.md", "0003-b.md"], 1), (["0001-a.md", "0001-b.md"], 1), (["notes.md"], 1),
            (["0001-a.md", "0002-b.md"], 0),
        ])
    func decisionNumbers(names: [String], count: Int) {
        #expect(DocumentRule(paths: names.map { "docs/decisions/" + $0 }).checkDecisions().count == count)
    }

    @Test("a fixture that nobody describes, and a folder that nothing is in, are found")
    func undescribedFixture() {
        let paths = [
            "fixtures/README.md", "fixtures/fuzz/http1/seed", "fixtures/http/get.http", "fixtures/http/put.http",
        ]
        let found = FixtureRule().check(paths: paths, readme: "`fuzz/http1/` `http/get.http` `rtmp/`")
        #expect(found.map(\.what) == ["not in fixtures/README.md", "`rtmp/` has no file"])
        #expect(found.first?.path == "fixtures/http/put.http")
    }
}
