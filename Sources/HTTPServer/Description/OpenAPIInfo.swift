/// What a document says beside its operations.
package struct OpenAPIInfo: Sendable {
    /// What routes under a path that begins so must have: a description.
    package static let describedPrefix = "/api/"
    /// Left out of the names of operations.
    package static let canonicalPrefix = "/api/v1"

    package var title: String
    package var version: String
    package var about: HTTPWording
    /// The groups of operations in their order.
    package var tags: [(name: String, about: HTTPWording)]
    /// The cookie by which pages say who asks.
    package var sessionCookieName: String
    /// What somebody is told of whom is not known who it is, and whom the route is not for.
    package var unauthenticated: HTTPProblemDescription
    package var forbidden: HTTPProblemDescription

    package init(
        title: String, version: String, about: HTTPWording, tags: [(name: String, about: HTTPWording)],
        sessionCookieName: String,
        unauthenticated: HTTPProblemDescription = HTTPProblemDescription(.unauthorized, "unauthenticated"),
        forbidden: HTTPProblemDescription = HTTPProblemDescription(.forbidden, "forbidden")
    ) {
        self.title = title
        self.version = version
        self.about = about
        self.tags = tags
        self.sessionCookieName = sessionCookieName
        self.unauthenticated = unauthenticated
        self.forbidden = forbidden
    }
}
