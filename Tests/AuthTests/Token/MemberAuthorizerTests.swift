import Auth
import Crypto
import HTTPServer
import Primitives
import Testing

@Suite("The member authorizer")
struct MemberAuthorizerTests {
    static let now = AccessTokensTests.now
    static let tokens = AccessTokensTests.tokens("1")

    static func token(_ role: MemberRole = .user, memberID: Int64 = 7) -> String {
        String(decoding: Self.tokens.text(memberID, role), as: UTF8.self)
    }

    static func authorizer(_ epochs: TokenEpochs = TokenEpochs(), isSecureAlways: Bool = false) -> MemberAuthorizer {
        MemberAuthorizer(
            tokens: TokenService(tokens: Self.tokens, epochs: epochs, clock: { Self.now }),
            origins: OriginRule(origins: ["https://podo.example"]), isSecureAlways: isSecureAlways)
    }

    static func head(
        _ fields: [(String, String)], _ method: HTTPMethod = .get, isSecure: Bool = false
    ) throws -> HTTPRequest {
        var list = HTTPFields()
        for (name, value) in fields { try list.append(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        var head = HTTPRequest(
            method: method, version: .http1_1, target: Array("/x".utf8), pathCount: 2,
            authority: Array("localhost:8080".utf8), fields: list)
        head.isSecure = isSecure
        return head
    }

    /// The status and the code of the refusal, or the caller.
    static func outcome(
        _ head: HTTPRequest, _ access: HTTPAccess = .member, by authorizer: MemberAuthorizer = Self.authorizer()
    ) -> String {
        do throws(HTTPProblem) {
            let caller = try authorizer.caller(of: head, for: access)
            return "\(caller.memberID) \(caller.role) \(caller.proof)"
        } catch {
            let isComplete = error.status != .unauthorized || error.fields.contains(HTTPFieldName("www-authenticate"))
            return "\(error.status.code) \(error.code)" + (isComplete ? "" : " without www-authenticate")
        }
    }

    @Test("A bearer token says who calls, whatever the case of its scheme", arguments: ["Bearer", "bearer", "BEARER"])
    func bearer(scheme: String) throws {
        let head = try Self.head([("authorization", "\(scheme) \(Self.token())")])
        #expect(Self.outcome(head) == "7 member bearer")
    }

    @Test("Without a token of a known kind nobody is signed in")
    func unauthenticated() throws {
        let fields: [[(String, String)]] = [
            [], [("authorization", "")], [("authorization", "Basic dTpw")], [("authorization", Self.token())],
            [("authorization", "BearerX \(Self.token())")], [("cookie", "other=1")], [("cookie", "podo-session=")],
            [("authorization", "Bearer\t\(Self.token())")],
            [("cookie", "podo-session=\(Self.token()); podo-session=\(Self.token())")],
            [("cookie", "Podo-session=\(Self.token())")], [("x-access-token", Self.token())],
        ]
        for list in fields { #expect(Self.outcome(try Self.head(list)) == "401 unauthenticated", "\(list)") }
    }

    @Test("A bad token is not made up for by another way to sign in")
    func invalid() throws {
        let good = Self.token()
        let fields: [[(String, String)]] = [
            [("authorization", "Bearer")], [("authorization", "Bearer ")], [("authorization", "Bearer  \(good)")],
            [("authorization", "Bearer \(good) ")], [("authorization", "Bearer \(good), Bearer \(good)")],
            [("authorization", "Bearer x")],
            [("authorization", "Bearer \(good)"), ("authorization", "Bearer \(good)")],
            [("authorization", "Bearer x"), ("cookie", "podo-session=\(good)")],
            [("cookie", "podo-session=x")],
        ]
        for list in fields { #expect(Self.outcome(try Self.head(list)) == "401 token-invalid", "\(list)") }
        let beside = [("authorization", "Basic dTpw"), ("authorization", "Bearer \(good)")]
        #expect(Self.outcome(try Self.head(beside)) == "7 member bearer")
    }

    @Test("An expired token and a revoked one are told apart")
    func told() throws {
        let earlier = WallClock(unixMilliseconds: Self.now.unixMilliseconds - 900_000)
        let old = Self.tokens.text(7, now: earlier)
        let head = try Self.head([("authorization", "Bearer " + String(decoding: old, as: UTF8.self))])
        #expect(Self.outcome(head) == "401 token-expired")
        let epochs = TokenEpochs()
        epochs.raise(7, to: 1, now: Self.now.unixSeconds)
        let revoked = try Self.head([("authorization", "Bearer \(Self.token())")])
        #expect(Self.outcome(revoked, by: Self.authorizer(epochs)) == "401 token-revoked")
    }

    @Test("A role may what the roles below it may, and nothing more")
    func roles() throws {
        for role in MemberRole.allCases {
            for access in [HTTPAccess.member, .seller, .manager] {
                let head = try Self.head([("authorization", "Bearer \(Self.token(role))")])
                let expected = role.access >= access ? "7 \(role.access) bearer" : "403 forbidden"
                #expect(Self.outcome(head, access) == expected)
            }
        }
    }

    @Test("The cookie has its own name over TLS, and the other one is not looked at there")
    func cookieNames() throws {
        let plain = [("cookie", "a=b; podo-session=\(Self.token())")]
        let secure = [("cookie", "a=b; __Host-podo-session=\(Self.token())")]
        #expect(Self.outcome(try Self.head(plain)) == "7 member cookie")
        #expect(Self.outcome(try Self.head(secure)) == "401 unauthenticated")
        #expect(Self.outcome(try Self.head(plain, isSecure: true)) == "401 unauthenticated")
        #expect(Self.outcome(try Self.head(secure, isSecure: true)) == "7 member cookie")
        let behindProxy = Self.authorizer(isSecureAlways: true)
        #expect(Self.outcome(try Self.head(plain), by: behindProxy) == "401 unauthenticated")
        #expect(Self.outcome(try Self.head(secure), by: behindProxy) == "7 member cookie")
    }

    @Test("The cookie is for the browser alone, and is taken away by the same name")
    func setCookie() {
        var fields = HTTPFields()
        SessionCookie.set("abc", maxAgeSeconds: 900, isSecure: true, in: &fields)
        SessionCookie.set("abc", maxAgeSeconds: 900, isSecure: false, in: &fields)
        SessionCookie.clear(isSecure: true, in: &fields)
        #expect(
            fields.all(.setCookie) == [
                "__Host-podo-session=abc; Max-Age=900; Path=/; HttpOnly; SameSite=Lax; Secure",
                "podo-session=abc; Max-Age=900; Path=/; HttpOnly; SameSite=Lax",
                "__Host-podo-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
            ])
    }

    /// Fields that tell where a request comes from, whether it came over TLS, and whether it may change something.
    struct Row: Sendable {
        let fields: [(String, String)]
        let isSecure: Bool
        let isAllowed: Bool

        init(_ fields: [(String, String)], isSecure: Bool = false, _ isAllowed: Bool) {
            self.fields = fields
            self.isSecure = isSecure
            self.isAllowed = isAllowed
        }
    }

    @Test(
        "With a cookie, only a page of this site changes anything",
        arguments: [
            Row([], false), Row([("origin", "http://localhost:8080")], true),
            Row([("origin", "https://podo.example")], true), Row([("sec-fetch-site", "same-origin")], true),
            Row([("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8080")], true),
            Row([("sec-fetch-site", "same-origin"), ("origin", "https://localhost:8080")], true),
            Row([("origin", "https://localhost:8080")], false),
            Row([("origin", "https://localhost:8080")], isSecure: true, true),
            Row([("origin", "http://localhost:8080")], isSecure: true, false),
            Row([("origin", "null")], false), Row([("origin", "")], false),
            Row([("origin", "https://evil.example")], false), Row([("origin", "https://sub.podo.example")], false),
            Row([("origin", "https://podo.example.evil")], false), Row([("origin", "https://PODO.example")], false),
            Row([("origin", "https://podo.example/")], false), Row([("origin", "http://podo.example")], false),
            Row([("origin", "http://localhost")], false), Row([("origin", "localhost:8080")], false),
            Row([("origin", "http://localhost:8080"), ("origin", "http://localhost:8080")], false),
            Row([("sec-fetch-site", "cross-site")], false), Row([("sec-fetch-site", "same-site")], false),
            Row([("sec-fetch-site", "none")], false), Row([("sec-fetch-site", "")], false),
            Row([("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8080")], false),
            Row([("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")], false),
            Row([("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], false),
            Row([("sec-fetch-site", "same-origin"), ("origin", "null")], false),
            Row([("referer", "http://localhost:8080/")], false),
        ])
    func crossSite(row: Row) throws {
        let name = row.isSecure ? "__Host-podo-session" : "podo-session"
        let cookie = [("cookie", "\(name)=\(Self.token())")]
        for method in [HTTPMethod.post, .put, .patch, .delete] {
            let head = try Self.head(cookie + row.fields, method, isSecure: row.isSecure)
            #expect(Self.outcome(head) == (row.isAllowed ? "7 member cookie" : "403 forbidden"))
            let bearer = try Self.head(
                [("authorization", "Bearer \(Self.token())")] + row.fields, method, isSecure: row.isSecure)
            #expect(Self.outcome(bearer) == "7 member bearer", "a token that no browser adds by itself needs no page")
        }
        for method in [HTTPMethod.get, .head] {
            let head = try Self.head(cookie + row.fields, method, isSecure: row.isSecure)
            #expect(Self.outcome(head) == "7 member cookie", "reading changes nothing")
        }
    }

    @Test("The router hands the caller to the handler, and a stranger's body is never read")
    func router() throws {
        let route = HTTPRoute(
            .post, "/x", access: .seller, bodyByteCountMax: 10, .immediate { _, _ in HTTPResponse(.noContent) })
        let application = try HTTPApplication(routes: [route], authorizer: Self.authorizer())
        let seller = try Self.head([("authorization", "Bearer \(Self.token(.seller))")], .post)
        guard case .accept(let match, 10) = application.admit(seller) else {
            Issue.record("the seller is not let in")
            return
        }
        #expect(match.caller == HTTPCaller(memberID: 7, role: .seller, proof: .bearer))
        for fields in [[], [("authorization", "Bearer \(Self.token(.user))")]] {
            guard case .refuse(let response, _) = application.admit(try Self.head(fields, .post)) else {
                Issue.record("a stranger is let in")
                continue
            }
            #expect([401, 403].contains(response.status.code))
        }
    }
}
