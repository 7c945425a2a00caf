import Foundation
import HTTPClient
import HTTPServer
import Observability
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Auth

/// Members who sign in by a provider that does as it is told.
final class SocialRig: Sendable {
    let auth: AuthRig
    let provider: FakeProvider
    let clients: [String: HTTPClient]
    let application: HTTPApplication
    let clock = LateClock()

    /// The provider goes by three names: `corp`, `kakao` and `naver`. Kakao may be at another port instead; then each
    /// client has one place.
    init(auth: AuthRig? = nil, secret: String = "podo-secret", kakaoPort: UInt16? = nil) throws {
        let auth = try auth ?? AuthRig()
        let provider = try FakeProvider()
        self.auth = auth
        self.provider = provider
        let names = ["corp", "kakao", "naver"]
        var limits = HTTPClientLimits()
        if kakaoPort != nil { limits.runningCountMax = 1 }
        self.clients = Dictionary(
            uniqueKeysWithValues: names.map {
                (
                    $0,
                    HTTPClient(name: "social-\($0)", loop: auth.group.loops[0], limits: limits, metrics: auth.registry)
                )
            })
        let issuer = HTTPClientURL(provider.issuer)
        let kakao = kakaoPort.map { HTTPClientURL("http://127.0.0.1:\($0)") } ?? issuer
        let providers = names.compactMap {
            SocialProvider(
                name: $0, clientID: "podo-client", clientSecret: Secret(secret),
                issuer: $0 == "kakao" ? kakao : issuer)
        }
        try #require(providers.count == 3)
        var parts = SocialSignIn.Parts(
            clients: self.clients, origin: "http://podo.test",
            metrics: SocialMetrics(providers: providers.map(\.name), registry: auth.registry),
            log: Log(level: .debug, memory: auth.logMemory))
        let clock = self.clock
        parts.clock = { clock.now }
        let social = SocialSignIn(
            providers: providers, store: PostgresSocialStore(database: auth.database),
            issuer: MemberSessions(members: auth.members, signIns: auth.signIns), parts: parts)
        let service = SocialService(auth: auth.service, social: social)
        self.application = try HTTPApplication(
            routes: SocialRoutes.table.map { $0.bound(to: service) }
                + AuthRoutes.table.map { $0.bound(to: auth.service) }, authorizer: auth.service.authorizer)
    }

    deinit { for client in self.clients.values { client.close() } }
}

/// A clock that stands still until it is put forward.
final class LateClock: Sendable {
    private let time = Mutex<MonotonicTime>(.now)

    var now: MonotonicTime { self.time.withLock { $0 } }

    func forward(_ time: TimeAmount) { self.time.withLock { $0 = $0 + time } }
}

/// A browser: it keeps cookies, and goes where it is sent.
final class Browser {
    let rig: SocialRig
    var cookies: [String: String] = [:]
    var accessToken: String?
    var isSecure = false
    var accept: String?

    init(_ rig: SocialRig) { self.rig = rig }

    func send(_ method: HTTPMethod, _ target: String, json: Any? = nil) async throws -> AuthClient.Answer {
        var list = HTTPFields()
        func add(_ name: String, _ value: String) throws {
            try list.append(name: Array(name.utf8).span, value: Array(value.utf8).span)
        }
        if let accessToken { try add("authorization", "Bearer \(accessToken)") }
        if !self.cookies.isEmpty {
            try add("cookie", self.cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; "))
        }
        if let accept { try add("accept", accept) }
        if json != nil { try add("content-type", "application/json") }
        try add("origin", "http://podo.test")
        let path = Array(target.utf8)
        var request = HTTPRequest(
            method: method, version: .http1_1, target: path,
            pathCount: path.firstIndex(of: UInt8(ascii: "?")) ?? path.count, authority: Array("podo.test".utf8),
            fields: list)
        request.body = try json.map { Array(try JSONSerialization.data(withJSONObject: $0)) } ?? []
        request.isSecure = self.isSecure
        request.peer = SocketAddress(host: .v4(0x7f00_0001), port: 40_000)
        let response = try await self.answer(to: request)
        for cookie in response.fields.all(.setCookie) {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            self.cookies[pair[0]] = pair.count == 2 ? pair[1] : nil
        }
        let text: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        return AuthClient.Answer(status: response.status.code, fields: response.fields, body: text)
    }

    private func answer(to request: HTTPRequest) async throws -> HTTPResponse {
        let application = self.rig.application
        switch application.admit(request) {
        case .refuse(let response, _): return response
        case .accept(let match, _):
            var admitted = request
            admitted.caller = match.caller
            let asked = admitted
            switch application.handler(of: match) {
            case .immediate(let handle): return handle(asked, match.parameters)
            case .concurrent(let handle):
                return try await self.rig.auth.onLoop {
                    do {
                        return application.finish(try await handle(asked, match.parameters), for: asked)
                    } catch {
                        return application.response(to: error, for: asked)
                    }
                }
            case .deferred: return HTTPResponse(.notImplemented)
            }
        }
    }

    // MARK: What most tests do

    /// To the provider; returns the path that it sends back to.
    func leave(_ provider: String, redirect: String = "/seats?a=b") async throws -> String {
        let path = "/api/v1/auth/social/\(provider)/start?redirect=\(FormText.escape(redirect))"
        let answer = try await self.send(.get, path)
        try #require(answer.status == 302, "\(answer.text)")
        let back = try self.rig.provider.visit(try #require(answer["location"]))
        try #require(back.hasPrefix("http://podo.test/api/v1/auth/social/\(provider)/callback?"), "\(back)")
        return String(back.dropFirst("http://podo.test".count))
    }

    /// There and back.
    func visit(_ provider: String) async throws -> AuthClient.Answer {
        try await self.send(.get, try await self.leave(provider))
    }

    /// All the way to tokens.
    func signIn(_ provider: String) async throws -> AuthClient.Answer {
        let arrival = try await self.visit(provider)
        try #require(arrival.status == 303, "\(arrival.text)")
        return try await self.exchange(try self.code(of: arrival))
    }

    func code(of arrival: AuthClient.Answer) throws -> String {
        let location = try #require(arrival["location"])
        let start = "/seats?a=b#social-code="
        try #require(location.hasPrefix(start), "\(location)")
        return String(location.dropFirst(start.count))
    }

    func exchange(_ code: String) async throws -> AuthClient.Answer {
        try await self.send(.post, "/api/v1/auth/social/exchange", json: ["code": code])
    }
}
