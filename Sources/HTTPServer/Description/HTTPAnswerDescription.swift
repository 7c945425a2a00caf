/// One answer of a route when all is well.
package struct HTTPAnswerDescription: Sendable {
    package let status: HTTPStatus
    package let about: String
    /// Nil without a body.
    package let mediaType: String?
    package let schema: JSONSchema?
    package let examples: [JSONValue]
    /// Fields of the answer that a caller may need, with what is in them.
    package private(set) var fields: [(name: String, about: String)]

    /// Without a body, or with one that is no JSON.
    package init(_ status: HTTPStatus, _ about: String, mediaType: String? = nil, fields: [(String, String)] = []) {
        self.status = status
        self.about = about
        self.mediaType = mediaType
        self.schema = nil
        self.examples = []
        self.fields = fields.map { (name: $0.0, about: $0.1) }
    }

    /// With values that the code itself would send as examples: one for each shape that they can have. The schema is
    /// what they have in common; `refine` adds what no example tells (`JSONSchema.refining`).
    package init<Value: JSONEncodable>(
        _ status: HTTPStatus, _ about: String, examples: [Value], named name: String? = nil,
        fields: [(String, String)] = [], refine: (JSONSchema) -> JSONSchema = { $0 }
    ) {
        self.status = status
        self.about = about
        self.mediaType = "application/json"
        self.fields = fields.map { (name: $0.0, about: $0.1) }
        self.examples = examples.map { Self.value(of: $0) }
        let schema = refine(JSONSchema(of: self.examples))
        self.schema = name.map(schema.named) ?? schema
    }

    /// The same of a route that gives an answer once more for the same key.
    var repeatable: HTTPAnswerDescription {
        var answer = self
        answer.fields.append(
            (name: "Idempotent-Replayed", about: "true: this is the answer that the key was given before."))
        return answer
    }

    /// What the encoder writes, read back. An encoder that writes no JSON shows as null.
    private static func value(of example: some JSONEncodable) -> JSONValue {
        var writer = JSONWriter()
        example.encode(to: &writer)
        // The error would be that of an encoder, and tells nothing that a null does not.
        return (try? JSONParser.parse(writer.bytes)) ?? .null
    }
}

/// A status, with the codes of the problems that are answered with it.
package struct HTTPProblemDescription: Sendable, Equatable {
    package let status: HTTPStatus
    package let codes: [String]
    /// In so many seconds another attempt may succeed: `Retry-After` is sent.
    package let saysWhenToRetry: Bool

    package init(_ status: HTTPStatus, _ codes: String..., saysWhenToRetry: Bool = false) {
        self.status = status
        self.codes = codes
        self.saysWhenToRetry = saysWhenToRetry
    }
}
