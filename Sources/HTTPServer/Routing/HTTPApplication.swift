/// What is decided of a request when only its head is known.
package enum HTTPAdmission: Sendable {
    case accept(HTTPRouteMatch, bodyByteCountMax: Int)
    /// Answered at once; the response is finished already.
    case refuse(HTTPResponse, HTTPRouteMatch)
}

/// The routes, frozen, with everything that is done around a handler. Needs no socket.
package final class HTTPApplication: Sendable {
    private let routes: [HTTPRoute]
    private let parameterNames: [[String]]
    private let table: HTTPRouteTable
    private let authorizer: any HTTPAuthorizer
    let crossOrigin: HTTPCrossOriginPolicy
    let limits: HTTPContentLimits
    /// Browsers that came over TLS are told to come no other way for a year (HSTS). Only for a public address that
    /// is known to have a certificate for so long.
    let demandsTLS: Bool

    /// The label of each route index in metrics and logs: the method and template, never the target. The last
    /// three are of requests that met no route.
    package let routeLabels: [String]

    /// Says everything that is wrong with the routes at once.
    package init(
        routes: [HTTPRoute], authorizer: any HTTPAuthorizer = HTTPRefusingAuthorizer(),
        crossOrigin: HTTPCrossOriginPolicy = HTTPCrossOriginPolicy(),
        limits: HTTPContentLimits = HTTPContentLimits(), demandsTLS: Bool = false
    ) throws(HTTPRouteErrors) {
        self.table = try HTTPRouteTable(routes)
        self.routes = routes
        self.parameterNames = routes.map { route in
            // An error cannot come: the table has accepted every template.
            (try? HTTPPathTemplate(route.path))?.parameterNames ?? []
        }
        self.routeLabels = routes.map(\.label) + ["unmatched", "method-not-allowed", "options"]
        self.authorizer = authorizer
        self.crossOrigin = crossOrigin
        self.limits = limits
        self.demandsTLS = demandsTLS
    }

    // MARK: Before the body

    /// Finds the route and asks whether the client may call it.
    package func admit(_ head: borrowing HTTPRequest) -> HTTPAdmission {
        if head.method == .options, head.target.elementsEqual([UInt8(ascii: "*")]) {
            return self.options(head, allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        }
        guard head.pathCount <= head.target.count else { return self.refuse(head, Self.pathInvalid, .unmatched) }
        let path = head.target.span.extracting(first: head.pathCount)
        guard HTTPPathRule.accepts(path) else { return self.refuse(head, Self.pathInvalid, .unmatched) }
        switch self.table.find(head.method, path) {
        case .route(let index, let ranges): return self.admit(head, index, ranges)
        case .otherMethods(let row):
            let allow = self.table.rows[row].allow
            guard head.method == .options else { return self.methodNotAllowed(head, allow) }
            let isOpen = self.table.rows[row].routeOfMethod.contains {
                $0 >= 0 && self.routes[Int($0)].isOpenToAllOrigins
            }
            return self.options(head, allow: allow, isOpenToAllOrigins: isOpen)
        case .none where head.method == .trace || head.method == .connect: return self.methodNotAllowed(head, "")
        case .none: return self.refuse(head, .notFound, .unmatched)
        }
    }

    package func handler(of match: HTTPRouteMatch) -> HTTPHandler {
        guard self.routes.indices.contains(match.routeIndex) else {
            return .immediate { request, _ in HTTPProblem.notFound.response(for: request) }
        }
        return self.routes[match.routeIndex].handler
    }

    private func admit(_ head: borrowing HTTPRequest, _ index: Int, _ ranges: HTTPPathRanges) -> HTTPAdmission {
        let route = self.routes[index]
        var match = HTTPRouteMatch(
            routeIndex: index,
            parameters: HTTPPathParameters(names: self.parameterNames[index], target: head.target, ranges: ranges))
        // The table has refused routes without a policy; should one be here, nobody may call it.
        let access = route.access ?? .manager
        if access != .anyone {
            do throws(HTTPProblem) {
                match.caller = try self.authorizer.caller(of: head, for: access)
            } catch {
                return .refuse(self.finish(error.response(for: head), for: head), match)
            }
        }
        return .accept(match, bodyByteCountMax: route.bodyByteCountMax)
    }

    // MARK: Requests that meet no route

    /// The rows of metrics behind those of the routes.
    private enum Unrouted: Int {
        case unmatched, methodNotAllowed, options
    }

    private static let pathInvalid = HTTPProblem(.badRequest, code: "path-invalid")

    private func match(_ kind: Unrouted) -> HTTPRouteMatch {
        HTTPRouteMatch(routeIndex: self.routes.count + kind.rawValue, parameters: HTTPPathParameters())
    }

    private func refuse(_ head: borrowing HTTPRequest, _ problem: HTTPProblem, _ kind: Unrouted) -> HTTPAdmission {
        let match = self.match(kind)
        return .refuse(self.finish(problem.response(for: head), for: head), match)
    }

    /// `allow` must be sent with every 405 (RFC 9110 §15.5.6); an empty one says that nothing is allowed.
    private func methodNotAllowed(_ head: borrowing HTTPRequest, _ allow: String) -> HTTPAdmission {
        var problem = HTTPProblem(.methodNotAllowed, code: "method-not-allowed")
        // An error cannot come: the value is made of method names.
        try? problem.fields.append(.allow, checking: allow)
        return self.refuse(head, problem, .methodNotAllowed)
    }

    private func options(
        _ head: borrowing HTTPRequest, allow: String, isOpenToAllOrigins: Bool = false
    ) -> HTTPAdmission {
        var response = HTTPResponse(.noContent)
        // An error cannot come: the value is made of method names.
        try? response.fields.append(.allow, checking: allow)
        if isOpenToAllOrigins {
            response.fields.append(contentsOf: HTTPOpenFields.preflight)
        } else {
            self.crossOrigin.addPreflightFields(to: &response.fields, methods: allow, for: head)
        }
        response.fields.append(
            contentsOf: HTTPSecurityFields.standard.block(for: response.fields))
        response.isFinished = true
        return .refuse(response, self.match(.options))
    }
}
