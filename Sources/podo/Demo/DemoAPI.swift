internal import HTTPServer
internal import Primitives

/// The API as the demo calls it: the same routes and handlers that a client meets, without a socket. Who calls is what
/// the request says, because nobody but this process makes one.
struct DemoAPI: Sendable {
    private let application: HTTPApplication

    init(_ routes: [HTTPRoute]) throws(StartError) {
        do throws(HTTPRouteErrors) {
            self.application = try HTTPApplication(routes: routes, authorizer: TrustingAuthorizer())
        } catch {
            throw StartError("routes: \(error)")
        }
    }

    /// `path` has no query.
    func get<Answer: JSONDecodable>(
        _ path: String, as caller: HTTPCaller? = nil, _ type: Answer.Type
    ) async throws -> Answer {
        try await self.send(.get, path, [], as: caller, type)
    }

    func post<Answer: JSONDecodable>(
        _ path: String, _ body: [UInt8], as caller: HTTPCaller, _ type: Answer.Type
    ) async throws -> Answer {
        try await self.send(.post, path, body, as: caller, type)
    }

    private func send<Answer: JSONDecodable>(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8], as caller: HTTPCaller?, _ type: Answer.Type
    ) async throws -> Answer {
        let target = Array(path.utf8)
        var fields = HTTPFields()
        if !body.isEmpty { fields.append(.contentType, "application/json") }
        var request = HTTPRequest(
            method: method, version: .http1_1, target: target, pathCount: target.count,
            authority: Array("localhost".utf8), fields: fields)
        request.body = body
        request.caller = caller
        let response = try await self.answer(to: request)
        let bytes: [UInt8] =
            switch response.body {
            case .bytes(let bytes): bytes
            case .shared(let slice): Array(slice.owner.copyBytes()[slice.range])
            case .empty, .file, .stream: []
            }
        guard (200..<300).contains(response.status.code), case .object(let members) = try JSONParser.parse(bytes) else {
            let said = String(decoding: bytes.prefix(500), as: UTF8.self)
            throw StartError("the demo cannot be made: \(method.name) \(path): \(response.status.code) \(said)")
        }
        return try Answer(json: JSONObjectReader(members))
    }

    private func answer(to request: HTTPRequest) async throws -> HTTPResponse {
        switch self.application.admit(request) {
        case .refuse(let response, _): return response
        case .accept(let match, _):
            guard case .concurrent(let handle) = self.application.handler(of: match) else {
                return HTTPResponse(.notImplemented)
            }
            do {
                return try await handle(request, match.parameters)
            } catch {
                return self.application.response(to: error, for: request)
            }
        }
    }
}

private struct TrustingAuthorizer: HTTPAuthorizer {
    func caller(of head: borrowing HTTPRequest, for access: HTTPAccess) throws(HTTPProblem) -> HTTPCaller {
        guard let caller = head.caller, caller.role >= access else { throw HTTPProblem(.forbidden, code: "forbidden") }
        return caller
    }
}
