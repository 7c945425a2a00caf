package import HTTPServer
package import Postgres

extension AuthService {
    /// Turns what the database says into what a client is told.
    func guarded<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw HTTPProblem(error)
        }
    }
}

extension HTTPProblem {
    /// 503 with a time to come again where that may help; otherwise it is a mistake of ours.
    package init(_ error: PostgresError) {
        guard error.isTemporary else {
            self = .internalError
            return
        }
        switch error.code {
        case .overloaded, .timedOut, .conflict, .lockNotAvailable:
            self.init(.serviceUnavailable, code: "overloaded")
            self.fields.append(.retryAfter, 1)
        default:
            self.init(.serviceUnavailable, code: "database-unavailable")
            self.fields.append(.retryAfter, 3)
        }
    }
}
