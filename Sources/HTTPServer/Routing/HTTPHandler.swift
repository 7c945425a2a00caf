/// What a route does. Both run on the loop of the connection.
package enum HTTPHandler: Sendable {
    /// Answers at once, without waiting for anything: the data plane.
    case immediate(@Sendable (HTTPRequest, HTTPPathParameters) -> HTTPResponse)
    /// May await: the control plane. A thrown error becomes a problem response.
    case concurrent(@Sendable (HTTPRequest, HTTPPathParameters) async throws -> HTTPResponse)
}
