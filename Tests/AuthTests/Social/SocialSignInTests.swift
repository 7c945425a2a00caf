import Foundation
import HTTPClient
import HTTPServer
import TestSupport
import Testing

@testable import Auth

@Suite("Signing in by a provider", .timeLimit(.minutes(5)))
struct SocialSignInTests {
    @Test("makes an account the first time and finds it again", arguments: ["corp", "kakao", "naver"])
    func firstAndSecond(_ provider: String) async throws {
        let rig = try SocialRig()
        let first = try await Browser(rig).signIn(provider)
        #expect(first.status == 200, "\(first.text)")
        let member = try #require(first.json["memberId"] as? Int64)
        let second = try await Browser(rig).signIn(provider)
        #expect(second.json["memberId"] as? Int64 == member)
        #expect(
            try rig.auth.sql("SELECT provider, subject, member_id FROM member_identity")
                == "\(provider)|1234567890|\(member)")
        // Naver's word on an address is worth nothing: the account has none.
        let proved = provider == "naver" ? "f|f" : "t|t"
        #expect(try rig.auth.sql("SELECT email_index IS NOT NULL, email_verified_at IS NOT NULL FROM member") == proved)
        let browser = Browser(rig)
        browser.accessToken = second.json["accessToken"] as? String
        let profile = try await browser.send(.get, "/api/v1/member/me")
        #expect(profile.json["name"] as? String == "Kim")
        #expect(profile.json["email"] as? String == (provider == "naver" ? "" : "kim@example.com"))
        #expect(rig.auth.metric("podo_social_sign_ins_total{outcome=\"new-account\",provider=\"\(provider)\"}") == 1)
    }

    @Test("sets cookies for pages, and never puts a token into a URL") func cookies() async throws {
        let rig = try SocialRig()
        let browser = Browser(rig)
        let arrival = try await browser.visit("corp")
        #expect(arrival["cache-control"] == "no-store")
        let code = try browser.code(of: arrival)
        let answer = try await browser.send(
            .post, "/api/v1/auth/social/exchange", json: ["code": code, "session": "cookie"])
        #expect(answer.status == 200 && answer.json["accessToken"] == nil)
        #expect(browser.cookies["podo-session"] != nil && browser.cookies["podo-refresh"] != nil)
        #expect(browser.cookies["podo-social"] == nil)
    }

    @Test("binds the attempt to a browser by a cookie of this host only") func hostCookie() async throws {
        let rig = try SocialRig()
        let browser = Browser(rig)
        browser.isSecure = true
        let answer = try await browser.send(.get, "/api/v1/auth/social/corp/start")
        let cookie = try #require(answer["set-cookie"])
        #expect(cookie.hasPrefix("__Host-podo-social="))
        #expect(cookie.hasSuffix("; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure"))
        // Nothing of it is in the URL or, in clear, in the database.
        let value = try #require(browser.cookies["__Host-podo-social"])
        let location = try #require(answer["location"])
        #expect(!location.contains(value))
        #expect(location.contains("code_challenge_method=S256") && location.contains("&nonce="))
        let flow = try rig.auth.sql("SELECT * FROM social_flow")
        #expect(!flow.contains(value))
    }

    @Test("is for one use, of one browser, of one provider") func single() async throws {
        let rig = try SocialRig()
        let browser = Browser(rig)
        let path = try await browser.leave("corp")
        // Somebody else's browser, with and without an attempt of its own.
        let stranger = Browser(rig)
        #expect(try await stranger.send(.get, path).code == "social-state-invalid")
        _ = try await stranger.leave("corp")
        #expect(try await stranger.send(.get, path).code == "social-state-invalid")
        // Another provider's way back.
        let mixed = path.replacingOccurrences(of: "/corp/", with: "/kakao/")
        #expect(try await browser.send(.get, mixed).code == "social-state-invalid")
        let arrival = try await browser.send(.get, path)
        #expect(arrival.status == 303)
        #expect(try await browser.send(.get, path).code == "social-state-invalid")
        // The page's code too.
        let code = try browser.code(of: arrival)
        #expect(try await stranger.exchange(code).code == "social-grant-invalid")
        #expect(try await browser.exchange(code).status == 200)
        #expect(try await browser.exchange(code).code == "social-grant-invalid")
        #expect(try rig.auth.sql("SELECT count(*) FROM social_grant") == "0")
    }

    @Test("lets a browser make several attempts at once") func several() async throws {
        let rig = try SocialRig()
        let browser = Browser(rig)
        let first = try await browser.leave("corp")
        let second = try await browser.leave("kakao")
        #expect(try await browser.send(.get, first).status == 303)
        #expect(try await browser.send(.get, second).status == 303)
    }

    @Test("forgets attempts and codes that took too long") func tooLate() async throws {
        let rig = try SocialRig()
        let browser = Browser(rig)
        let path = try await browser.leave("corp")
        try rig.auth.sql("UPDATE social_flow SET expires_at = now() - interval '1 second'")
        #expect(try await browser.send(.get, path).code == "social-state-invalid")
        let arrival = try await browser.visit("corp")
        try rig.auth.sql("UPDATE social_grant SET expires_at = now() - interval '1 second'")
        #expect(try await browser.exchange(try browser.code(of: arrival)).code == "social-grant-invalid")
        // What is kept next takes the old with it.
        try rig.auth.sql("UPDATE social_flow SET expires_at = now() - interval '1 second'")
        _ = try await browser.leave("corp")
        #expect(try rig.auth.sql("SELECT count(*) FROM social_flow") == "1")
    }

    @Test(
        "refuses what comes back malformed",
        arguments: [
            "", "?state=x&code=y", "?code=y", "?state=\(String(repeating: "A", count: 43))&code=y",
            "?state=\(String(repeating: "%00", count: 43))", "?state=%ff", "?state=a&state=b", "?error=access_denied",
        ])
    func malformed(_ query: String) async throws {
        let browser = Browser(try SocialRig())
        _ = try await browser.leave("corp")
        let answer = try await browser.send(.get, "/api/v1/auth/social/corp/callback\(query)")
        #expect(answer.status == 400)
        #expect(["social-state-invalid", "invalid-request"].contains(answer.code), "\(answer.text)")
    }

    @Test(
        "sends nobody to another site afterwards",
        arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a#b", "/a b", "/\u{e9}"])
    func redirects(_ path: String) async throws {
        let browser = Browser(try SocialRig())
        let answer = try await browser.send(
            .get, "/api/v1/auth/social/corp/start?redirect=\(FormText.escape(path))")
        #expect(answer.status == 400 && answer.code == "return-path-invalid")
    }

    @Test("a person who could not sign in comes to the page where he can try again, and a program is told why")
    func comesBackWithoutLuck() async throws {
        let browser = Browser(try SocialRig())
        let path = try await browser.leave("corp")
        let state = try #require(path.split { "?&".contains($0) }.first { $0.hasPrefix("state=") })
        let denied = "/api/v1/auth/social/corp/callback?error=access_denied&\(state)"
        browser.accept = "text/html,application/xhtml+xml,*/*;q=0.8"
        let answer = try await browser.send(.get, denied)
        #expect(answer.status == 303 && answer["location"] == "/account/#social-error=social-denied", "\(answer.text)")
        let again = try await browser.send(.get, denied)
        #expect(again.status == 303 && again["location"] == "/account/#social-error=social-state-invalid")
        browser.accept = "application/json"
        let told = try await browser.send(.get, denied)
        #expect(told.status == 400 && told.code == "social-state-invalid")
    }

    @Test("knows only configured providers") func unknown() async throws {
        let browser = Browser(try SocialRig())
        #expect(try await browser.send(.get, "/api/v1/auth/social/myspace/start").status == 404)
        #expect(try await browser.send(.get, "/api/v1/auth/social/myspace/callback?state=x").status == 404)
        let list = try await browser.send(.get, "/api/v1/auth/social")
        #expect((list.json["items"] as? [[String: String]])?.compactMap { $0["name"] } == ["corp", "kakao", "naver"])
    }
}
