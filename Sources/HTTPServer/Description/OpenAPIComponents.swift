/// What operations refer to: named schemas, and what is the same for many.
struct OpenAPIComponents: JSONEncodable {
    static let problemName = "Problem"
    /// Either of them says who asks.
    static let securitySchemes = ["bearer", "session"]
    private static let idempotencyKeyLengthMax = 255
    private static let pageLimitMax: Int64 = 100

    let info: OpenAPIInfo
    let schemas: [(name: String, schema: JSONSchema)]

    /// The names of the parameters that routes with these options take.
    static func parameters(of options: HTTPRouteDescription.Options) -> [String] {
        var names: [String] = []
        if options.contains(.idempotencyKeyRequired) {
            names.append("IdempotencyKeyRequired")
        } else if options.contains(.idempotencyKey) {
            names.append("IdempotencyKey")
        }
        if options.contains(.pages) { names += ["Cursor", "Limit"] }
        if options.contains(.conditional) { names.append("IfNoneMatch") }
        return names
    }

    private static var parameters: [(name: String, parameter: HTTPParameterDescription)] {
        let key = JSONSchema.Kind.string(JSONStringRule(lengthMin: 1, lengthMax: self.idempotencyKeyLengthMax))
        let about = "The same key and body give the same answer for 24 hours, and the effect only once."
        return [
            ("IdempotencyKey", HTTPParameterDescription(.header, "Idempotency-Key", key, about: about)),
            (
                "IdempotencyKeyRequired",
                HTTPParameterDescription(.header, "Idempotency-Key", key, isRequired: true, about: about)
            ),
            (
                "Cursor",
                HTTPParameterDescription(.query, "cursor", .string(), about: "The nextCursor of the page before.")
            ),
            (
                "Limit",
                HTTPParameterDescription(.query, "limit", .integer(1...self.pageLimitMax), about: "How many at most.")
            ),
            (
                "IfNoneMatch",
                HTTPParameterDescription(.header, "If-None-Match", .string(), about: "The ETag of what the client has.")
            ),
        ]
    }

    /// RFC 9457, with what every one of ours has (`HTTPProblem`).
    static let problem = JSONSchema(
        .object([
            JSONSchemaMember("type", JSONSchema(.string(), about: "urn:podo:problem: and the code.")),
            JSONSchemaMember("title", JSONSchema(.string())),
            JSONSchemaMember("status", JSONSchema(.integer(100...599))),
            JSONSchemaMember("code", JSONSchema(.string(), about: "What programs tell problems apart by. It stays.")),
            JSONSchemaMember("detail", JSONSchema(.string(), about: "For people."), isRequired: false),
            JSONSchemaMember(
                "requestId", JSONSchema(.string(), about: "Names the request in the server's log."), isRequired: false),
            JSONSchemaMember(
                "errors",
                JSONSchema(
                    .array(
                        of: JSONSchema(
                            .object([
                                JSONSchemaMember("pointer", JSONSchema(.string(), about: "Where: /seats/2/row")),
                                JSONSchemaMember("code", JSONSchema(.string())),
                                JSONSchemaMember("detail", JSONSchema(.string())),
                            ])), countMax: JSONObjectReader.errorCountMax), about: "What is wrong with each field."),
                isRequired: false),
        ]))

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("schemas" as StaticString)
            writer.object { writer in
                writer.member("Problem", Self.problem)
                for (name, schema) in self.schemas.sorted(by: { $0.name < $1.name }) {
                    writer.name(name)
                    schema.encode(to: &writer)
                }
            }
            writer.name("responses" as StaticString)
            writer.object { writer in
                for response in OpenAPIResponse.shared {
                    writer.name(response.componentName)
                    response.encodeWhole(to: &writer)
                }
            }
            writer.name("parameters" as StaticString)
            writer.object { writer in
                for (name, parameter) in Self.parameters {
                    writer.name(name)
                    parameter.encode(to: &writer)
                }
            }
            self.writeSecuritySchemes(to: &writer)
        }
    }

    private func writeSecuritySchemes(to writer: inout JSONWriter) {
        writer.name("securitySchemes" as StaticString)
        writer.object { writer in
            writer.name(Self.securitySchemes[0])
            writer.object { writer in
                writer.member("type", "http")
                writer.member("scheme", "bearer")
                writer.member("bearerFormat", "JWT")
            }
            writer.name(Self.securitySchemes[1])
            writer.object { writer in
                writer.member("type", "apiKey")
                writer.member("in", "cookie")
                writer.member("name", self.info.sessionCookieName)
            }
        }
    }
}
