import Foundation

/// A Swift file cut into what is code and what is not: comments and the insides of string literals become blanks, so
/// that a word in them breaks no rule and a brace in them opens nothing. Lines stay where they are.
///
/// Knows nested block comments, multi-line and raw strings, and code inside `\( )`. Does not know bare `/regex/`.
struct SourceText {
    let lines: [String]

    private enum Mode {
        /// `depth` counts parentheses in an interpolation; nil outside of one.
        case code(depth: Int?)
        case lineComment
        case blockComment(depth: Int)
        case string(pounds: Int, isMultiline: Bool)
    }

    init(_ text: String) {
        var cutter = Cutter(text: Array(text.unicodeScalars))
        self.lines = cutter.run().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private struct Cutter {
        let text: [Unicode.Scalar]
        var position = 0
        var output = String.UnicodeScalarView()
        var modes: [Mode] = [.code(depth: nil)]

        init(text: [Unicode.Scalar]) { self.text = text }

        mutating func run() -> String {
            while self.position < self.text.count {
                switch self.modes[self.modes.count - 1] {
                case .code(let depth): self.stepCode(depth)
                case .lineComment: self.stepLineComment()
                case .blockComment(let depth): self.stepBlockComment(depth)
                case .string(let pounds, let isMultiline): self.stepString(pounds, isMultiline)
                }
            }
            return String(self.output)
        }

        func sees(_ word: String) -> Bool {
            let scalars = word.unicodeScalars
            return self.position + scalars.count <= self.text.count
                && self.text[self.position..<self.position + scalars.count].elementsEqual(scalars)
        }

        mutating func keep(_ count: Int = 1) {
            self.output.append(contentsOf: self.text[self.position..<self.position + count])
            self.position += count
        }

        mutating func blank(_ count: Int = 1) {
            for scalar in self.text[self.position..<min(self.position + count, self.text.count)] {
                self.output.append(scalar == "\n" ? "\n" : " ")
            }
            self.position += count
        }

        mutating func stepCode(_ depth: Int?) {
            if self.sees("//") { return self.modes.append(.lineComment) }
            if self.sees("/*") {
                self.modes.append(.blockComment(depth: 1))
                return self.blank(2)
            }
            let pounds = self.text[self.position...].prefix { $0 == "#" }.count
            let quote = self.position + pounds
            if quote < self.text.count, self.text[quote] == "\"" {
                let isMultiline = self.text[quote...].prefix(3).elementsEqual("\"\"\"".unicodeScalars)
                self.modes.append(.string(pounds: pounds, isMultiline: isMultiline))
                return self.keep(pounds + (isMultiline ? 3 : 1))
            }
            if let depth {
                let scalar = self.text[self.position]
                if scalar == "(" { self.modes[self.modes.count - 1] = .code(depth: depth + 1) }
                if scalar == ")" {
                    if depth == 0 {
                        self.modes.removeLast()
                    } else {
                        self.modes[self.modes.count - 1] = .code(depth: depth - 1)
                    }
                }
            }
            self.keep()
        }

        mutating func stepLineComment() {
            if self.text[self.position] == "\n" { self.modes.removeLast() }
            self.blank()
        }

        mutating func stepBlockComment(_ depth: Int) {
            if self.sees("*/") {
                if depth == 1 {
                    self.modes.removeLast()
                } else {
                    self.modes[self.modes.count - 1] = .blockComment(depth: depth - 1)
                }
                return self.blank(2)
            }
            if self.sees("/*") {
                self.modes[self.modes.count - 1] = .blockComment(depth: depth + 1)
                return self.blank(2)
            }
            self.blank()
        }

        mutating func stepString(_ pounds: Int, _ isMultiline: Bool) {
            let hashes = String(repeating: "#", count: pounds)
            let end = (isMultiline ? "\"\"\"" : "\"") + hashes
            if self.sees(end) || (!isMultiline && self.text[self.position] == "\n") {
                self.modes.removeLast()
                return self.text[self.position] == "\n" ? self.blank() : self.keep(end.unicodeScalars.count)
            }
            if self.sees("\\" + hashes + "(") {
                self.modes.append(.code(depth: 0))
                return self.blank(2 + pounds)
            }
            self.blank(self.sees("\\" + hashes) ? 2 + pounds : 1)
        }
    }
}

extension String {
    /// Whether `word` occurs as a word: where it begins or ends with a letter, no letter goes on before or after it.
    func containsWord(_ word: String) -> Bool {
        func isPartOfName(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        }
        var rest = self[...]
        while let range = rest.range(of: word) {
            let before = range.lowerBound > self.startIndex ? self[self.index(before: range.lowerBound)] : nil
            let after = range.upperBound < self.endIndex ? self[range.upperBound] : nil
            let joinsBefore = isPartOfName(word.first) && isPartOfName(before)
            let joinsAfter = isPartOfName(word.last) && isPartOfName(after)
            if !joinsBefore, !joinsAfter { return true }
            rest = self[range.upperBound...]
        }
        return false
    }
}
