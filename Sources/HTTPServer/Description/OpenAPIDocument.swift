/// The description of an API (OpenAPI 3.1), made from the routes themselves, so that it cannot tell of others.
///
/// A route without a description is left out, and so is an alias, which the route that it repeats names. `mistakes` is
/// for a test: what is in there is a mistake of ours, and the document is written all the same.
package struct OpenAPIDocument: Sendable {
    let info: OpenAPIInfo
    let operations: [OpenAPIOperation]
    /// By name, each once.
    private(set) var schemas: [(name: String, schema: JSONSchema)] = []
    package private(set) var mistakes: [String] = []

    package init(_ info: OpenAPIInfo, routes: [HTTPRoute]) {
        self.info = info
        let originals = routes.filter { $0.aliasOf == nil }
        self.operations = originals.compactMap { route in
            guard let description = route.describe?() else { return nil }
            let aliases = routes.filter { $0.aliasOf == route.path && $0.method == route.method }.map(\.path)
            return OpenAPIOperation(route, description, aliases: aliases, info: info)
        }
        for route in routes { self.check(route, originals) }
        for operation in self.operations {
            self.mistakes.append(contentsOf: operation.mistakes)
            for schema in operation.schemas { self.collect(schema) }
            if self.operations.count(where: { $0.name == operation.name }) > 1 {
                self.mistakes.append("\(operation.label): another operation is called \(operation.name) too")
            }
        }
    }

    private mutating func check(_ route: HTTPRoute, _ originals: [HTTPRoute]) {
        if route.path.hasPrefix(OpenAPIInfo.describedPrefix), route.describe == nil {
            self.mistakes.append("\(route.label): has no description")
        }
        if let original = route.aliasOf, !originals.contains(where: { $0.path == original }) {
            self.mistakes.append("\(route.label): repeats \(original), which is no route")
        }
    }

    /// Every named schema in this one.
    private mutating func collect(_ schema: JSONSchema) {
        switch schema.kind {
        case .any, .boolean, .integer, .number, .string, .choice, .named(_, nil): return
        case .array(let element, _): self.collect(element)
        case .object(let members): for member in members { self.collect(member.schema) }
        case .named(let name, let content?):
            if let known = self.schemas.first(where: { $0.name == name }) {
                if known.schema != content { self.mistakes.append("two different schemas are called \(name)") }
                return
            }
            self.schemas.append((name, content))
            self.collect(content)
        }
    }

    // MARK: Writing

    /// The same bytes for the same routes.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("openapi", "3.1.0")
            self.writeInfo(to: &writer)
            writer.name("servers" as StaticString)
            writer.array { writer in writer.object { $0.member("url", "/") } }
            writer.name("tags" as StaticString)
            writer.array { writer in
                for tag in self.info.tags {
                    writer.object { writer in
                        writer.member("name", tag.name)
                        writer.wording("description", tag.about)
                    }
                }
            }
            writer.name("paths" as StaticString)
            writer.object { self.writePaths(to: &$0) }
            writer.name("components" as StaticString)
            OpenAPIComponents(info: self.info, schemas: self.schemas).encode(to: &writer)
        }
        return writer.bytes
    }

    private func writeInfo(to writer: inout JSONWriter) {
        writer.name("info" as StaticString)
        writer.object { writer in
            writer.member("title", self.info.title)
            writer.member("version", self.info.version)
            writer.wording("description", self.info.about)
        }
    }

    private func writePaths(to writer: inout JSONWriter) {
        var written: Set<String> = []
        for first in self.operations where written.insert(first.path).inserted {
            writer.name(first.path)
            writer.object { writer in
                for operation in self.operations where operation.path == first.path {
                    writer.name(operation.method)
                    operation.encode(to: &writer)
                }
            }
        }
    }
}

extension JSONWriter {
    /// A text, with its Korean form beside it: `summary` and `x-summary-ko`.
    mutating func wording(_ name: String, _ wording: HTTPWording) {
        self.name(name)
        self.string(wording.english)
        self.name("x-\(name)-ko")
        self.string(wording.korean)
    }
}
