package import HTTPServer

/// The key by which a client says that two requests are one: `Idempotency-Key`, of visible ASCII.
package struct IdempotencyKey: Equatable, Sendable {
    package static let fieldName = HTTPFieldName("idempotency-key")

    package let text: String

    /// Nil when the request has none. Throws `idempotency-key-invalid` for one that is empty, too long, not of visible
    /// ASCII, or given twice.
    package init?(_ fields: HTTPFields) throws(HTTPProblem) {
        let values = fields.all(Self.fieldName)
        guard let text = values.first else { return nil }
        guard values.count == 1, (1...IdempotencyLimits.keyByteCountMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw HTTPProblem(
                .badRequest, code: "idempotency-key-invalid",
                detail: "One Idempotency-Key of 1 to \(IdempotencyLimits.keyByteCountMax) visible ASCII characters.")
        }
        self.text = text
    }
}
