/// Who may call a route. A route without a policy does not start.
package enum HTTPAccess: Sendable, Equatable {
    case anyone
    case member
    case seller
    case manager
}

/// What a route does. Both run on the loop of the connection.
package enum HTTPHandler: Sendable {
    /// Answers at once, without waiting for anything: the data plane.
    case immediate(@Sendable (HTTPRequest, HTTPPathParameters) -> HTTPResponse)
    /// May await: the control plane. A thrown error becomes a problem response.
    case concurrent(@Sendable (HTTPRequest, HTTPPathParameters) async throws -> HTTPResponse)
}

/// One row of a route table.
package struct HTTPRoute: Sendable {
    package let method: HTTPMethod
    /// Segments separated by `/`; `{name}` takes one segment, `{name...}` at the end takes the rest.
    package let path: String
    package let access: HTTPAccess?
    package let bodyByteCountMax: Int
    package let handler: HTTPHandler

    package init(
        _ method: HTTPMethod, _ path: String, access: HTTPAccess? = nil, bodyByteCountMax: Int = 0,
        _ handler: HTTPHandler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.bodyByteCountMax = bodyByteCountMax
        self.handler = handler
    }
}

/// The values of a template's `{name}` segments, percent-decoded.
package struct HTTPPathParameters: Sendable {
    package init() {}
    package subscript(_ name: StaticString) -> String? { nil }
}

/// Which route a request met.
package struct HTTPRouteMatch: Sendable {
    /// Chooses the row of per-route metrics; the last ones are for requests that met no route.
    package let routeIndex: Int
    package let parameters: HTTPPathParameters

    package init(routeIndex: Int, parameters: HTTPPathParameters) {
        self.routeIndex = routeIndex
        self.parameters = parameters
    }
}
