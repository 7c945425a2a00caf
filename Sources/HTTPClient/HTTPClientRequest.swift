/// One request. Its fields and body may hold secrets, so no print or dump shows them.
package struct HTTPClientRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var method: Method
    package var url: HTTPClientURL
    package var fields: [HTTPClientField]
    package var body: [UInt8]
    /// Whether it does no harm that the other side gets it twice: true for GET, or where the request carries an
    /// idempotency key. Others are never sent on a connection that was used before, because when such a one turns out
    /// to be closed, the library sends again by itself.
    package var isRepeatable: Bool
    /// Which addresses the name may stand for.
    package var addresses: HTTPClientAddresses
    /// For an answer that is known to be small; the client's own limit holds as well.
    package var bodyByteCountMax: Int?

    /// Without `isRepeatable`, GET and HEAD are repeatable and the rest is not.
    package init(
        _ method: Method, _ url: HTTPClientURL, fields: [HTTPClientField] = [], body: [UInt8] = [],
        isRepeatable: Bool? = nil, addresses: HTTPClientAddresses = .publicOnly, bodyByteCountMax: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.isRepeatable = isRepeatable ?? (method == .get || method == .head)
        self.addresses = addresses
        self.bodyByteCountMax = bodyByteCountMax
    }

    /// Whether it may be sent as it is.
    func isSendable(_ limits: HTTPClientLimits) -> Bool {
        guard self.body.count <= limits.requestBodyByteCountMax else { return false }
        guard self.body.isEmpty || (self.method != .get && self.method != .head) else { return false }
        guard self.fields.count <= limits.requestFieldCountMax else { return false }
        let byteCount = self.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        return byteCount <= limits.requestFieldByteCountMax && self.fields.allSatisfy(\.isSendable)
    }
}

extension HTTPClientRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(self.method.rawValue) \(self.url.origin)" }
    package var debugDescription: String { self.description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
