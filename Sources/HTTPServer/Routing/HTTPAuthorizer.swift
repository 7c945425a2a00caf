/// Decides who may call a route that is not for anyone. The module that knows people implements it; the router asks
/// when only the head of a request is known, so that a stranger's body is never read.
package protocol HTTPAuthorizer: Sendable {
    /// Who this is, when it may call; otherwise throws what to answer. Must not wait for anything: it runs on the loop,
    /// for every request.
    func caller(of head: borrowing HTTPRequest, for access: HTTPAccess) throws(HTTPProblem) -> HTTPCaller
}

/// Lets nobody in: what is in force until an authorizer is given.
package struct HTTPRefusingAuthorizer: HTTPAuthorizer {
    package init() {}

    package func caller(of head: borrowing HTTPRequest, for access: HTTPAccess) throws(HTTPProblem) -> HTTPCaller {
        throw HTTPProblem(.unauthorized, code: "unauthenticated")
    }
}
