/// Which route a request met.
package struct HTTPRouteMatch: Sendable {
    /// Chooses the row of per-route metrics; the last ones are for requests that met no route.
    package let routeIndex: Int
    package var parameters: HTTPPathParameters
    /// Who asks, when the route is not for anyone.
    package internal(set) var caller: HTTPCaller?

    package init(routeIndex: Int, parameters: HTTPPathParameters) {
        self.routeIndex = routeIndex
        self.parameters = parameters
    }
}
