/// Every file in fixtures/ is described in its README: by its path in backquotes, or by its folder's, ending in `/`.
struct FixtureRule {
    static let folder = "fixtures/"
    static let readme = "fixtures/README.md"

    func check(paths: [String], readme: String) -> [Violation] {
        let named = DocumentRule.codeSpans(in: readme).map(\.text)
        let fixtures = paths.filter { $0.hasPrefix(Self.folder) && $0 != Self.readme }
            .map { String($0.dropFirst(Self.folder.count)) }
        var found: [Violation] = []
        for fixture in fixtures {
            let isNamed = named.contains { $0 == fixture || ($0.hasSuffix("/") && fixture.hasPrefix($0)) }
            if !isNamed { found.append(Violation(path: Self.folder + fixture, line: 1, what: "not in \(Self.readme)")) }
        }
        for folder in named where folder.hasSuffix("/") && !fixtures.contains(where: { $0.hasPrefix(folder) }) {
            found.append(Violation(path: Self.readme, line: 1, what: "`\(folder)` has no file"))
        }
        return found
    }
}
