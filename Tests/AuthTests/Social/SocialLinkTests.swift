import Foundation
import HTTPServer
import TestSupport
import Testing

@testable import Auth

@Suite("Accounts and providers", .timeLimit(.minutes(5)))
struct SocialLinkTests {
    private func member(_ rig: SocialRig, isVerified: Bool) async throws -> (id: Int64, browser: Browser) {
        let (client, tokens) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        if isVerified { try rig.auth.sql("UPDATE member SET email_verified_at = now()") }
        let browser = Browser(rig)
        browser.accessToken = client.accessToken
        return (tokens.id, browser)
    }

    @Test(
        "are joined by an address only when both sides have proved it",
        arguments: [
            ("corp", true, "1", true), ("corp", false, "1", false), ("corp", true, "0", false),
            ("corp", false, "0", false), ("kakao", true, "1", true), ("kakao", true, "0", false),
            ("naver", true, "1", false),
        ])
    func byAddress(_ provider: String, _ isOurs: Bool, _ theirs: String, _ isJoined: Bool) async throws {
        let rig = try SocialRig()
        let (id, _) = try await self.member(rig, isVerified: isOurs)
        try rig.provider.set(["verified": theirs])
        let browser = Browser(rig)
        let arrival = try await browser.visit(provider)
        if isJoined {
            #expect(try await browser.exchange(try browser.code(of: arrival)).json["memberId"] as? Int64 == id)
        } else {
            #expect(arrival.status == 409 && arrival.code == "social-link-required")
            #expect(try rig.auth.sql("SELECT count(*) FROM member_identity") == "0")
        }
        #expect(try rig.auth.sql("SELECT count(*) FROM member") == "1")
    }

    @Test("take no address from Kakao that it calls invalid") func invalidAddress() async throws {
        let rig = try SocialRig()
        _ = try await self.member(rig, isVerified: true)
        try rig.provider.set(["mode": "person-invalid"])
        #expect(try await Browser(rig).visit("kakao").code == "social-link-required")
    }

    @Test("are connected by a member who is signed in, and disconnected") func connect() async throws {
        let rig = try SocialRig()
        let (id, browser) = try await self.member(rig, isVerified: true)
        let departure = try await browser.send(
            .post, "/api/v1/auth/social/naver/connect", json: ["redirect": "/me"])
        #expect(departure.status == 200, "\(departure.text)")
        let back = try rig.provider.visit(try #require(departure.json["location"] as? String))
        let arrival = try await browser.send(.get, String(back.dropFirst("http://podo.test".count)))
        #expect(arrival["location"] == "/me#social-connected=naver")
        #expect(try await Browser(rig).signIn("naver").json["memberId"] as? Int64 == id)
        let mine = try await browser.send(.get, "/api/v1/member/me/social")
        #expect((mine.json["items"] as? [[String: String]])?.compactMap { $0["name"] } == ["naver"])
        #expect(try await browser.send(.delete, "/api/v1/auth/social/naver").status == 204)
        #expect(try await browser.send(.delete, "/api/v1/auth/social/naver").status == 404)
        #expect(try rig.auth.sql("SELECT count(*) FROM member_identity") == "0")
    }

    @Test("are not connected while the address is unproved: its owner may be another") func unproved() async throws {
        let rig = try SocialRig()
        let (_, browser) = try await self.member(rig, isVerified: false)
        let answer = try await browser.send(.post, "/api/v1/auth/social/corp/connect", json: [:])
        #expect(answer.status == 409 && answer.code == "social-email-unverified")
    }

    @Test("are connected with one member only") func elsewhere() async throws {
        let rig = try SocialRig()
        try rig.provider.set(["email": "other@example.com"])
        _ = try await Browser(rig).signIn("corp")
        let (_, browser) = try await self.member(rig, isVerified: true)
        let departure = try await browser.send(.post, "/api/v1/auth/social/corp/connect", json: [:])
        let back = try rig.provider.visit(try #require(departure.json["location"] as? String))
        let arrival = try await browser.send(.get, String(back.dropFirst("http://podo.test".count)))
        #expect(arrival.status == 409 && arrival.code == "social-linked-elsewhere")
    }

    @Test("keep the last way in") func lastWay() async throws {
        let rig = try SocialRig()
        let browser = Browser(rig)
        browser.accessToken = try await browser.signIn("corp").json["accessToken"] as? String
        let answer = try await browser.send(.delete, "/api/v1/auth/social/corp")
        #expect(answer.status == 409 && answer.code == "social-last-way")
    }

    @Test("end together: who was erased comes as somebody new") func erased() async throws {
        let rig = try SocialRig()
        let first = try await Browser(rig).signIn("corp")
        let id = try #require(first.json["memberId"] as? Int64)
        _ = try await rig.auth.onLoop { try await rig.auth.members.erase(id, actor: "test") }
        #expect(try rig.auth.sql("SELECT count(*) FROM member_identity") == "0")
        let second = try await Browser(rig).signIn("corp")
        #expect(second.status == 200 && second.json["memberId"] as? Int64 != id)
    }

    @Test("let nobody in who is locked") func locked() async throws {
        let rig = try SocialRig()
        _ = try await Browser(rig).signIn("corp")
        try rig.auth.sql("UPDATE member SET status = 'LOCKED'")
        let browser = Browser(rig)
        let arrival = try await browser.visit("corp")
        #expect(try await browser.exchange(try browser.code(of: arrival)).code == "account-locked")
    }
}
