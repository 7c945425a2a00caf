extension HTTPRoute {
    /// The same, but for requests that `check` throws a problem for: these are answered with it, and the handler does
    /// not see them. Runs when the whole request has come, on its loop, and must not wait for anything. What makes an
    /// answer stays of its kind: a route that answers at once still does.
    package func checked(by check: @escaping @Sendable (HTTPRequest) throws(HTTPProblem) -> Void) -> HTTPRoute {
        let refusal: @Sendable (HTTPRequest) -> HTTPResponse? = { request in
            do throws(HTTPProblem) {
                try check(request)
                return nil
            } catch {
                return error.response(for: request)
            }
        }
        return switch self.handler {
        case .immediate(let handle):
            self.handled(by: .immediate { request, values in refusal(request) ?? handle(request, values) })
        case .deferred(let handle):
            self.handled(
                by: .deferred { request, values, responder in refusal(request) ?? handle(request, values, responder) })
        case .concurrent(let handle):
            self.handled(
                by: .concurrent { request, values in
                    if let response = refusal(request) { return response }
                    return try await handle(request, values)
                })
        }
    }
}
