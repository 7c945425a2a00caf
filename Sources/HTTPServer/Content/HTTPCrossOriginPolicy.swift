/// Which other origins' pages may call this server with their user's cookies (CORS). None, unless told.
///
/// Origins are compared byte for byte, and the answer names the one origin that asked: `*` does not exist here,
/// because credentials are allowed.
package struct HTTPCrossOriginPolicy: Sendable {
    private let allowedOrigins: [String]

    package init(allowedOrigins: [String] = []) { self.allowedOrigins = allowedOrigins }

    /// Adds what the origin that asks, if any, needs to see of a response. Caches are told that it matters.
    func addFields(to fields: inout HTTPFields, for request: borrowing HTTPRequest) {
        guard !self.allowedOrigins.isEmpty else { return }
        fields.append(.vary, "origin")
        guard let origin = self.allowedOrigin(of: request) else { return }
        self.allow(origin, in: &fields)
        fields.append(
            HTTPFieldName("access-control-expose-headers"),
            "age, content-length, content-range, date, etag, retry-after")
    }

    /// Adds the answer to a preflight; nothing when the origin is not allowed, which the browser takes as a no.
    func addPreflightFields(to fields: inout HTTPFields, methods: String, for request: borrowing HTTPRequest) {
        guard request.fields.contains(HTTPFieldName("access-control-request-method")) else { return }
        fields.append(.vary, "origin, access-control-request-method, access-control-request-headers")
        guard let origin = self.allowedOrigin(of: request) else { return }
        self.allow(origin, in: &fields)
        Self.append(HTTPFieldName("access-control-allow-methods"), methods, to: &fields)
        fields.append(
            HTTPFieldName("access-control-allow-headers"),
            "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, range")
        fields.append(HTTPFieldName("access-control-max-age"), 600)
    }

    private func allowedOrigin(of request: borrowing HTTPRequest) -> String? {
        guard let bytes = request.fields.bytes(.origin) else { return nil }
        return self.allowedOrigins.first { $0.utf8.elementsEqual(bytes) }
    }

    private func allow(_ origin: String, in fields: inout HTTPFields) {
        Self.append(HTTPFieldName("access-control-allow-origin"), origin, to: &fields)
        fields.append(HTTPFieldName("access-control-allow-credentials"), "true")
    }

    private static func append(_ name: HTTPFieldName, _ value: String, to fields: inout HTTPFields) {
        // A configured origin with a control character is not sent, and the browser takes it as a no.
        try? fields.append(name, checking: value)
    }
}
