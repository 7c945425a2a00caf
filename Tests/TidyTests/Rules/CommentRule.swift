import Foundation

/// What takes the compiler's word away is explained beside it.
struct CommentRule {
    /// A word of code, what a comment near it must hold, and how many lines before or after is near.
    struct Row {
        let word: String
        let comment: String
        let linesAbove: Int
        let linesBelow: Int
    }

    /// The explanation of a class may stand with the properties that it is about.
    static let table = [
        Row(word: "@unchecked Sendable", comment: "SAFETY:", linesAbove: 6, linesBelow: 30),
        Row(word: "nonisolated(unsafe)", comment: "SAFETY:", linesAbove: 6, linesBelow: 0),
        Row(word: "try?", comment: "//", linesAbove: 2, linesBelow: 0),
    ]

    func check(_ file: RepositoryFile) -> [Violation] {
        let lines = file.lines
        var found: [Violation] = []
        for row in Self.table {
            for (index, line) in file.code.lines.enumerated() where line.containsWord(row.word) {
                let near = lines[max(0, index - row.linesAbove)...min(index + row.linesBelow, lines.count - 1)]
                let isExplained = near.contains { text in
                    guard let comment = text.range(of: "//") else { return false }
                    return text[comment.lowerBound...].contains(row.comment)
                }
                if !isExplained {
                    let what = "`\(row.word)` without a `\(row.comment)` comment beside it"
                    found.append(Violation(path: file.path, line: index + 1, what: what))
                }
            }
        }
        return found
    }
}
