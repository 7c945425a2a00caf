/// Why a request cannot be understood or is refused before a route sees it: what the client is told, and the word
/// it is counted under. Final: nothing after it on the connection is looked at.
package struct HTTP1Error: Error, Equatable, Sendable {
    package let status: HTTPStatus
    package let reason: StaticString

    package init(_ status: HTTPStatus, _ reason: StaticString) {
        self.status = status
        self.reason = reason
    }

    package static func == (left: HTTP1Error, right: HTTP1Error) -> Bool {
        left.status == right.status && left.reason.description == right.reason.description
    }
}
