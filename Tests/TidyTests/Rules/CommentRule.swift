/// What takes the compiler's word away is explained beside it.
struct CommentRule {
    /// How many lines above, at most, the explanation may begin.
    static let linesAboveMax = 6

    /// Code word, and what the comment beside it must hold.
    static let table: [(word: String, comment: String)] = [
        ("@unchecked Sendable", "SAFETY:"),
        ("nonisolated(unsafe)", "SAFETY:"),
        ("try?", "//"),
    ]

    func check(_ file: RepositoryFile) -> [Violation] {
        let lines = file.lines
        var found: [Violation] = []
        for (word, comment) in Self.table {
            for (index, line) in file.code.lines.enumerated() where line.containsWord(word) {
                let near = lines[max(0, index - Self.linesAboveMax)...index]
                let isExplained = near.contains { text in text.contains("//") && text.contains(comment) }
                if !isExplained {
                    let what = "`\(word)` without a `\(comment)` comment just above"
                    found.append(Violation(path: file.path, line: index + 1, what: what))
                }
            }
        }
        return found
    }
}
