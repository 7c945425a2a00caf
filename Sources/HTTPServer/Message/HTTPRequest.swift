package import Observability
internal import Primitives
package import Reactor

/// The methods Podo's routes can be declared for; TRACE and CONNECT are recognised to be refused with 405 (S-65).
package enum HTTPMethod: UInt8, Sendable, CaseIterable {
    case get, head, post, put, patch, delete, options, trace, connect

    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        }
    }
}

package enum HTTPVersion: UInt8, Sendable {
    case http1_0, http1_1, http2
}

/// One request, as either protocol version delivers it to the router: head first, the body filled in when complete.
package struct HTTPRequest: Sendable {
    package var method: HTTPMethod
    package var version: HTTPVersion
    /// The request target in origin form, as received: percent-encoded path and query. Always begins with `/`,
    /// except `OPTIONS *`.
    package var target: [UInt8]
    /// How many bytes of `target` are the path, without `?` and what follows it.
    package var pathCount: Int
    /// `Host` or `:authority`, validated; empty only in HTTP/1.0.
    package var authority: [UInt8]
    package var fields: HTTPFields
    package var body: [UInt8] = []
    /// Whether the request came over TLS.
    package var isSecure = false
    /// Where it comes from: the client, where the connection is that of a trusted proxy.
    package var peer: SocketAddress?
    /// Set by the connection when the head has come; its trace id is also the request id that problems name.
    package var trace: TraceContext?
    /// Set when the head was admitted: who asks, for a route that is not for anyone.
    package var caller: HTTPCaller?

    package init(
        method: HTTPMethod, version: HTTPVersion, target: [UInt8], pathCount: Int, authority: [UInt8],
        fields: HTTPFields
    ) {
        self.method = method
        self.version = version
        self.target = target
        self.pathCount = pathCount
        self.authority = authority
        self.fields = fields
    }

    package var path: ArraySlice<UInt8> { self.target[..<self.pathCount] }

    /// What follows the first `?`, still percent-encoded; nil without one.
    package var query: ArraySlice<UInt8>? {
        self.pathCount < self.target.count ? self.target[(self.pathCount + 1)...] : nil
    }
}
