/// The pairs of a query or of a form body (`application/x-www-form-urlencoded`), decoded.
///
/// Refused are more than `pairCountMax` pairs, a broken escape, and text that is not UTF-8 or holds NUL. A name may
/// come several times; who wants one value of it refuses more (`single`), because guessing which one is meant
/// differs between programs.
package struct HTTPQuery: Sendable {
    package static let pairCountMax = 64

    private let pairs: [(name: String, value: String)]

    package init(_ text: ArraySlice<UInt8>) throws(HTTPProblem) {
        var pairs: [(name: String, value: String)] = []
        for part in text.split(separator: UInt8(ascii: "&"), maxSplits: Self.pairCountMax) {
            guard pairs.count < Self.pairCountMax else { throw Self.invalid("at most \(Self.pairCountMax) values") }
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let value = equals < part.endIndex ? part[(equals + 1)...] : []
            pairs.append((try Self.decode(part[..<equals]), try Self.decode(value)))
        }
        self.pairs = pairs
    }

    package var count: Int { self.pairs.count }

    /// Every value of this name, in order. Byte for byte: comparing strings would normalise a peer's, in time that
    /// grows with the square of its combining marks.
    package func all(_ name: String) -> [String] {
        self.pairs.filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.value)
    }

    /// The one value of this name, or nil without one.
    package func single(_ name: String) throws(HTTPProblem) -> String? {
        let values = self.all(name)
        guard values.count <= 1 else { throw Self.invalid("\(name) is given more than once") }
        return values.first
    }

    private static func decode(_ part: ArraySlice<UInt8>) throws(HTTPProblem) -> String {
        for index in part.indices where part[index] == PercentDecoding.percent {
            guard PercentDecoding.escapedByte(in: part, at: index) != nil else { throw self.invalid("a broken escape") }
        }
        let spaced = part.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }
        let bytes = PercentDecoding.decode(spaced[...])
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw self.invalid("text that is not UTF-8")
        }
        return text
    }

    private static func invalid(_ detail: String) -> HTTPProblem {
        HTTPProblem(.badRequest, code: "invalid-request", detail: detail)
    }
}

extension HTTPRequest {
    package func decodeQuery() throws(HTTPProblem) -> HTTPQuery { try HTTPQuery(self.query ?? []) }

    /// The body of a form; 415 when it is not called one.
    package func decodeForm() throws(HTTPProblem) -> HTTPQuery {
        let type = self.fields.bytes(.contentType) ?? []
        let name = HTTPText.trimmed(type[..<(type.firstIndex(of: UInt8(ascii: ";")) ?? type.endIndex)])
        guard HTTPText.equals(name, "application/x-www-form-urlencoded") else {
            throw HTTPProblem(.unsupportedMediaType, code: "content-type-not-form")
        }
        return try HTTPQuery(self.body[...])
    }
}
