/// Schemas and examples, each from the other.
extension JSONSchema {
    /// What all of these have in common. A member that some objects lack is not required, and one that is null in
    /// some may be null: so an example belongs in here for each shape that the code writes.
    package init(of examples: [JSONValue]) {
        let given = examples.filter { $0 != .null }
        self.init(Self.kind(of: given), isNullable: given.count < examples.count)
    }

    private static func kind(of examples: [JSONValue]) -> Kind {
        guard !examples.isEmpty else { return .any }
        var booleans = 0
        var integers = 0
        var numbers = 0
        var strings = 0
        var arrays: [[JSONValue]] = []
        var objects: [[JSONName: JSONValue]] = []
        for example in examples {
            switch example {
            case .null: break
            case .boolean: booleans += 1
            case .integer: integers += 1
            case .number: numbers += 1
            case .string: strings += 1
            case .array(let elements): arrays.append(elements)
            case .object(let members): objects.append(members)
            }
        }
        switch examples.count {
        case booleans: return .boolean
        case integers: return .integer()
        case integers + numbers: return .number
        case strings: return .string()
        case arrays.count: return .array(of: JSONSchema(of: arrays.flatMap { $0 }))
        case objects.count: return .object(Self.members(of: objects))
        default: return .any
        }
    }

    private static func members(of objects: [[JSONName: JSONValue]]) -> [JSONSchemaMember] {
        Set(objects.flatMap(\.keys)).sorted().map { name in
            let values = objects.compactMap { $0[name] }
            return JSONSchemaMember(
                name.text, JSONSchema(of: values), isRequired: values.count == objects.count)
        }
    }

    /// The same with one place made more precise: `status`, `items[].startsAt`. What examples cannot tell, such as
    /// all words of a choice. Whether it may be null stays as it is.
    package func refining(_ path: String, _ kind: Kind, about: String = "") -> JSONSchema {
        self.refining(Self.steps(path)[...], kind, about)
    }

    private static func steps(_ path: String) -> [String] {
        path.split(separator: ".").flatMap { part -> [String] in
            part.hasSuffix("[]") ? [String(part.dropLast(2)), "[]"] : [String(part)]
        }
    }

    private func refining(_ steps: ArraySlice<String>, _ kind: Kind, _ about: String) -> JSONSchema {
        var copy = self
        guard let step = steps.first else {
            copy.kind = kind
            if !about.isEmpty { copy.about = about }
            return copy
        }
        switch self.kind {
        case .named(let name, let schema?):
            copy.kind = .named(name, schema.refining(steps, kind, about))
        case .array(let element, let countMax) where step == "[]":
            copy.kind = .array(of: element.refining(steps.dropFirst(), kind, about), countMax: countMax)
        case .object(var members):
            guard let index = members.firstIndex(where: { $0.name == step }) else { return self }
            members[index].schema = members[index].schema.refining(steps.dropFirst(), kind, about)
            copy.kind = .object(members)
        default: return self
        }
        return copy
    }

    /// A value that fits: what a client might send. Members that are not required are in it too.
    package var example: JSONValue {
        switch self.kind {
        case .any: .null
        case .boolean: .boolean(true)
        case .integer(let range): .integer(range.map { Swift.min(Swift.max(1, $0.lowerBound), $0.upperBound) } ?? 1)
        case .number: .number(1.5)
        case .string(let rule): .string(Self.text(rule))
        case .choice(let words): .string(words.first ?? "")
        case .array(let element, let countMax): .array(countMax == 0 ? [] : [element.example])
        case .object(let members):
            .object(
                Dictionary(members.map { (JSONName($0.name), $0.schema.example) }, uniquingKeysWith: { $1 }))
        case .named(_, let schema): schema?.example ?? .null
        }
    }

    private static func text(_ rule: JSONStringRule) -> String {
        let text =
            switch rule.format {
            case "email": "kim@example.com"
            case "date-time": "2026-05-01T10:00:00Z"
            case "uri": "https://example.com/"
            case "uuid": "0190a7c2-6f00-7000-8000-000000000000"
            case "password": "a long sentence of one's own"
            default: "text"
            }
        let cut = rule.lengthMax.map { String(text.prefix($0)) } ?? text
        return cut + String(repeating: "x", count: Swift.max(rule.lengthMin - cut.count, 0))
    }
}
