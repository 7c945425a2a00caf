/// Decides who may call a route that is not for anyone. The module that knows people implements it; the router asks
/// when only the head of a request is known, so that a stranger's body is never read.
package protocol HTTPAuthorizer: Sendable {
    /// Nil lets the request pass. Must not wait for anything: it runs on the loop, for every request.
    func refusal(of head: borrowing HTTPRequest, for access: HTTPAccess) -> HTTPProblem?
}

/// Lets nobody in: what is in force until an authorizer is given.
package struct HTTPRefusingAuthorizer: HTTPAuthorizer {
    package init() {}

    package func refusal(of head: borrowing HTTPRequest, for access: HTTPAccess) -> HTTPProblem? {
        HTTPProblem(.unauthorized, code: "authentication-required")
    }
}
