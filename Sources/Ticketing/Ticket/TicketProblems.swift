internal import HTTPServer

/// What clients are told of tickets.
enum TicketProblems {
    static let notValid = HTTPProblem(
        .conflict, code: "invalid-state", detail: "the ticket is void, or the show is over")
    static let nobody = HTTPProblem(
        .unprocessableContent, code: "member-not-found", detail: "nobody here has this address")
    static let own = HTTPProblem(.conflict, code: "invalid-state", detail: "the ticket is yours already")
}
