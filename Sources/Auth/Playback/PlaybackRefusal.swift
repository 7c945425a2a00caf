package import HTTPServer

/// Why somebody may not watch. Players understand 403 as the end, and 503 as a reason to try again.
package enum PlaybackRefusal: Int, CaseIterable, Sendable {
    case tokenInvalid, tokenExpired, ticketRevoked, sessionReplaced, sessionShared
    /// More media than a person can watch.
    case tooFast
    /// It is not known, or not known any more, whose ticket was given back.
    case gateClosed

    /// What metrics call it.
    package var word: StaticString {
        switch self {
        case .tokenInvalid: "token-invalid"
        case .tokenExpired: "token-expired"
        case .ticketRevoked: "ticket-revoked"
        case .sessionReplaced: "session-replaced"
        case .sessionShared: "session-shared"
        case .tooFast: "too-fast"
        case .gateClosed: "gate-closed"
        }
    }

    package var problem: HTTPProblem { Self.problems[self.rawValue] }

    /// Made once: whoever is refused may ask again and again.
    private static let problems = Self.allCases.map(\.newProblem)

    private var newProblem: HTTPProblem {
        switch self {
        case .tokenInvalid:
            HTTPProblem(
                .forbidden, code: self.word,
                detail: "This address opens nothing here. Ask for a new one with your ticket.")
        case .tokenExpired:
            HTTPProblem(.forbidden, code: self.word, detail: "The time in which this show can be watched is over.")
        case .ticketRevoked:
            HTTPProblem(.forbidden, code: self.word, detail: "This ticket was given back, or given to somebody else.")
        case .sessionReplaced:
            HTTPProblem(
                .forbidden, code: self.word,
                detail: "The show was opened with this ticket somewhere else, or was ended here. Open it once more.")
        case .sessionShared:
            HTTPProblem(
                .forbidden, code: self.word,
                detail: "This address was watched from too many networks. Open the show once more with your ticket.")
        case .tooFast: Self.later(self.word, "This is faster than anybody watches. Try again a little later.", 2)
        case .gateClosed: Self.later(self.word, "It cannot be known at the moment who may watch. Try again.", 3)
        }
    }

    private static func later(_ code: StaticString, _ detail: String, _ seconds: Int) -> HTTPProblem {
        var problem = HTTPProblem(.serviceUnavailable, code: code, detail: detail)
        problem.fields.append(.retryAfter, seconds)
        return problem
    }
}
