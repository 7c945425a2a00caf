/// One place where a rule is broken, written so that an editor can jump to it.
struct Violation: CustomStringConvertible, Equatable {
    let path: String
    let line: Int
    let what: String

    var description: String { "\(self.path):\(self.line): \(self.what)" }
}

/// A list of violations that prints one a line in a failed expectation.
struct Violations: CustomStringConvertible {
    let all: [Violation]

    init(_ all: [Violation]) { self.all = all }

    var isEmpty: Bool { self.all.isEmpty }
    var description: String { self.all.map { "\n" + $0.description }.joined() }
}
