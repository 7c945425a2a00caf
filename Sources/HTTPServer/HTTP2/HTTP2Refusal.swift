/// Why one request is refused before a route sees it: what the client is told, and the word it is counted under. The
/// connection goes on.
struct HTTP2Refusal: Equatable, Sendable {
    let status: HTTPStatus
    let reason: StaticString

    static func == (left: HTTP2Refusal, right: HTTP2Refusal) -> Bool {
        left.status == right.status && left.reason.description == right.reason.description
    }
}
