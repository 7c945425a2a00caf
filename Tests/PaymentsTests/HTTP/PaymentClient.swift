import Foundation
import HTTPServer
import Testing

@testable import Payments

/// Who asks is what the request says: tests of payments are not about signing in.
struct TestAuthorizer: HTTPAuthorizer {
    func caller(of head: borrowing HTTPRequest, for access: HTTPAccess) throws(HTTPProblem) -> HTTPCaller {
        guard let text = head.fields[.authorization], let id = Int64(text) else {
            throw HTTPProblem(.unauthorized, code: "unauthenticated")
        }
        let role: HTTPAccess = id >= 300 ? .manager : id >= 200 ? .seller : .member
        guard role >= access else { throw HTTPProblem(.forbidden, code: "forbidden") }
        return HTTPCaller(memberID: id, role: role, proof: .bearer)
    }
}

/// Asks the routes of payments as a program would, without a socket.
struct PaymentClient {
    let application: HTTPApplication
    var member: Int64?

    init(_ rig: PaymentRig, as member: Int64? = PaymentRig.member, with routes: [HTTPRoute] = []) throws {
        let service = rig.service
        self.application = try HTTPApplication(
            routes: PaymentRoutes.table.map { $0.bound(to: service) } + routes, authorizer: TestAuthorizer())
        self.member = member
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

        func amount(_ name: String) -> Int? { (self.json[name] as? [String: Any])?["amount"] as? Int }

        var items: [[String: Any]] { self.json["items"] as? [[String: Any]] ?? [] }
    }

    func send(
        _ method: HTTPMethod, _ target: String, json: Any? = nil, text: String? = nil, as member: Int64? = nil,
        key: String? = nil
    ) async throws -> Answer {
        var list = HTTPFields()
        if let member = member ?? self.member {
            try list.append(name: Array("authorization".utf8).span, value: Array("\(member)".utf8).span)
        }
        if let key { try list.append(name: Array("idempotency-key".utf8).span, value: Array(key.utf8).span) }
        var bytes = Array((text ?? "").utf8)
        if let json {
            bytes = Array(try JSONSerialization.data(withJSONObject: json))
            try list.append(name: Array("content-type".utf8).span, value: Array("application/json".utf8).span)
        }
        let path = Array(target.utf8)
        var request = HTTPRequest(
            method: method, version: .http1_1, target: path,
            pathCount: path.firstIndex(of: UInt8(ascii: "?")) ?? path.count, authority: Array("podo.test".utf8),
            fields: list)
        request.body = bytes
        let response = try await self.answer(to: request)
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        return Answer(status: response.status.code, fields: response.fields, body: body)
    }

    private func answer(to request: HTTPRequest) async throws -> HTTPResponse {
        switch self.application.admit(request) {
        case .refuse(let response, _): return response
        case .accept(let match, let bodyByteCountMax):
            guard request.body.count <= bodyByteCountMax else { return HTTPResponse(.contentTooLarge) }
            var asked = request
            asked.caller = match.caller
            guard case .concurrent(let handle) = self.application.handler(of: match) else {
                return HTTPResponse(.notImplemented)
            }
            do {
                return self.application.finish(try await handle(asked, match.parameters), for: asked)
            } catch {
                return self.application.response(to: error, for: asked)
            }
        }
    }
}
