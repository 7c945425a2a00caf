/// Can be made from a JSON object. Reads its fields through the reader, which remembers what is wrong with each:
///
///     init(json: JSONObjectReader) throws(JSONFieldErrors) {
///         let name = json.string("name", lengthMax: 100)
///         let seats = json.array("seats", of: Seat.self, countMax: 8)
///         guard let name, let seats else { throw json.failure }
///
/// Names that are not read are ignored, so that a newer client can talk to an older server.
///
/// The API's description is made by asking the decoder too (`JSONDecodable.schema`).
package protocol JSONDecodable {
    init(json: JSONObjectReader) throws(JSONFieldErrors)

    /// What the type is called in the API's description; by itself its own name.
    static var schemaName: String { get }
}

/// Everything that is wrong with the fields of one input.
package struct JSONFieldErrors: Error, HTTPProblemConvertible {
    package let errors: [HTTPProblem.FieldError]

    package init(_ errors: [HTTPProblem.FieldError]) { self.errors = errors }

    package var problem: HTTPProblem {
        HTTPProblem(.badRequest, code: "invalid-request", fieldErrors: self.errors)
    }
}
