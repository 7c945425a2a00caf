/// What a route does. All run on the loop of the connection.
package enum HTTPHandler: Sendable {
    /// Answers at once, without waiting for anything: the data plane.
    case immediate(@Sendable (HTTPRequest, HTTPPathParameters) -> HTTPResponse)
    /// Answers at once, or returns nil and answers later by the responder, without a task: requests that wait for
    /// something to happen, thousands at a time.
    case deferred(@Sendable (HTTPRequest, HTTPPathParameters, HTTPResponder) -> HTTPResponse?)
    /// May await: the control plane. A thrown error becomes a problem response.
    case concurrent(@Sendable (HTTPRequest, HTTPPathParameters) async throws -> HTTPResponse)
}
