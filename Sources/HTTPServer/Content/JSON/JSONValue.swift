/// One JSON value, as the parser found it.
package enum JSONValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// Written without fraction and exponent, and within 64 bits.
    case integer(Int64)
    /// Written with a fraction or an exponent: the nearest number there is.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONName: JSONValue])
}

/// Members are written in the order of their names, so that equal values make equal texts.
extension JSONValue: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .boolean(let value): writer.boolean(value)
        case .integer(let value): writer.integer(value)
        case .number(let value): writer.number(value)
        case .string(let value): writer.string(value)
        case .array(let elements): elements.encode(to: &writer)
        case .object(let members):
            writer.object { writer in
                for name in members.keys.sorted() {
                    writer.name(name.text)
                    (members[name] ?? .null).encode(to: &writer)
                }
            }
        }
    }
}
