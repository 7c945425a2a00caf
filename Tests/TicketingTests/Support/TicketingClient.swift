import Foundation
import HTTPServer
import Primitives
import Reactor
import Testing

@testable import Ticketing

/// Who a test says he is, and is believed.
struct TestAuthorizer: HTTPAuthorizer {
    static let field = "test-member"

    func caller(of head: borrowing HTTPRequest, for access: HTTPAccess) throws(HTTPProblem) -> HTTPCaller {
        guard let words = head.fields[HTTPFieldName("test-member")]?.split(separator: " "), words.count == 2,
            let id = Int64(words[0]), let role = UInt8(words[1]).flatMap(HTTPAccess.init)
        else { throw HTTPProblem(.unauthorized, code: "unauthenticated") }
        guard role >= access else { throw HTTPProblem(.forbidden, code: "forbidden") }
        return HTTPCaller(memberID: id, role: role, proof: .bearer)
    }
}

/// Asks routes as a program would, without a socket.
struct TicketingClient {
    let rig: TicketingRig
    let application: HTTPApplication
    /// Nil is nobody.
    var member: Int64?
    var role: HTTPAccess = .member

    init(_ rig: TicketingRig, routes: [HTTPRoute]) throws {
        self.rig = rig
        self.application = try HTTPApplication(routes: routes, authorizer: TestAuthorizer())
    }

    func `as`(_ member: Int64, _ role: HTTPAccess = .member) -> TicketingClient {
        var client = self
        client.member = member
        client.role = role
        return client
    }

    var anonymous: TicketingClient {
        var client = self
        client.member = nil
        return client
    }

    struct Answer {
        let status: Int
        let fields: HTTPFields
        let body: [UInt8]

        var text: String { String(decoding: self.body, as: UTF8.self) }

        /// An empty object for what is none.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(self.body))) as? [String: Any] ?? [:]
        }

        var code: String? { self.json["code"] as? String }

        /// Where the errors of `invalid-request` are.
        var pointers: [String] {
            (self.json["errors"] as? [[String: Any]] ?? []).compactMap { $0["pointer"] as? String }
        }

        subscript(_ name: StaticString) -> String? { self.fields[HTTPFieldName(name)] }
    }

    /// `json` is written as the body; `fields` are added as they are.
    func send(
        _ method: HTTPMethod, _ target: String, json: Any? = nil, body: [UInt8]? = nil, fields: [(String, String)] = []
    ) async throws -> Answer {
        var list = HTTPFields()
        func add(_ name: String, _ value: String) throws {
            try list.append(name: Array(name.utf8).span, value: Array(value.utf8).span)
        }
        if let member { try add(TestAuthorizer.field, "\(member) \(self.role.rawValue)") }
        var bytes = body ?? []
        if let json {
            bytes = Array(try JSONSerialization.data(withJSONObject: json))
            if !fields.contains(where: { $0.0 == "content-type" }) { try add("content-type", "application/json") }
        }
        for (name, value) in fields { try add(name, value) }
        let path = Array(target.utf8)
        var request = HTTPRequest(
            method: method, version: .http1_1, target: path,
            pathCount: path.firstIndex(of: UInt8(ascii: "?")) ?? path.count, authority: Array("podo.test".utf8),
            fields: list)
        request.body = bytes
        request.peer = SocketAddress(host: .v4(0x7f00_0001), port: 40_000)
        let response = try await self.answer(to: request)
        let text: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        return Answer(status: response.status.code, fields: response.fields, body: text)
    }

    private func answer(to request: HTTPRequest) async throws -> HTTPResponse {
        let application = self.application
        switch application.admit(request) {
        case .refuse(let response, _): return response
        case .accept(let match, let bodyByteCountMax):
            guard request.body.count <= bodyByteCountMax else { return HTTPResponse(.contentTooLarge) }
            var admitted = request
            admitted.caller = match.caller
            let asked = admitted
            let handler = application.handler(of: match)
            if case .immediate(let handle) = handler { return handle(asked, match.parameters) }
            guard case .concurrent(let handle) = handler else { return HTTPResponse(.notImplemented) }
            return try await self.rig.onLoop {
                do {
                    return application.finish(try await handle(asked, match.parameters), for: asked)
                } catch {
                    return application.response(to: error, for: asked)
                }
            }
        }
    }
}
