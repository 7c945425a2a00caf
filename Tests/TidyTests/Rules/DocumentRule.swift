/// Documents tell the truth about the tree: links lead somewhere, named files and make targets exist.
struct DocumentRule {
    let paths: Set<String>

    /// `paths` are all files of the repository.
    init(paths: [String]) {
        var known = Set(paths)
        for path in paths {
            var parts = path.split(separator: "/")
            while parts.count > 1 {
                parts.removeLast()
                known.insert(parts.joined(separator: "/"))
            }
        }
        self.paths = known
    }

    /// Relative links must lead to a file or folder.
    func checkLinks(_ file: RepositoryFile) -> [Violation] {
        var found: [Violation] = []
        for (index, line) in file.lines.enumerated() {
            for match in line.matches(of: /\]\(([^)\s]+)\)/) {
                let target = match.1.prefix { $0 != "#" }
                if target.isEmpty || target.contains("://") || target.hasPrefix("mailto:") { continue }
                let resolved = Self.resolve(String(target), from: file.path)
                if !self.paths.contains(resolved) {
                    found.append(Violation(path: file.path, line: index + 1, what: "the link \(match.1) leads nowhere"))
                }
            }
        }
        return found
    }

    /// Paths in backquotes that begin at a folder of code or documents must exist.
    func checkNamedPaths(_ file: RepositoryFile) -> [Violation] {
        let folders = ["Sources/", "Tests/", "docs/", "scripts/"]
        return Self.codeSpans(in: file.text).compactMap { span in
            guard folders.contains(where: span.text.hasPrefix), !span.text.contains(where: "<*… ".contains) else {
                return nil
            }
            let path = span.text.hasSuffix("/") ? String(span.text.dropLast()) : span.text
            if self.paths.contains(path) { return nil }
            return Violation(path: file.path, line: span.line, what: "`\(span.text)` does not exist")
        }
    }

    /// Each `make target` in backquotes or in an indented listing must be a target of the Makefile.
    func checkTargets(_ file: RepositoryFile, makefile: String) -> [Violation] {
        let targets = Set(makefile.matches(of: /(?m)^([a-z0-9-]+):/).map { String($0.1) })
        var found: [Violation] = []
        for (index, line) in file.lines.enumerated() {
            for match in line.matches(of: /(?:`|^ {4,})make ([a-z0-9-]+)/) where !targets.contains(String(match.1)) {
                found.append(Violation(path: file.path, line: index + 1, what: "make has no target \(match.1)"))
            }
        }
        return found
    }

    /// Every document but the README is reached by a link from another one. A link to a folder is one to the README in
    /// it, and to the decisions.
    func checkLinked(_ documents: [RepositoryFile]) -> [Violation] {
        var linked: Set<String> = ["README.md"]
        for file in documents {
            for match in file.text.matches(of: /\]\(([^)\s]+)\)/) {
                let target = Self.resolve(String(match.1.prefix { $0 != "#" }), from: file.path)
                if target != file.path { linked.insert(target) }
            }
        }
        return documents.filter { file in
            let folder = Self.resolve(".", from: file.path)
            let isShownByFolder = file.path.hasSuffix("/README.md") || folder == "docs/decisions"
            return !linked.contains(file.path) && !(isShownByFolder && linked.contains(folder))
        }.map { Violation(path: $0.path, line: 1, what: "no document links to it") }
    }

    /// The first line of a decision is `# 1. Title`, with the number of its file.
    func checkHeading(_ file: RepositoryFile) -> [Violation] {
        let name = file.path.split(separator: "/").last ?? ""
        let number = Int(name.prefix(4)) ?? -1
        guard let first = file.lines.first, !first.hasPrefix("# \(number). ") else { return [] }
        return [Violation(path: file.path, line: 1, what: "the heading does not begin with `# \(number). `")]
    }

    /// Decisions are numbered from 0001 without a gap or a twin.
    func checkDecisions() -> [Violation] {
        let folder = "docs/decisions/"
        let numbers = self.paths.filter { $0.hasPrefix(folder) && $0.hasSuffix(".md") }
            .map { Int($0.dropFirst(folder.count).prefix(4)) ?? -1 }.sorted()
        if numbers == Array(1...max(1, numbers.count)) { return [] }
        return [Violation(path: folder, line: 1, what: "numbers \(numbers) are not 1 to \(numbers.count)")]
    }

    /// Metrics that the sources make and the operator's document does not list, and those that it lists and nobody makes.
    func checkMetrics(_ sources: [RepositoryFile], document: RepositoryFile) -> [Violation] {
        let metric = /(?:podo|process)_[a-z0-9_]+/
        let listed = Set(Self.codeSpans(in: document.text).map(\.text).filter { $0.wholeMatch(of: metric) != nil })
        var made: Set<String> = []
        for file in sources {
            for match in file.text.matches(of: /"((?:podo|process)_[a-z0-9_]+)"/) { made.insert(String(match.1)) }
        }
        let unlisted = made.subtracting(listed).sorted().map { "`\($0)` is not listed" }
        let unmade = listed.subtracting(made).sorted().map { "nobody makes `\($0)`" }
        return (unlisted + unmade).map { Violation(path: document.path, line: 1, what: $0) }
    }

    /// The texts between single backquotes, with their lines.
    static func codeSpans(in text: String) -> [(text: String, line: Int)] {
        var spans: [(text: String, line: Int)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") { continue }
            for match in line.matches(of: /`([^`]+)`/) { spans.append((String(match.1), index + 1)) }
        }
        return spans
    }

    /// `target` as a path from the root, when it stands in the document at `path`.
    static func resolve(_ target: String, from path: String) -> String {
        var parts = path.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}
