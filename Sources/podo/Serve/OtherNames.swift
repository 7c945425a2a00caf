internal import HTTPServer

/// Names that routes have in other ticket shops, for programs that were written for those. Each takes and answers what
/// the route does; only the path is another.
enum OtherNames {
    /// By label, without the prefix of the API.
    private static let paths: [String: [String]] = [
        "POST /member": ["/auth/sign-up", "/api/auth/signup"],
        "POST /auth/signin": ["/auth/login"],
        "POST /auth/refresh": ["/oauth2/token/refresh"],
        "POST /auth/signout": ["/oauth2/logout"],
        "GET /member/me": ["/users/me"],
        "DELETE /member/me": ["/users/me"],
        "GET /concert": ["/concerts", "/concerts/search", "/events"],
        "GET /concert/{id}": ["/concerts/{id}", "/events/{id}"],
        "GET /schedule/{id}/seat": ["/schedule/{id}/seats", "/bookings/seats/{id}"],
        "GET /schedule/{id}/seat/events": ["/schedule/{id}/seats/events"],
        "POST /reservation": ["/bookings"],
        "GET /member/me/reservation": ["/users/me/bookings"],
        "GET /ticket": ["/member/me/ticket"],
        "GET /ticket/{id}/qr": ["/ticket/{id}/qr"],
        "POST /payment": ["/payments"],
        "POST /payment/webhook/{gateway}": ["/webhook/{gateway}"],
    ]

    /// The table with the same routes at their other names behind each.
    static func adding<Service>(to table: [HTTPServiceRoute<Service>]) -> [HTTPServiceRoute<Service>] {
        table.flatMap { route -> [HTTPServiceRoute<Service>] in
            guard route.unbound.aliasOf == nil, let names = self.names(of: route.unbound) else { return [route] }
            return [route] + names.map { route.alias($0) }
        }
    }

    private static func names(of route: HTTPRoute) -> [String]? {
        guard route.path.hasPrefix(OpenAPIInfo.canonicalPrefix) else { return nil }
        return self.paths["\(route.method.name) \(route.path.dropFirst(OpenAPIInfo.canonicalPrefix.count))"]
    }

    /// For a test: every label here is that of a route.
    static var labels: Set<String> {
        Set(
            self.paths.keys.map { label in
                let words = label.split(separator: " ")
                return "\(words[0]) \(OpenAPIInfo.canonicalPrefix)\(words[1])"
            })
    }
}
