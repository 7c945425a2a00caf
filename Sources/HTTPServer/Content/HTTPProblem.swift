/// An error as the client is told of it (RFC 9457, `application/problem+json`).
///
/// `code` is what programs tell problems apart by: kebab-case, stable, one per cause. No text in here may come from
/// a caught error; `detail` is written for the reader on purpose.
package struct HTTPProblem: Error, Sendable {
    /// What is wrong with one field of the input.
    package struct FieldError: Equatable, Sendable {
        /// Where in the input, as a JSON Pointer (RFC 6901): `/seats/2/row`.
        package let pointer: String
        package let code: StaticString
        package let detail: String

        package init(pointer: String, code: StaticString, detail: String) {
            self.pointer = pointer
            self.code = code
            self.detail = detail
        }

        package static func == (left: FieldError, right: FieldError) -> Bool {
            left.pointer == right.pointer && left.detail == right.detail
                && left.code.description == right.code.description
        }
    }

    package var status: HTTPStatus
    package var code: StaticString
    package var detail: String?
    package var fieldErrors: [FieldError]
    /// Sent with the problem: `allow`, `retry-after`, `www-authenticate`.
    package var fields = HTTPFields()

    package init(
        _ status: HTTPStatus, code: StaticString, detail: String? = nil, fieldErrors: [FieldError] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        // As many as the API describes, wherever they come from.
        self.fieldErrors = Array(fieldErrors.prefix(JSONObjectReader.errorCountMax))
    }

    package static let internalError = HTTPProblem(.internalServerError, code: "internal-error")
    package static let notFound = HTTPProblem(.notFound, code: "not-found")
}
