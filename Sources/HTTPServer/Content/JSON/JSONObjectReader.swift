/// Typed access to one JSON object. A field that is missing or wrong reads as nil and is remembered, so that the
/// client hears of all of them together.
package final class JSONObjectReader {
    /// As many errors as are kept; more would help nobody.
    package static let errorCountMax = 50

    private let members: [JSONName: JSONValue]
    /// What stands before the names in errors: `/seats/2/`.
    private let prefix: String
    package private(set) var errors: [HTTPProblem.FieldError] = []

    /// Set when a decoder is only asked what it would take.
    private let outerTypes: [ObjectIdentifier]?
    /// What such a decoder has asked for, each name once.
    private(set) var asked: [JSONSchemaMember] = []

    package init(_ members: [JSONName: JSONValue], prefix: String = "/") {
        self.members = members
        self.prefix = prefix
        self.outerTypes = nil
    }

    /// Reads an example, and writes down what is asked for. `types` are those whose decoders are at work.
    init(describing example: JSONValue, within types: [ObjectIdentifier]) {
        if case .object(let members) = example { self.members = members } else { self.members = [:] }
        self.prefix = "/"
        self.outerTypes = types
    }

    /// What to throw when a field was nil that must not be.
    package var failure: JSONFieldErrors { JSONFieldErrors(self.errors) }

    /// Remembers an error that only the caller can see, such as two fields that contradict each other.
    package func fail(_ name: String, _ code: StaticString, _ detail: String) {
        guard self.errors.count < Self.errorCountMax else { return }
        self.errors.append(HTTPProblem.FieldError(pointer: self.prefix + name, code: code, detail: detail))
    }

    /// Whether the field is given, and not as `null`.
    package func has(_ name: String) -> Bool { self.given(name) != nil }

    // MARK: Fields

    // `about` is a sentence for the API's description, and so is `format`, in a word of JSON Schema: `email`.

    /// The lengths count Unicode scalars: one visible character may be made of any number of them.
    package func string(
        _ name: String, lengthMin: Int = 0, lengthMax: Int, format: StaticString = "", isRequired: Bool = true,
        about: StaticString = ""
    ) -> String? {
        let value = self.value(
            name, isRequired, about,
            .string(JSONStringRule(lengthMin: lengthMin, lengthMax: lengthMax, format: format.description)))
        guard let value else { return nil }
        guard case .string(let text) = value else { return self.wrongType(name, "a string") }
        let length = text.unicodeScalars.count
        guard length <= lengthMax else {
            self.fail(name, "too-long", "at most \(lengthMax) characters")
            return nil
        }
        guard length >= lengthMin else {
            self.fail(name, "too-short", "at least \(lengthMin) characters")
            return nil
        }
        return text
    }

    package func integer(
        _ name: String, in range: ClosedRange<Int64>, isRequired: Bool = true, about: StaticString = ""
    ) -> Int64? {
        guard let value = self.value(name, isRequired, about, .integer(range)) else { return nil }
        guard case .integer(let number) = value else { return self.wrongType(name, "a whole number") }
        guard range.contains(number) else {
            self.fail(name, "out-of-range", "between \(range.lowerBound) and \(range.upperBound)")
            return nil
        }
        return number
    }

    /// Takes a whole number too, when it can be kept exactly.
    package func number(_ name: String, isRequired: Bool = true, about: StaticString = "") -> Double? {
        switch self.value(name, isRequired, about, .number) {
        case nil: return nil
        case .number(let number): return number
        case .integer(let number):
            guard let exact = Double(exactly: number) else {
                return self.wrongType(name, "a number of at most 53 bits")
            }
            return exact
        default: return self.wrongType(name, "a number")
        }
    }

    package func boolean(_ name: String, isRequired: Bool = true, about: StaticString = "") -> Bool? {
        guard let value = self.value(name, isRequired, about, .boolean) else { return nil }
        guard case .boolean(let flag) = value else { return self.wrongType(name, "true or false") }
        return flag
    }

    /// One of a fixed set of words.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type, isRequired: Bool = true, about: StaticString = ""
    ) -> Choice? where Choice.RawValue == String {
        guard let value = self.value(name, isRequired, about, .choice(Choice.allCases.map(\.rawValue))) else {
            return nil
        }
        guard case .string(let text) = value else { return self.wrongType(name, "a string") }
        // Byte for byte: `Choice(rawValue:)` would normalise a text of any length.
        if let choice = Choice.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) { return choice }
        self.fail(name, "not-a-choice", "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    package func object<Value: JSONDecodable>(
        _ name: String, _ type: Value.Type, isRequired: Bool = true, about: StaticString = ""
    ) -> Value? {
        guard let value = self.value(name, isRequired, about, self.schema(of: type).kind) else { return nil }
        return self.decode(value, name, type)
    }

    package func array<Value: JSONDecodable>(
        _ name: String, of type: Value.Type, countMax: Int, isRequired: Bool = true, about: StaticString = ""
    ) -> [Value]? {
        guard let elements = self.elements(name, countMax, isRequired, about, self.schema(of: type)) else {
            return nil
        }
        let values = elements.enumerated().map { self.decode($0.element, "\(name)/\($0.offset)", type) }
        return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
    }

    package func integers(
        _ name: String, in range: ClosedRange<Int64>, countMax: Int, isRequired: Bool = true, about: StaticString = ""
    ) -> [Int64]? {
        guard let elements = self.elements(name, countMax, isRequired, about, JSONSchema(.integer(range))) else {
            return nil
        }
        var numbers: [Int64] = []
        for (index, element) in elements.enumerated() {
            if case .integer(let number) = element, range.contains(number) {
                numbers.append(number)
            } else {
                self.fail("\(name)/\(index)", "out-of-range", "between \(range.lowerBound) and \(range.upperBound)")
            }
        }
        return numbers.count == elements.count ? numbers : nil
    }

    /// The lengths as `string` counts them.
    package func strings(
        _ name: String, lengthMax: Int, countMax: Int, isRequired: Bool = true, about: StaticString = ""
    ) -> [String]? {
        let rule = JSONStringRule(lengthMax: lengthMax)
        guard let elements = self.elements(name, countMax, isRequired, about, JSONSchema(.string(rule))) else {
            return nil
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard case .string(let text) = element else {
                self.fail("\(name)/\(index)", "wrong-type", "must be a string")
                continue
            }
            guard text.unicodeScalars.count <= lengthMax else {
                self.fail("\(name)/\(index)", "too-long", "at most \(lengthMax) characters")
                continue
            }
            texts.append(text)
        }
        return texts.count == elements.count ? texts : nil
    }

    // MARK: Helpers

    private func given(_ name: String) -> JSONValue? {
        let value = self.members[JSONName(name)]
        return value == .null ? nil : value
    }

    /// `kind` is looked at only when a decoder is asked what it takes.
    private func value(
        _ name: String, _ isRequired: Bool, _ about: StaticString, _ kind: @autoclosure () -> JSONSchema.Kind
    ) -> JSONValue? {
        if self.outerTypes != nil, !self.asked.contains(where: { $0.name == name }) {
            // What may be left out may be null too.
            let schema = JSONSchema(kind(), isNullable: !isRequired, about: about.description)
            self.asked.append(JSONSchemaMember(name, schema, isRequired: isRequired))
        }
        let value = self.given(name)
        if value == nil && isRequired { self.fail(name, "required", "must be given") }
        return value
    }

    private func wrongType<Value>(_ name: String, _ expected: String) -> Value? {
        self.fail(name, "wrong-type", "must be \(expected)")
        return nil
    }

    private func elements(
        _ name: String, _ countMax: Int, _ isRequired: Bool, _ about: StaticString,
        _ schema: @autoclosure () -> JSONSchema
    ) -> [JSONValue]? {
        guard let value = self.value(name, isRequired, about, .array(of: schema(), countMax: countMax)) else {
            return nil
        }
        guard case .array(let elements) = value else { return self.wrongType(name, "an array") }
        guard elements.count <= countMax else {
            self.fail(name, "too-many", "at most \(countMax)")
            return nil
        }
        return elements
    }

    private func schema<Value: JSONDecodable>(of type: Value.Type) -> JSONSchema {
        Self.schema(of: type, within: self.outerTypes ?? [])
    }

    private func decode<Value: JSONDecodable>(_ value: JSONValue, _ name: String, _ type: Value.Type) -> Value? {
        guard case .object(let members) = value else { return self.wrongType(name, "an object") }
        let reader = JSONObjectReader(members, prefix: "\(self.prefix)\(name)/")
        do throws(JSONFieldErrors) {
            let decoded = try Value(json: reader)
            if reader.errors.isEmpty { return decoded }
            self.adopt(reader.errors)
        } catch {
            self.adopt(error.errors)
        }
        return nil
    }

    private func adopt(_ errors: [HTTPProblem.FieldError]) {
        self.errors.append(contentsOf: errors.prefix(max(Self.errorCountMax - self.errors.count, 0)))
    }
}
