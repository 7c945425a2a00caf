/// One route as an operation of the document.
struct OpenAPIOperation: Sendable {
    /// As OpenAPI writes it: `{path...}` is `{path}`.
    let path: String
    /// In lower case.
    let method: String
    /// `postAuthSignin`.
    let name: String
    /// As in logs and metrics.
    let label: String
    let access: HTTPAccess
    let description: HTTPRouteDescription
    let aliases: [String]
    let responses: [OpenAPIResponse]
    let mistakes: [String]
    private let parameterNames: [String]

    init(_ route: HTTPRoute, _ description: HTTPRouteDescription, aliases: [String], info: OpenAPIInfo) {
        self.path = route.path.replacing("...}", with: "}")
        self.method = route.method.name.description.lowercased()
        self.name = Self.name(self.method, route.path)
        self.label = route.label
        // A table with a route that says not who may call it does not start.
        self.access = route.access ?? .manager
        self.description = description
        self.aliases = aliases
        // Nor does one with a template that cannot be read.
        self.parameterNames = (try? HTTPPathTemplate(route.path))?.parameterNames ?? []
        self.responses = OpenAPIResponse.all(
            of: description, access: self.access, hasParameters: !self.parameterNames.isEmpty, info: info)
        self.mistakes = Self.mistakes(route, description, self.parameterNames, info)
    }

    /// Schemas that may have names.
    var schemas: [JSONSchema] {
        self.description.parameters.map(\.schema) + [self.description.body].compactMap { $0 }
            + self.description.answers.compactMap(\.schema)
    }

    private static func name(_ method: String, _ path: String) -> String {
        let rest =
            path.hasPrefix(OpenAPIInfo.canonicalPrefix + "/")
            ? path.dropFirst(OpenAPIInfo.canonicalPrefix.count) : path[...]
        let words = rest.split { !($0.isLetter || $0.isNumber) }
        return method + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func mistakes(
        _ route: HTTPRoute, _ description: HTTPRouteDescription, _ parameterNames: [String], _ info: OpenAPIInfo
    ) -> [String] {
        var mistakes: [String] = []
        if description.answers.isEmpty { mistakes.append("tells no answer") }
        if description.body != nil, route.bodyByteCountMax == 0 { mistakes.append("describes a body and takes none") }
        if !info.tags.contains(where: { $0.name == description.tag }) {
            mistakes.append("belongs to \(description.tag), which is no tag")
        }
        for parameter in description.parameters where parameter.place == .path {
            if !parameterNames.contains(parameter.name) {
                mistakes.append("describes {\(parameter.name)}, which is not in its path")
            }
        }
        return mistakes.map { "\(route.label): \($0)" }
    }
}

extension OpenAPIOperation: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("operationId", self.name)
            writer.member("tags", [self.description.tag])
            writer.wording("summary", self.description.summary)
            if let details = self.description.details { writer.wording("description", details) }
            writer.member("x-authz", "\(self.access)")
            if !self.aliases.isEmpty { writer.member("x-aliases", self.aliases) }
            self.writeSecurity(to: &writer)
            self.writeParameters(to: &writer)
            self.writeBody(to: &writer)
            writer.name("responses" as StaticString)
            writer.object { writer in
                for response in self.responses {
                    writer.name("\(response.status.code)")
                    response.encode(to: &writer)
                }
            }
        }
    }

    private func writeSecurity(to writer: inout JSONWriter) {
        writer.name("security" as StaticString)
        writer.array { writer in
            guard self.access != .anyone else { return }
            for scheme in OpenAPIComponents.securitySchemes {
                writer.object { writer in
                    writer.name(scheme)
                    writer.array { _ in }
                }
            }
        }
    }

    private func writeParameters(to writer: inout JSONWriter) {
        let shared = OpenAPIComponents.parameters(of: self.description.options)
        guard !(self.parameterNames.isEmpty && self.description.parameters.isEmpty && shared.isEmpty) else { return }
        writer.name("parameters" as StaticString)
        writer.array { writer in
            for name in self.parameterNames {
                let described = self.description.parameters.first { $0.place == .path && $0.name == name }
                let plain = HTTPParameterDescription(.path, name, .string(JSONStringRule(lengthMin: 1)))
                (described ?? plain).encode(to: &writer)
            }
            for parameter in self.description.parameters where parameter.place != .path {
                parameter.encode(to: &writer)
            }
            for name in shared {
                writer.object { $0.member("$ref", "#/components/parameters/\(name)") }
            }
        }
    }

    private func writeBody(to writer: inout JSONWriter) {
        guard let body = self.description.body else { return }
        writer.name("requestBody" as StaticString)
        writer.object { writer in
            writer.member("required", true)
            writer.name("content" as StaticString)
            writer.object { writer in
                writer.name("application/json" as StaticString)
                writer.object { writer in
                    writer.member("schema", body)
                    writer.member("example", body.example)
                }
            }
        }
    }
}

extension HTTPParameterDescription: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", self.name)
            writer.member("in", self.place.rawValue)
            writer.member("required", self.isRequired)
            if !self.schema.about.isEmpty { writer.member("description", self.schema.about) }
            writer.member("schema", JSONSchema(self.schema.kind))
        }
    }
}
