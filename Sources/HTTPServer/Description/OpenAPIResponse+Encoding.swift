extension OpenAPIResponse: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        if self.isShared {
            writer.object { $0.member("$ref", "#/components/responses/\(self.componentName)") }
        } else {
            self.encodeWhole(to: &writer)
        }
    }

    /// What the components call it.
    var componentName: String { "Status\(self.status.code)" }

    func encodeWhole(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("description", self.about)
            self.writeFields(to: &writer)
            if self.answer?.mediaType == nil, self.codes.isEmpty, !self.isOfProtocol { return }
            writer.name("content" as StaticString)
            writer.object { writer in
                if let answer = self.answer { Self.writeContent(of: answer, to: &writer) }
                if !self.codes.isEmpty { self.writeProblem(to: &writer) }
                if self.isOfProtocol {
                    writer.name("text/plain" as StaticString)
                    writer.object { $0.member("schema", JSONSchema(.string())) }
                }
            }
        }
    }

    private var about: String {
        if let answer = self.answer { return answer.about }
        let codes = self.codes.map { "`\($0)`" }.joined(separator: ", ")
        return codes.isEmpty ? "\(self.status.reason)." : "\(self.status.reason): \(codes)."
    }

    private func writeFields(to writer: inout JSONWriter) {
        var fields = self.answer?.fields ?? []
        if self.saysWhenToRetry {
            fields.append((name: "Retry-After", about: "Seconds to wait before the next attempt."))
        }
        guard !fields.isEmpty else { return }
        writer.name("headers" as StaticString)
        writer.object { writer in
            for field in fields {
                writer.name(field.name)
                writer.object { writer in
                    writer.member("description", field.about)
                    writer.member("schema", JSONSchema(.string()))
                }
            }
        }
    }

    private static func writeContent(of answer: HTTPAnswerDescription, to writer: inout JSONWriter) {
        guard let mediaType = answer.mediaType else { return }
        writer.name(mediaType)
        writer.object { writer in
            if let schema = answer.schema { writer.member("schema", schema) }
            guard !answer.examples.isEmpty else { return }
            writer.name("examples" as StaticString)
            writer.object { writer in
                for (index, example) in answer.examples.enumerated() {
                    writer.name("\(index + 1)")
                    writer.object { $0.member("value", example) }
                }
            }
        }
    }

    /// The problem document, with the codes that it may have here.
    private func writeProblem(to writer: inout JSONWriter) {
        writer.name("application/problem+json" as StaticString)
        writer.object { writer in
            writer.name("schema" as StaticString)
            writer.object { writer in
                writer.name("allOf" as StaticString)
                writer.array { writer in
                    writer.object { $0.member("$ref", "#/components/schemas/\(OpenAPIComponents.problemName)") }
                    JSONSchema(.object([JSONSchemaMember("code", JSONSchema(.choice(self.codes)))]))
                        .encode(to: &writer)
                }
            }
        }
    }
}
