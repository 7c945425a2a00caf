/// Files, functions and lines stay short enough to be read at one sitting.
struct SizeRule {
    static let fileLineCountMax = 400
    static let functionLineCountMax = 70
    static let lineColumnCountMax = 120

    /// Files that may be longer, up to 600 lines, each with its reason. Short by intention: split first.
    static let longFiles: [String: String] = [:]
    static let longFileLineCountMax = 600

    func check(_ file: RepositoryFile) -> [Violation] {
        var found: [Violation] = []
        let lines = file.lines
        let countMax = Self.longFiles[file.path] == nil ? Self.fileLineCountMax : Self.longFileLineCountMax
        if lines.count - 1 > countMax {
            found.append(
                Violation(path: file.path, line: countMax, what: "\(lines.count - 1) lines, at most \(countMax): split")
            )
        }
        for (index, line) in lines.enumerated() where line.count > Self.lineColumnCountMax {
            found.append(
                Violation(
                    path: file.path, line: index + 1, what: "\(line.count) columns, not \(Self.lineColumnCountMax)"))
        }
        for function in Self.functions(in: file.code) where function.lineCount > Self.functionLineCountMax {
            let what = "a function of \(function.lineCount) lines, at most \(Self.functionLineCountMax)"
            found.append(Violation(path: file.path, line: function.line, what: what))
        }
        return found
    }

    /// Where functions begin and how long they are: a brace whose head, outside parentheses, has a function word.
    static func functions(in code: SourceText) -> [(line: Int, lineCount: Int)] {
        var finder = FunctionFinder()
        for (index, line) in code.lines.enumerated() { finder.read(line, number: index + 1) }
        return finder.found
    }

    private struct FunctionFinder {
        private struct Block {
            let functionLine: Int?
            let parenthesisDepth: Int
        }

        private(set) var found: [(line: Int, lineCount: Int)] = []
        private var blocks: [Block] = []
        private var parenthesisDepth = 0
        private var headLine: Int?
        private var word = ""
        private var isMember = false

        init() {}

        mutating func read(_ line: String, number: Int) {
            for character in line + "\n" {
                if character.isLetter || character == "_" {
                    self.word.append(character)
                    continue
                }
                self.endWord(number)
                switch character {
                case ".": self.isMember = true
                case "(", "[": self.parenthesisDepth += 1
                case ")", "]": self.parenthesisDepth -= 1
                case "{": self.open()
                case "}": self.close(number)
                default: break
                }
                if character != "." { self.isMember = false }
            }
        }

        private mutating func endWord(_ number: Int) {
            if !self.isMember, self.parenthesisDepth == 0 {
                switch self.word {
                case "func", "init", "deinit", "subscript", "var": self.headLine = number
                case "struct", "class", "enum", "actor", "protocol", "extension", "case": self.headLine = nil
                default: break
                }
            }
            self.word = ""
        }

        private mutating func open() {
            self.blocks.append(
                Block(
                    functionLine: self.parenthesisDepth == 0 ? self.headLine : nil,
                    parenthesisDepth: self.parenthesisDepth))
            if self.parenthesisDepth == 0 { self.headLine = nil }
            self.parenthesisDepth = 0
        }

        private mutating func close(_ number: Int) {
            guard let block = self.blocks.popLast() else { return }
            self.parenthesisDepth = block.parenthesisDepth
            if self.parenthesisDepth == 0 { self.headLine = nil }
            if let line = block.functionLine { self.found.append((line, number - line + 1)) }
        }
    }
}
