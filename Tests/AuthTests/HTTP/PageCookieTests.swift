import Crypto
import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Auth

/// S-03 and S-06: the tokens of pages, and other sites' pages.
@Suite(.timeLimit(.minutes(5)))
struct PageCookieTests {
    private static let ownOrigin = [("origin", "http://podo.test")]

    /// Name, value and attributes of every cookie that is set.
    private func cookies(_ answer: AuthClient.Answer) -> [String: (value: String, attributes: String)] {
        var found: [String: (String, String)] = [:]
        for field in answer.fields.all(.setCookie) {
            let parts = field.split(separator: ";", maxSplits: 1).map(String.init)
            let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            found[pair[0]] = (pair[1], parts.count > 1 ? parts[1] : "")
        }
        return found
    }

    private func signIn(_ client: AuthClient, _ fields: [(String, String)] = Self.ownOrigin) async throws
        -> AuthClient.Answer
    {
        try await client.send(
            .post, "/api/v1/auth/signin",
            json: ["email": "kim@example.com", "password": AuthClient.password, "session": "cookie"], fields: fields)
    }

    private func withCookies(_ client: AuthClient, _ answer: AuthClient.Answer) -> AuthClient {
        var client = client
        for (name, cookie) in self.cookies(answer) { client.cookies[name] = cookie.value.isEmpty ? nil : cookie.value }
        return client
    }

    @Test(arguments: [false, true])
    func `pages get their tokens as cookies that no script reads`(_ isSecure: Bool) async throws {
        var client = AuthClient(rig: try AuthRig())
        client.isSecure = isSecure
        _ = try await client.signUp("kim")
        let origin = isSecure ? "https://podo.test" : "http://podo.test"
        let answer = try await self.signIn(client, [("origin", origin)])
        #expect(answer.status == 200)
        #expect(answer.json["accessToken"] == nil && answer.json["refreshToken"] == nil)
        let cookies = self.cookies(answer)
        #expect(cookies.count == 3)
        for (name, cookie) in cookies {
            // What scripts read says that somebody is signed in, and nothing else.
            let isHint = name == "podo-member"
            #expect(isHint ? cookie.value == "1" : name.hasPrefix("__Host-") == isSecure)
            #expect(cookie.attributes.contains("HttpOnly") != isHint && cookie.attributes.contains("SameSite=Lax"))
            #expect(cookie.attributes.contains("Path=/") && !cookie.attributes.contains("Domain"))
            #expect(cookie.attributes.contains("Secure") == isSecure)
        }
        var hinted = client
        hinted.cookies["podo-member"] = "1"
        #expect(try await hinted.send(.get, "/member/me").status == 401)
        let page = self.withCookies(client, answer)
        #expect(try await page.send(.get, "/member/me").status == 200)
        let refreshed = try await page.send(.post, "/auth/refresh", fields: [("origin", origin)])
        #expect(refreshed.status == 200 && refreshed.json["refreshToken"] == nil)
        let next = self.withCookies(page, refreshed)
        #expect(next.cookies != page.cookies)
        #expect(try await next.send(.get, "/member/me").status == 200)
        let out = try await next.send(.post, "/auth/signout", fields: [("origin", origin)])
        #expect(out.status == 204)
        let cleared = self.cookies(out)
        #expect(cleared.count == 3)
        #expect(cleared.values.allSatisfy { $0.value.isEmpty && $0.attributes.contains("Max-Age=0") })
        #expect(try await next.send(.get, "/member/me").status == 401)
        #expect(try await next.send(.post, "/auth/refresh", fields: [("origin", origin)]).status == 401)
    }

    /// What changes something, with cookies, by origin and type of the body.
    @Test(arguments: [
        (Optional("http://podo.test"), true), ("null", false), ("https://evil.example", false),
        ("http://sub.podo.test", false), ("http://podo.test.evil.example", false), ("http://podo.test:81", false),
        (nil, false),
    ])
    func `pages of other sites change nothing with a visitor's cookies`(_ origin: String?, _ isAllowed: Bool)
        async throws
    {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        let page = self.withCookies(client, try await self.signIn(client))
        let fields = origin.map { [("origin", $0)] } ?? []
        let change = try await page.send(.patch, "/api/v1/member/me", json: ["name": "lee"], fields: fields)
        #expect(change.status == (isAllowed ? 200 : 403))
        let leave = try await page.send(
            .delete, "/api/v1/member/me", json: ["password": "wrong grape"], fields: fields)
        #expect(leave.status == (isAllowed ? 401 : 403))
        for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
            let answer = try await page.send(
                .patch, "/api/v1/member/me", json: ["name": "park"], fields: fields + [("content-type", type)])
            #expect(answer.status == (isAllowed ? 415 : 403), "\(type)")
        }
        #expect(try await page.send(.post, "/auth/refresh", fields: fields).status == (isAllowed ? 200 : 403))
        #expect(try await page.send(.get, "/member/me", fields: fields).status == 200)
        let everywhere = try await page.send(
            .post, "/auth/signout", json: ["everywhere": true], fields: fields)
        #expect(everywhere.status == (isAllowed ? 204 : 403))
    }

    @Test
    func `another site cannot sign its visitors in`() async throws {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        for fields in [
            [("origin", "https://evil.example")], [("origin", "null")], [], [("sec-fetch-site", "cross-site")],
        ] {
            let answer = try await self.signIn(client, fields)
            #expect(answer.status == 403, "\(fields)")
            #expect(answer["set-cookie"] == nil)
        }
        let asForm = try await client.send(
            .post, "/auth/signin",
            body: Array(#"{"email":"kim@example.com","password":"\#(AuthClient.password)","session":"cookie"}"#.utf8),
            fields: Self.ownOrigin + [("content-type", "text/plain")])
        #expect(asForm.status == 415)
    }

    @Test
    func `another site's page takes no cookies away, whatever it may end`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (_, tokens) = try await client.asNewMember("kim")
        let page = self.withCookies(client, try await self.signIn(client))
        let body = ["refreshToken": tokens.refresh]
        for fields in [[("origin", "http://sub.podo.test")], [("sec-fetch-site", "same-site")], []] {
            let answer = try await page.send(.post, "/auth/signout", json: body, fields: fields)
            #expect(answer.status == 204 && answer["set-cookie"] == nil, "\(fields)")
        }
        let own = try await page.send(.post, "/auth/signout", json: body, fields: Self.ownOrigin)
        #expect(own.status == 204 && self.cookies(own).count == 3)
    }

    @Test
    func `no origin is ever told that it may read with cookies`() async throws {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        for origin in ["https://evil.example", "null", "http://podo.test"] {
            for method in [HTTPMethod.options, .post] {
                let answer = try await client.send(
                    method, "/auth/signin", json: ["email": "x"],
                    fields: [("origin", origin), ("access-control-request-method", "POST")])
                #expect(answer["access-control-allow-origin"] == nil)
                #expect(answer["access-control-allow-credentials"] == nil)
            }
        }
    }

    @Test
    func `a program's token does not come from a cookie, and the other way round`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, tokens) = try await client.asNewMember("kim")
        var page = client
        page.cookies["podo-session"] = tokens.access
        #expect(try await page.send(.get, "/member/me").status == 200)
        // Over TLS the name without the prefix is nobody's.
        page.isSecure = true
        #expect(try await page.send(.get, "/member/me").status == 401)
        _ = member
    }
}
