/// One row of a route table.
package struct HTTPRoute: Sendable {
    package let method: HTTPMethod
    /// Segments separated by `/`; `{name}` takes one segment, `{name...}` at the end takes the rest.
    package let path: String
    package let access: HTTPAccess?
    package let bodyByteCountMax: Int
    /// Pages of any origin may read what it answers, without their user's cookies: for what a URL alone gives access
    /// to, such as media that other sites play.
    package let isOpenToAllOrigins: Bool
    package let handler: HTTPHandler

    package init(
        _ method: HTTPMethod, _ path: String, access: HTTPAccess? = nil, bodyByteCountMax: Int = 0,
        isOpenToAllOrigins: Bool = false, _ handler: HTTPHandler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.bodyByteCountMax = bodyByteCountMax
        self.isOpenToAllOrigins = isOpenToAllOrigins
        self.handler = handler
    }

    /// How metrics and logs name this route: bounded in number, and free of what a client wrote.
    package var label: String { "\(self.method.name) \(self.path)" }
}
