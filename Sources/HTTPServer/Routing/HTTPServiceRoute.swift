/// A row of a route table that is known before what it works with is: the table is a constant, which can be described
/// without a database, and becomes routes once there is a service to bind it to.
///
///     static let table: [HTTPServiceRoute<Members>] = [
///         HTTPServiceRoute(.post, "/api/v1/auth/signin", access: .anyone, bodyByteCountMax: 4096, signInDescription) {
///             members in .concurrent { request, _ in try await members.signIn(request) }
///         }
///     ]
package struct HTTPServiceRoute<Service: Sendable>: Sendable {
    /// Answers 503, as long as it is bound to nothing.
    package let unbound: HTTPRoute
    private let handler: @Sendable (Service) -> HTTPHandler

    package init(
        _ method: HTTPMethod, _ path: String, access: HTTPAccess, bodyByteCountMax: Int = 0,
        isOpenToAllOrigins: Bool = false, _ describe: @escaping @Sendable @autoclosure () -> HTTPRouteDescription,
        _ handler: @escaping @Sendable (Service) -> HTTPHandler
    ) {
        self.unbound = HTTPRoute(
            method, path, access: access, bodyByteCountMax: bodyByteCountMax, isOpenToAllOrigins: isOpenToAllOrigins,
            .immediate { request, _ in
                HTTPProblem(.serviceUnavailable, code: "not-started").response(for: request)
            }
        ).described(describe())
        self.handler = handler
    }

    private init(_ unbound: HTTPRoute, _ handler: @escaping @Sendable (Service) -> HTTPHandler) {
        self.unbound = unbound
        self.handler = handler
    }

    package func bound(to service: Service) -> HTTPRoute { self.unbound.handled(by: self.handler(service)) }

    /// The same at another path too.
    package func alias(_ path: String) -> HTTPServiceRoute {
        HTTPServiceRoute(self.unbound.alias(path), self.handler)
    }
}
