extension JSONDecodable {
    /// What stands for this type in a document.
    package static var schemaName: String {
        String("\(Self.self)".unicodeScalars.filter { $0.isASCII && $0.properties.isAlphabetic || $0.isDigit })
    }

    /// What the decoder takes: found by letting it decode, and writing down what it asks for. So there is no second
    /// list of fields that could say something else.
    ///
    /// First it is given nothing at all, then an example of what it asked for, until it asks for nothing new: a
    /// decoder may look at some fields only when others are there.
    package static var schema: JSONSchema { JSONObjectReader.schema(of: Self.self, within: []) }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { self >= "0" && self <= "9" }
}

extension JSONObjectReader {
    /// As often as a decoder is asked. More would be a decoder that never has enough.
    private static let roundCountMax = 8

    /// `outer` are the types whose schemas are just being made: one that holds itself is referred to by name.
    static func schema<Value: JSONDecodable>(of type: Value.Type, within outer: [ObjectIdentifier]) -> JSONSchema {
        guard !outer.contains(ObjectIdentifier(type)) else { return JSONSchema(.named(type.schemaName, nil)) }
        var members: [JSONSchemaMember] = []
        for _ in 0..<Self.roundCountMax {
            let reader = JSONObjectReader(
                describing: JSONSchema(.object(members)).example, within: outer + [ObjectIdentifier(type)])
            // An error tells that the example would not do. What was asked for is in the reader all the same.
            _ = try? Value(json: reader)
            let news = reader.asked.filter { asked in !members.contains { $0.name == asked.name } }
            if news.isEmpty { break }
            members.append(contentsOf: news)
        }
        return JSONSchema(.named(type.schemaName, JSONSchema(.object(members))))
    }
}
