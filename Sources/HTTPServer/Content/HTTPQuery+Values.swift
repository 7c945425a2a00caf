private import Primitives

/// Values of a query as the description of its route bounds them. All are nil without a value of the name.
extension HTTPQuery {
    package func number(_ name: String, in range: ClosedRange<Int64>) throws(HTTPProblem) -> Int64? {
        guard let text = try self.single(name) else { return nil }
        if let number = DecimalText.parse(text.utf8), let value = Int64(exactly: number), range.contains(value) {
            return value
        }
        throw Self.outside("\(name) is \(range.lowerBound) to \(range.upperBound)")
    }

    /// Text of so many characters at most, as JSON Schema counts them.
    package func text(_ name: String, lengthMax: Int) throws(HTTPProblem) -> String? {
        guard let text = try self.single(name) else { return nil }
        if text.unicodeScalars.count <= lengthMax { return text }
        throw Self.outside("\(name) has at most \(lengthMax) characters")
    }

    /// One of the words of a type, byte for byte.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type, _ name: String
    ) throws(HTTPProblem) -> Choice? where Choice.RawValue == String {
        guard let text = try self.single(name) else { return nil }
        if let choice = Choice.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) { return choice }
        throw Self.outside("\(name) is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    private static func outside(_ detail: String) -> HTTPProblem {
        HTTPProblem(.badRequest, code: "invalid-request", detail: detail)
    }
}
