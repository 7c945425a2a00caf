/// What a JSON value looks like, as much of it as JSON Schema (2020-12) needs to be told.
///
/// Nobody writes one by hand where it can be had from the code: what a decoder takes is found by asking it
/// (`JSONDecodable.schema`), and what an encoder writes by looking at examples (`JSONSchema(of:)`).
package struct JSONSchema: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Nothing is known of it.
        case any
        case boolean
        case integer(ClosedRange<Int64>? = nil)
        case number
        case string(JSONStringRule = JSONStringRule())
        /// One of these words.
        case choice([String])
        indirect case array(of: JSONSchema, countMax: Int? = nil)
        case object([JSONSchemaMember])
        /// A schema with a name, which stands once in a document. Nil within itself.
        indirect case named(String, JSONSchema?)
    }

    package var kind: Kind
    package var isNullable: Bool
    /// A sentence for people.
    package var about: String

    package init(_ kind: Kind, isNullable: Bool = false, about: String = "") {
        self.kind = kind
        self.isNullable = isNullable
        self.about = about
    }

    /// The words of an enumeration.
    package static func choice<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> JSONSchema
    where Choice.RawValue == String { JSONSchema(.choice(Choice.allCases.map(\.rawValue))) }

    /// The same with a name.
    package func named(_ name: String) -> JSONSchema { JSONSchema(.named(name, self)) }

    /// What is behind the name, if it has one.
    package var resolved: JSONSchema {
        if case .named(_, let schema?) = self.kind { return schema.resolved }
        return self
    }
}

/// One member of an object, in the order in which it was asked for.
package struct JSONSchemaMember: Equatable, Sendable {
    package var name: String
    package var schema: JSONSchema
    package var isRequired: Bool

    package init(_ name: String, _ schema: JSONSchema, isRequired: Bool = true) {
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
    }
}

/// What a string must be. Lengths are counted in Unicode scalars, as JSON Schema does.
package struct JSONStringRule: Equatable, Sendable {
    package var lengthMin: Int
    package var lengthMax: Int?
    /// What the text means, in a word of JSON Schema: `email`, `date-time`, `uri`. Told, not checked.
    package var format: String

    package init(lengthMin: Int = 0, lengthMax: Int? = nil, format: String = "") {
        self.lengthMin = lengthMin
        self.lengthMax = lengthMax
        self.format = format
    }
}
