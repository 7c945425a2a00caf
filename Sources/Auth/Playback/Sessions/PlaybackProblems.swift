internal import HTTPServer

/// What owners of tickets are told.
enum PlaybackProblems {
    static let revoked = PlaybackRefusal.ticketRevoked.problem
    static let over = HTTPProblem(
        .forbidden, code: "playback-over", detail: "The time in which this show can be watched is over.")
    static let full: HTTPProblem = {
        var problem = HTTPProblem(.serviceUnavailable, code: "overloaded")
        problem.fields.append(.retryAfter, 5)
        return problem
    }()
}
