internal import HTTPServer

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
    static let unverified = HTTPProblem(
        .forbidden, code: "email-not-verified", detail: "This queue is for members whose address is verified.")
    static let tooNew = HTTPProblem(
        .forbidden, code: "account-too-new", detail: "This queue is for those who were members before the sale opens.")
}
