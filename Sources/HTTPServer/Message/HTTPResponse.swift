package import Primitives
package import Reactor

/// The status codes Podo sends.
package struct HTTPStatus: Equatable, Sendable {
    package let code: Int
    package let reason: StaticString

    private init(_ code: Int, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    package static let `continue` = HTTPStatus(100, "Continue")
    package static let ok = HTTPStatus(200, "OK")
    package static let created = HTTPStatus(201, "Created")
    package static let accepted = HTTPStatus(202, "Accepted")
    package static let noContent = HTTPStatus(204, "No Content")
    package static let partialContent = HTTPStatus(206, "Partial Content")
    package static let movedPermanently = HTTPStatus(301, "Moved Permanently")
    package static let found = HTTPStatus(302, "Found")
    package static let seeOther = HTTPStatus(303, "See Other")
    package static let notModified = HTTPStatus(304, "Not Modified")
    package static let permanentRedirect = HTTPStatus(308, "Permanent Redirect")
    package static let badRequest = HTTPStatus(400, "Bad Request")
    package static let unauthorized = HTTPStatus(401, "Unauthorized")
    package static let paymentRequired = HTTPStatus(402, "Payment Required")
    package static let forbidden = HTTPStatus(403, "Forbidden")
    package static let notFound = HTTPStatus(404, "Not Found")
    package static let methodNotAllowed = HTTPStatus(405, "Method Not Allowed")
    package static let notAcceptable = HTTPStatus(406, "Not Acceptable")
    package static let requestTimeout = HTTPStatus(408, "Request Timeout")
    package static let conflict = HTTPStatus(409, "Conflict")
    package static let gone = HTTPStatus(410, "Gone")
    package static let preconditionFailed = HTTPStatus(412, "Precondition Failed")
    package static let contentTooLarge = HTTPStatus(413, "Content Too Large")
    package static let uriTooLong = HTTPStatus(414, "URI Too Long")
    package static let unsupportedMediaType = HTTPStatus(415, "Unsupported Media Type")
    package static let rangeNotSatisfiable = HTTPStatus(416, "Range Not Satisfiable")
    package static let expectationFailed = HTTPStatus(417, "Expectation Failed")
    package static let misdirectedRequest = HTTPStatus(421, "Misdirected Request")
    package static let unprocessableContent = HTTPStatus(422, "Unprocessable Content")
    package static let tooManyRequests = HTTPStatus(429, "Too Many Requests")
    package static let headerFieldsTooLarge = HTTPStatus(431, "Request Header Fields Too Large")
    package static let internalServerError = HTTPStatus(500, "Internal Server Error")
    package static let notImplemented = HTTPStatus(501, "Not Implemented")
    package static let badGateway = HTTPStatus(502, "Bad Gateway")
    package static let serviceUnavailable = HTTPStatus(503, "Service Unavailable")
    package static let versionNotSupported = HTTPStatus(505, "HTTP Version Not Supported")

    /// 1xx, 204 and 304 never carry a body (RFC 9110 §6.4.1).
    package var forbidsBody: Bool { self.code < 200 || self.code == 204 || self.code == 304 }

    package static func == (left: HTTPStatus, right: HTTPStatus) -> Bool { left.code == right.code }
}

/// What follows the header fields.
package enum HTTPBody: Sendable {
    case empty
    case bytes([UInt8])
    /// Immutable memory that many responses share; it is sent from where it lies.
    case shared(SharedSlice)
    /// An open file that the kernel sends by itself where it can.
    case file(FileSlice)
    /// Bytes made while they are sent, of unknown length: chunked in HTTP/1.1, DATA frames in HTTP/2.
    case stream(HTTPStreamProducer)

    /// Nil for a stream.
    package var count: Int? {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .shared(let slice): slice.count
        case .file(let slice): slice.count
        case .stream: nil
        }
    }
}

/// One answer. The sending side adds `date`, `content-length`, `transfer-encoding` and `connection` itself: a
/// handler never sets these.
package struct HTTPResponse: Sendable {
    package var status: HTTPStatus
    package var fields: HTTPFields
    package var body: HTTPBody
    /// False for a body that a client must get whole, such as a playlist that changes between two requests.
    package var allowsRange = true
    /// Set by `addSecurityFields`: a response that is made once and sent often brings them with it.
    package internal(set) var hasSecurityFields = false
    /// Set by `HTTPApplication.finish`, which does nothing to a response that went through it before.
    package var isFinished = false

    package init(_ status: HTTPStatus, fields: HTTPFields = HTTPFields(), body: HTTPBody = .empty) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
