/// A word that may not stand in code.
struct BannedWord {
    let word: String
    /// Where it is banned: path prefixes.
    let folders: [String]
    let reason: String
    /// Where it may stand all the same: a path prefix, and why.
    let exceptions: [String: String]

    init(_ word: String, in folders: [String], _ reason: String, except exceptions: [String: String] = [:]) {
        self.word = word
        self.folders = folders
        self.reason = reason
        self.exceptions = exceptions
    }
}

/// Words that the house does without, each with its reason and the few places where it may stand.
struct WordRule {
    private static let everywhere = ["Sources/", "Tests/", "Benchmarks/", "Fuzz/"]
    private static let sources = ["Sources/"]
    private static let taskMakers = [
        "Sources/Reactor/": "loops start what runs on them",
        "Sources/HTTPServer/": "a concurrent handler becomes a task on its connection's loop",
        "Sources/RTMPIngest/": "the question to an authorizer becomes a task on its connection's loop",
        "Sources/podo/": "composition",
    ]

    static let table: [BannedWord] = [
        BannedWord("Task {", in: sources, "an unstructured task leaves its loop", except: taskMakers),
        BannedWord("Task(", in: sources, "an unstructured task needs an owner", except: taskMakers),
        BannedWord("Task.detached", in: sources, "a detached task belongs to nobody"),
        BannedWord(
            "Task.sleep", in: everywhere, "it wakes on the global executor; use the loop's timer, or inject time"),
        BannedWord("async let", in: everywhere, "miscompiled by Swift 6.3.1 in pairs"),
        BannedWord("DispatchQueue", in: everywhere, "threads are Reactor's"),
        BannedWord("try!", in: everywhere, "handle the error"),
        BannedWord("as!", in: everywhere, "handle the other type"),
        BannedWord("print(", in: sources, "use the log; a command writes to standard output by its own helper"),
        BannedWord("fatalError()", in: sources, "say what is impossible"),
        BannedWord("preconditionFailure()", in: sources, "say what is impossible"),
        BannedWord("public", in: sources, "one package, nobody outside: use package"),
        BannedWord("XCTest", in: everywhere, "tests are Swift Testing"),
    ]

    /// Banned in any committed text, in comments too. Put together here so that this file does not hold them.
    static let textTable: [(word: String, reason: String)] = [
        ("-O" + "unchecked", "it turns a trap on hostile bytes into undefined behaviour"),
        ("TO" + "DO", "open an issue instead"),
        ("FIX" + "ME", "open an issue instead"),
    ]

    /// Documents that explain a banned word may name it.
    private static let textExceptions: [String: Set<String>] = [
        "docs/STYLE.md": ["-O" + "unchecked", "TO" + "DO"],
        "LICENSE": [],
    ]

    func check(_ file: RepositoryFile) -> [Violation] {
        var found: [Violation] = []
        for banned in Self.table where banned.folders.contains(where: file.path.hasPrefix) {
            if banned.exceptions.keys.contains(where: file.path.hasPrefix) { continue }
            for (index, line) in file.code.lines.enumerated() where line.containsWord(banned.word) {
                let what = "`\(banned.word)`: \(banned.reason)"
                found.append(Violation(path: file.path, line: index + 1, what: what))
            }
        }
        return found
    }

    func checkText(_ file: RepositoryFile) -> [Violation] {
        var found: [Violation] = []
        for banned in Self.textTable where !(Self.textExceptions[file.path]?.contains(banned.word) ?? false) {
            for (index, line) in file.lines.enumerated() where String(line).containsWord(banned.word) {
                found.append(Violation(path: file.path, line: index + 1, what: "`\(banned.word)`: \(banned.reason)"))
            }
        }
        return found
    }
}
