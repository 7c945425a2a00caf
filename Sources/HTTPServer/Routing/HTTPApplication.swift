/// What is decided of a request when only its head is known.
package enum HTTPAdmission: Sendable {
    case accept(HTTPRouteMatch, bodyByteCountMax: Int)
    /// Answered at once; the response is finished already.
    case refuse(HTTPResponse, HTTPRouteMatch)
}

/// The routes, frozen, with everything that is done around a handler. Needs no socket.
package final class HTTPApplication: Sendable {
    package init(routes: [HTTPRoute]) {}

    /// The label of each route index in metrics and logs: the method and template, never the target.
    package var routeLabels: [String] { ["unmatched"] }

    package func admit(_ head: borrowing HTTPRequest) -> HTTPAdmission {
        .refuse(HTTPResponse(.notFound), HTTPRouteMatch(routeIndex: 0, parameters: HTTPPathParameters()))
    }

    package func handler(of match: HTTPRouteMatch) -> HTTPHandler { .immediate { _, _ in HTTPResponse(.notFound) } }

    /// What is added to a handler's answer: conditional requests, ranges, compression, security and CORS fields.
    package func finish(
        _ response: consuming HTTPResponse, for request: borrowing HTTPRequest, match: HTTPRouteMatch
    ) -> HTTPResponse { response }

    /// The problem response of an error that a handler threw.
    package func response(to error: any Error, for request: borrowing HTTPRequest) -> HTTPResponse {
        HTTPResponse(.internalServerError)
    }
}
