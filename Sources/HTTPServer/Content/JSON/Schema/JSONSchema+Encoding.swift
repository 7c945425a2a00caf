/// As JSON Schema writes it. A schema with a name becomes a reference into the components of an OpenAPI document.
extension JSONSchema: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            if case .named(let name, _) = self.kind {
                self.writeReference(name, to: &writer)
            } else {
                self.writeRules(to: &writer)
            }
            if !self.about.isEmpty { writer.member("description", self.about) }
        }
    }

    private func writeReference(_ name: String, to writer: inout JSONWriter) {
        let reference = "#/components/schemas/\(name)"
        guard self.isNullable else { return writer.member("$ref", reference) }
        writer.name("anyOf" as StaticString)
        writer.array { writer in
            writer.object { $0.member("$ref", reference) }
            writer.object { $0.member("type", "null") }
        }
    }

    private func writeRules(to writer: inout JSONWriter) {
        switch self.kind {
        case .any, .named: break
        case .boolean: self.writeType("boolean", to: &writer)
        case .number: self.writeType("number", to: &writer)
        case .integer(let range):
            self.writeType("integer", to: &writer)
            if let range {
                writer.member("minimum", range.lowerBound)
                writer.member("maximum", range.upperBound)
            }
        case .string(let rule):
            self.writeType("string", to: &writer)
            if rule.lengthMin > 0 { writer.member("minLength", rule.lengthMin) }
            if let lengthMax = rule.lengthMax { writer.member("maxLength", lengthMax) }
            if !rule.format.isEmpty { writer.member("format", rule.format) }
        case .choice(let words):
            self.writeType("string", to: &writer)
            writer.name("enum" as StaticString)
            writer.array { writer in
                for word in words { writer.string(word) }
                if self.isNullable { writer.null() }
            }
        case .array(let element, let countMax):
            self.writeType("array", to: &writer)
            writer.member("items", element)
            if let countMax { writer.member("maxItems", countMax) }
        case .object(let members):
            self.writeType("object", to: &writer)
            Self.write(members, to: &writer)
        }
    }

    private func writeType(_ name: String, to writer: inout JSONWriter) {
        if self.isNullable { writer.member("type", [name, "null"]) } else { writer.member("type", name) }
    }

    private static func write(_ members: [JSONSchemaMember], to writer: inout JSONWriter) {
        writer.name("properties" as StaticString)
        writer.object { writer in
            for member in members {
                writer.name(member.name)
                member.schema.encode(to: &writer)
            }
        }
        let required = members.filter(\.isRequired).map(\.name)
        if !required.isEmpty { writer.member("required", required) }
    }
}
