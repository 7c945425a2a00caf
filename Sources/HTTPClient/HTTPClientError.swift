/// Why a request has no answer.
package struct HTTPClientError: Error, Equatable, Sendable {
    package enum Code: Equatable, Sendable, CaseIterable {
        /// The request itself: its size, its fields. A mistake of the caller.
        case requestInvalid
        /// As many requests are under way and wait as may. Come again later.
        case overloaded
        /// The client was closed.
        case closed
        /// The name stands for an address that this request may not reach.
        case addressRefused
        case nameNotResolved
        case connectFailed
        /// The certificate is not of a known authority, not of this name, or out of date.
        case certificateRefused
        /// The file of authorities cannot be read.
        case trustUnreadable
        case tlsFailed
        /// The deadline passed while waiting, while connecting, or without a whole answer.
        case timedOut
        /// The connection ended before the answer did.
        case connectionLost
        case headTooLarge
        case bodyTooLarge
        case responseMalformed
        /// Anything else that the library reports; it should not happen.
        case curlFailed

        /// For metrics and logs.
        package var name: StaticString {
            switch self {
            case .requestInvalid: "request-invalid"
            case .overloaded: "overloaded"
            case .closed: "closed"
            case .addressRefused: "address-refused"
            case .nameNotResolved: "name-not-resolved"
            case .connectFailed: "connect-failed"
            case .certificateRefused: "certificate-refused"
            case .trustUnreadable: "trust-unreadable"
            case .tlsFailed: "tls-failed"
            case .timedOut: "timed-out"
            case .connectionLost: "connection-lost"
            case .headTooLarge: "head-too-large"
            case .bodyTooLarge: "body-too-large"
            case .responseMalformed: "response-malformed"
            case .curlFailed: "library-failed"
            }
        }
    }

    package let code: Code
    /// False only when it is certain that no byte of the request has left: then nothing has happened on the other
    /// side. True means that nobody knows, and that whoever has to know must ask again.
    package let mayHaveBeenReceived: Bool

    package init(_ code: Code, mayHaveBeenReceived: Bool) {
        self.code = code
        self.mayHaveBeenReceived = mayHaveBeenReceived
    }
}
