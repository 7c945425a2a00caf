import HTTPServer
import Reactor

/// Lets in whoever names a member in `x-member`.
struct NamedMembers: HTTPAuthorizer {
    func caller(of head: borrowing HTTPRequest, for access: HTTPAccess) throws(HTTPProblem) -> HTTPCaller {
        guard let member = head.fields[HTTPFieldName("x-member")].flatMap({ Int64($0) }) else {
            throw HTTPProblem(.unauthorized, code: "unauthenticated")
        }
        return HTTPCaller(memberID: member, role: .member, proof: .bearer)
    }
}

/// Answers requests by the routes alone, on a loop, without a socket.
struct RouteDriver: Sendable {
    let application: HTTPApplication
    let rig: CommerceRig

    init(_ routes: [HTTPRoute], _ rig: CommerceRig) throws {
        self.application = try HTTPApplication(routes: routes, authorizer: NamedMembers())
        self.rig = rig
    }

    struct Answer: Equatable, Sendable {
        let status: Int
        let fields: [String: String]
        let body: String
    }

    func post(
        _ target: String, _ body: String = "{}", key: String? = nil, member: Int64 = 7,
        type: String = "application/json"
    ) async throws -> Answer {
        var fields = HTTPFields()
        try fields.append(HTTPFieldName("x-member"), checking: "\(member)")
        try fields.append(.contentType, checking: type)
        if let key { try fields.append(HTTPFieldName("idempotency-key"), checking: key) }
        return try await self.send(.post, target, fields, body)
    }

    func send(
        _ method: HTTPMethod, _ target: String, _ fields: HTTPFields = HTTPFields(), _ body: String = ""
    ) async throws -> Answer {
        let bytes = Array(target.utf8)
        var request = HTTPRequest(
            method: method, version: .http1_1, target: bytes,
            pathCount: bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count, authority: Array("a".utf8),
            fields: fields)
        request.body = Array(body.utf8)
        let sent = request
        return try await self.rig.onLoop { await self.answer(sent) }
    }

    private func answer(_ sent: HTTPRequest) async -> Answer {
        var request = sent
        guard case .accept(let match, _) = self.application.admit(request) else {
            return Answer(status: 404, fields: [:], body: "")
        }
        request.caller = match.caller
        let response: HTTPResponse
        switch self.application.handler(of: match) {
        case .immediate(let handle): response = handle(request, match.parameters)
        case .deferred: response = HTTPResponse(.notImplemented)
        case .concurrent(let handle):
            do {
                response = try await handle(request, match.parameters)
            } catch {
                response = self.application.response(to: error, for: request)
            }
        }
        var fields: [String: String] = [:]
        for entry in response.fields.entries {
            let wire = response.fields.wire
            fields[String(decoding: wire[entry.name], as: UTF8.self)] = String(
                decoding: wire[entry.value], as: UTF8.self)
        }
        var body: [UInt8] = []
        if case .bytes(let bytes) = response.body { body = bytes }
        return Answer(status: response.status.code, fields: fields, body: String(decoding: body, as: UTF8.self))
    }
}
