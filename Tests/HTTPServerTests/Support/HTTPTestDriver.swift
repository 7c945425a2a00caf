import Glibc
import HTTPServer
import Primitives
import Reactor

/// Answers requests by the application alone, without a socket: admit, body limit, handler, finish.
struct HTTPTestDriver: HTTPTestClient {
    let application: HTTPApplication
    var isSecure = false

    func send(
        _ method: HTTPMethod, _ target: String, fields: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> HTTPTestResponse {
        let request = try Self.request(method, target, fields: fields, body: body, isSecure: self.isSecure)
        let response = await self.answer(to: request)
        return HTTPTestResponse(
            status: response.status.code, fields: response.fields,
            body: method == .head ? [] : Self.bytes(of: response.body), contentLength: response.body.count)
    }

    /// Also says which route was met.
    func routeLabel(_ method: HTTPMethod, _ target: String) throws -> String {
        let match =
            switch self.application.admit(try Self.request(method, target)) {
            case .accept(let match, _), .refuse(_, let match): match
            }
        return self.application.routeLabels[match.routeIndex]
    }

    private func answer(to request: HTTPRequest) async -> HTTPResponse {
        var request = request
        let match: HTTPRouteMatch
        switch self.application.admit(request) {
        case .refuse(let response, _): return response
        case .accept(let accepted, let bodyByteCountMax):
            guard request.body.count <= bodyByteCountMax else { return HTTPResponse(.contentTooLarge) }
            match = accepted
            request.caller = match.caller
        }
        var response: HTTPResponse
        switch self.application.handler(of: match) {
        case .immediate(let handle): response = handle(request, match.parameters)
        case .deferred: return HTTPResponse(.notImplemented)
        case .concurrent(let handle):
            do {
                response = try await handle(request, match.parameters)
            } catch {
                response = self.application.response(to: error, for: request)
            }
        }
        response = self.application.finish(response, for: request)
        return response
    }

    static func request(
        _ method: HTTPMethod, _ target: String, fields: [(String, String)] = [], body: [UInt8] = [],
        isSecure: Bool = false
    ) throws -> HTTPRequest {
        var list = HTTPFields()
        for (name, value) in fields { try list.append(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        let target = Array(target.utf8)
        var request = HTTPRequest(
            method: method, version: .http1_1, target: target,
            pathCount: target.firstIndex(of: UInt8(ascii: "?")) ?? target.count, authority: Array("localhost".utf8),
            fields: list)
        request.body = body
        request.isSecure = isSecure
        return request
    }

    private static func bytes(of body: HTTPBody) -> [UInt8] {
        switch body {
        case .empty, .stream: return []
        case .bytes(let bytes): return bytes
        case .shared(let slice): return Array(slice.owner.copyBytes()[slice.range])
        case .file(let slice):
            var bytes = [UInt8](repeating: 0, count: slice.count)
            let got = pread(slice.file.raw, &bytes, slice.count, off_t(slice.offset))
            return Array(bytes.prefix(max(got, 0)))
        }
    }
}
