internal import HTTPServer
internal import Postgres

/// What those who wait are told, by the codes of the API.
enum QueueProblems {
    static let ticketRequired = HTTPProblem(
        .badRequest, code: "queue-ticket-required",
        detail: "Send the queueTicket that you were given on joining in the header Queue-Ticket.")
    static let ticketInvalid = HTTPProblem(
        .forbidden, code: "queue-ticket-invalid", detail: "This is no ticket of yours for this queue. Join it again.")
    static let ticketOver = HTTPProblem(
        .forbidden, code: "queue-ticket-expired", detail: "This turn is over. Join the queue again for another one.")
    static let forbidden = HTTPProblem(.forbidden, code: "forbidden", detail: "This is not a concert of yours.")

    static let full = Self.later(HTTPProblem(.serviceUnavailable, code: "overloaded"), seconds: 2)

    /// 503 with a time to come again where that may help; otherwise it is a mistake of ours.
    static func describing(_ error: PostgresError) -> HTTPProblem {
        guard error.isTemporary else { return .internalError }
        switch error.code {
        case .overloaded, .timedOut, .conflict, .lockNotAvailable:
            return Self.later(HTTPProblem(.serviceUnavailable, code: "overloaded"), seconds: 1)
        default: return Self.later(HTTPProblem(.serviceUnavailable, code: "database-unavailable"), seconds: 3)
        }
    }

    private static func later(_ problem: HTTPProblem, seconds: Int) -> HTTPProblem {
        var problem = problem
        problem.fields.append(.retryAfter, seconds)
        return problem
    }
}
