/// One row of a route table.
package struct HTTPRoute: Sendable {
    package let method: HTTPMethod
    /// Segments separated by `/`; `{name}` takes one segment, `{name...}` at the end takes the rest.
    package let path: String
    package let access: HTTPAccess?
    package let bodyByteCountMax: Int
    /// Pages of any origin may read what it answers, without their user's cookies: for what a URL alone gives access
    /// to, such as media that other sites play.
    package let isOpenToAllOrigins: Bool
    package let handler: HTTPHandler
    /// What the API's description says of it; made only when asked for.
    package private(set) var describe: (@Sendable () -> HTTPRouteDescription)?
    /// The path of the route that this one repeats, for programs that know it by an older name.
    package private(set) var aliasOf: String?

    package init(
        _ method: HTTPMethod, _ path: String, access: HTTPAccess? = nil, bodyByteCountMax: Int = 0,
        isOpenToAllOrigins: Bool = false, _ handler: HTTPHandler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.bodyByteCountMax = bodyByteCountMax
        self.isOpenToAllOrigins = isOpenToAllOrigins
        self.handler = handler
    }

    private init(_ other: HTTPRoute, path: String, handler: HTTPHandler) {
        self.init(
            other.method, path, access: other.access, bodyByteCountMax: other.bodyByteCountMax,
            isOpenToAllOrigins: other.isOpenToAllOrigins, handler)
        self.describe = other.describe
        self.aliasOf = other.aliasOf
    }

    // MARK: Made from others

    /// The same with a description.
    package func described(_ describe: @escaping @Sendable @autoclosure () -> HTTPRouteDescription) -> HTTPRoute {
        var route = self
        route.describe = describe
        return route
    }

    /// The same at another path too, which is told of only as another name of the first.
    package func alias(_ path: String) -> HTTPRoute {
        var route = HTTPRoute(self, path: path, handler: self.handler)
        route.aliasOf = self.path
        return route
    }

    /// The same with another handler.
    package func handled(by handler: HTTPHandler) -> HTTPRoute { HTTPRoute(self, path: self.path, handler: handler) }

    /// How metrics and logs name this route: bounded in number, and free of what a client wrote.
    package var label: String { "\(self.method.name) \(self.path)" }
}
