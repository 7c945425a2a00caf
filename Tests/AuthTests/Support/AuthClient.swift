import Foundation
import HTTPServer
import Primitives
import Reactor
import Testing

@testable import Auth

/// Asks the routes of members as a program or a browser would, from an address of its choice, without a socket.
struct AuthClient {
    let rig: AuthRig
    /// Nil for the routes of members alone.
    var application: HTTPApplication?
    var address: SocketAddress.Host = .v4(0x7f00_0001)
    var accessToken: String?
    var cookies: [String: String] = [:]
    var isSecure = false

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
        if let accessToken { try add("authorization", "Bearer \(accessToken)") }
        if !self.cookies.isEmpty {
            try add("cookie", self.cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; "))
        }
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
        request.isSecure = self.isSecure
        request.peer = SocketAddress(host: self.address, port: 40_000)
        let response = try await self.answer(to: request)
        let text: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        return Answer(status: response.status.code, fields: response.fields, body: text)
    }

    private func answer(to request: HTTPRequest) async throws -> HTTPResponse {
        let application = self.application ?? self.rig.application
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

    // MARK: What most tests begin with

    static let password = "a quiet purple grape"

    /// Signs up; the address is the name's.
    func signUp(_ name: String, roleType: String? = nil) async throws -> Int64 {
        var body = ["name": name, "email": "\(name)@example.com", "password": Self.password]
        if let roleType { body["roleType"] = roleType }
        let answer = try await self.send(.post, "/api/v1/member", json: body)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["memberId"] as? Int64)
    }

    func signIn(_ name: String, _ password: String = Self.password) async throws -> Answer {
        try await self.send(
            .post, "/api/v1/auth/signin", json: ["email": "\(name)@example.com", "password": password])
    }

    /// The same client with the tokens of somebody who has just signed up.
    func asNewMember(_ name: String, roleType: String? = nil) async throws -> (client: AuthClient, tokens: Tokens) {
        let id = try await self.signUp(name, roleType: roleType)
        return try await self.asMember(name, id)
    }

    func asMember(_ name: String, _ id: Int64) async throws -> (client: AuthClient, tokens: Tokens) {
        let answer = try await self.signIn(name)
        try #require(answer.status == 200, "\(answer.text)")
        let tokens = Tokens(
            id: id, access: try #require(answer.json["accessToken"] as? String),
            refresh: try #require(answer.json["refreshToken"] as? String))
        var client = self
        client.accessToken = tokens.access
        return (client, tokens)
    }

    struct Tokens {
        let id: Int64
        let access: String
        let refresh: String
    }

    func refresh(_ token: String) async throws -> Answer {
        try await self.send(.post, "/api/v1/auth/refresh", json: ["refreshToken": token])
    }
}
