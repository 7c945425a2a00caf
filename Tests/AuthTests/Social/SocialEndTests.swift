import Foundation
import HTTPServer
import Observability
import Primitives
import Testing

@testable import Auth

/// What ends sessions ends what a provider was good for too.
@Suite(.timeLimit(.minutes(5)))
struct SocialEndTests {
    /// A member who is connected with a provider, whose account there somebody else has.
    private func connected() async throws -> (rig: SocialRig, kim: AuthClient, thief: Browser, code: String) {
        let rig = try SocialRig()
        let (kim, _) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        try rig.auth.sql("UPDATE member SET email_verified_at = now()")
        let thief = Browser(rig)
        thief.accessToken = try await thief.signIn("corp").json["accessToken"] as? String
        let code = try thief.code(of: try await thief.visit("corp"))
        return (rig, kim, thief, code)
    }

    private func streamKey(_ rig: AuthRig, of owner: Int64) async throws {
        let issue = try #require(
            StreamKeyIssue(
                stream: "main", owner: owner, validFrom: WallClock(unixMilliseconds: 0),
                validUntil: WallClock(unixMilliseconds: 4_000_000_000_000)))
        _ = try await rig.onLoop { try await rig.streamKeys.issue(issue, actor: "test") }
    }

    private func resetToken(_ rig: AuthRig) async throws -> String {
        let asked = try await AuthClient(rig: rig).send(
            .post, "/api/v1/auth/password/forgot", json: ["email": "kim@example.com"])
        try #require(asked.status == 202)
        try await rig.deliver()
        let mail = try #require(rig.mails.all.last { $0.kind == .reset })
        return try #require(
            mail.words.components(separatedBy: "#").last?.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private func reset(_ rig: AuthRig) async throws {
        let body = ["token": try await self.resetToken(rig), "newPassword": "an even quieter grape"]
        let answer = try await AuthClient(rig: rig).send(.post, "/api/v1/auth/password/reset", json: body)
        #expect(answer.status == 204, "\(answer.text)")
    }

    @Test
    func `who is disconnected is signed out, and trades no code any more`() async throws {
        let (rig, owner, thief, code) = try await self.connected()
        let refused = try await thief.send(.delete, "/api/v1/auth/social/naver")
        #expect(refused.status == 404)
        #expect(try await thief.send(.get, "/api/v1/member/me").status == 200)
        var kim = owner
        kim.application = rig.application
        #expect(try await kim.send(.delete, "/api/v1/auth/social/corp").status == 204)
        #expect(try await thief.send(.get, "/api/v1/member/me").code == "token-revoked")
        #expect(try await thief.exchange(code).code == "social-grant-invalid")
        #expect(try rig.auth.sql("SELECT count(*) FROM session WHERE revoked_at IS NULL") == "0")
        // In the order that helps: with the provider connected, a new password keeps nobody out.
        try await rig.auth.deliver()
        let words = try #require(rig.auth.mails.all.last { $0.kind == .providerConnected }?.words)
        let (first, second) = (words.range(of: "disconnect"), words.range(of: "new password"))
        #expect(try #require(first).lowerBound < #require(second).lowerBound)
    }

    @Test
    func `a code is void after a new password, and after a lock`() async throws {
        let (rig, _, thief, code) = try await self.connected()
        try await self.reset(rig.auth)
        #expect(try await thief.exchange(code).code == "social-grant-invalid")
        // Whoever comes by the provider afterwards comes in.
        let next = try thief.code(of: try await thief.visit("corp"))
        let id = try #require(Int64(try rig.auth.sql("SELECT id FROM member")))
        _ = try await rig.auth.onLoop { try await rig.auth.members.setLocked(true, id, actor: "test") }
        _ = try await rig.auth.onLoop { try await rig.auth.members.setLocked(false, id, actor: "test") }
        #expect(try await thief.exchange(next).code == "social-grant-invalid")
        #expect(try await thief.signIn("corp").status == 200)
    }

    @Test(arguments: [true, false])
    func `stream keys end with the account of whoever never proved its address`(_ isProved: Bool) async throws {
        for isReset in [true, false] {
            let rig = try SocialRig()
            let id = try await AuthClient(rig: rig.auth).signUp("kim", roleType: "ROLE_SELLER")
            if isProved { try rig.auth.sql("UPDATE member SET email_verified_at = now()") }
            try await self.streamKey(rig.auth, of: id)
            if isReset { try await self.reset(rig.auth) } else { _ = try await Browser(rig).signIn("corp") }
            let live = try rig.auth.sql("SELECT count(*) FROM stream_key WHERE revoked_at IS NULL")
            #expect(live == (isProved ? "1" : "0"), "reset: \(isReset)")
        }
    }
}
