/// Why a route table does not start.
package struct HTTPRouteError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Error, Equatable, Sendable {
        case accessMissing
        case duplicate
        case templateInvalid(String)
        /// Two routes call the parameter at the same place by different names.
        case parameterConflict(String, String)
        /// TRACE and CONNECT are never answered.
        case methodForbidden
        case bodyLimitInvalid
    }

    /// The method and path of the route.
    package let route: String
    package let code: Code

    package var description: String {
        switch self.code {
        case .accessMissing: "\(self.route): says not who may call it"
        case .duplicate: "\(self.route): is declared twice"
        case .templateInvalid(let reason): "\(self.route): the path \(reason)"
        case .parameterConflict(let one, let other):
            "\(self.route): calls {\(one)} what an earlier route calls {\(other)}"
        case .methodForbidden: "\(self.route): this method is never answered"
        case .bodyLimitInvalid: "\(self.route): the body limit is negative"
        }
    }
}

/// Everything that is wrong with a route table, so that it is mended in one go.
package struct HTTPRouteErrors: Error, Equatable, Sendable, CustomStringConvertible {
    package let errors: [HTTPRouteError]

    package var description: String { self.errors.map(\.description).joined(separator: "\n") }
}
