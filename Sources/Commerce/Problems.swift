package import HTTPServer
package import Postgres
package import Primitives

/// What the routes of features that sell answer alike when something is wrong.
extension HTTPProblem {
    /// 503 with a time to come again where that may help; otherwise it is a mistake of ours.
    package static func database(_ error: PostgresError) -> HTTPProblem {
        guard error.isTemporary else { return .internalError }
        switch error.code {
        case .overloaded, .timedOut, .conflict, .lockNotAvailable: return .overloaded(retryAfterSeconds: 1)
        default:
            var problem = HTTPProblem(.serviceUnavailable, code: "database-unavailable")
            problem.fields.append(.retryAfter, 3)
            return problem
        }
    }

    /// Shed before any work was done for it.
    package static func overloaded(retryAfterSeconds: Int) -> HTTPProblem {
        var problem = HTTPProblem(.serviceUnavailable, code: "overloaded")
        problem.fields.append(.retryAfter, max(1, retryAfterSeconds))
        return problem
    }

    /// Asked too often: `wait` is how long until it may be asked again.
    package static func rateLimited(_ wait: TimeAmount) -> HTTPProblem {
        var problem = HTTPProblem(.tooManyRequests, code: "rate-limited")
        problem.fields.append(.retryAfter, Int(clamping: max(1, (wait.milliseconds &+ 999) / 1000)))
        return problem
    }
}
