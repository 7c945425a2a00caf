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

/// Personal data that no key opens any more keeps nobody else from theirs.
@Suite(.timeLimit(.minutes(5)))
struct UnreadableTests {
    /// Three members, of whom the second cannot be read.
    private func rig() async throws -> (rig: AuthRig, client: AuthClient, broken: Int64) {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        let broken = try await client.signUp("lee")
        _ = try await client.signUp("park")
        try await rig.deliver()
        try rig.sql("UPDATE member SET data_key = '\\x0101' WHERE id = \(broken)")
        return (rig, client, broken)
    }

    private func count(_ rig: AuthRig) -> Double? { rig.metric("podo_auth_unreadable_total") }

    private func expectLogged(_ rig: AuthRig, _ member: Int64) {
        let lines = rig.logMemory.lines.filter { $0.contains("personal data unreadable") }
        #expect(lines.contains { $0.contains("\(member)") })
        #expect(!lines.contains { $0.contains("lee") })
    }

    @Test
    func `mail goes to the others`() async throws {
        let (rig, client, broken) = try await self.rig()
        for name in ["kim", "lee", "park"] {
            let answer = try await client.send(
                .post, "/api/v1/auth/password/forgot", json: ["email": "\(name)@example.com"])
            #expect(answer.status == 202)
        }
        try await rig.deliver()
        let recipients = rig.mails.all.filter { $0.kind == .reset }.map(\.recipient)
        #expect(Set(recipients) == ["kim@example.com", "park@example.com"])
        #expect(try rig.sql("SELECT count(*) FROM mail_request") == "0")
        #expect(self.count(rig) == 1)
        self.expectLogged(rig, broken)
    }

    @Test
    func `a manager sees the others, and that there is one more`() async throws {
        let (rig, client, broken) = try await self.rig()
        let id = try await client.signUp("manager")
        try await rig.onLoop { try await rig.members.setRole(.manager, of: id, actor: "test") }
        let (manager, _) = try await client.asMember("manager", id)
        let answer = try await manager.send(.get, "/api/v1/admin/members")
        #expect(answer.status == 200)
        let items = try #require(answer.json["items"] as? [[String: Any]])
        #expect(items.compactMap { $0["name"] as? String } == ["manager", "park", "", "kim"])
        #expect(items[2]["memberId"] as? Int64 == broken)
        #expect(self.count(rig) == 1)
        self.expectLogged(rig, broken)
    }

    @Test
    func `those who follow an organizer see the others`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (fan, _) = try await client.asNewMember("fan")
        let broken = try await client.signUp("lee", roleType: "ROLE_SELLER")
        let other = try await client.signUp("park", roleType: "ROLE_SELLER")
        for id in [broken, other] { #expect(try await fan.send(.post, "/api/v1/member/\(id)/follow").status == 204) }
        try rig.sql("UPDATE member SET data_key = '\\x0101' WHERE id = \(broken)")
        let answer = try await fan.send(.get, "/api/v1/member/me/following")
        #expect((answer.json["items"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["park", ""])
    }

    @Test
    func `the others are brought under a new key`() async throws {
        let (rig, _, broken) = try await self.rig()
        rig.vault.replaceKeys(try #require(rig.root.rotated()))
        // Each alone, so that whoever is broken ends a round.
        _ = try await rig.onLoop { try await rig.members.rewrapAll(countMax: 1) }
        #expect(try rig.sql("SELECT count(*) FROM member WHERE get_byte(data_key, 1) = 2") == "2")
        #expect(self.count(rig) == 1)
        self.expectLogged(rig, broken)
    }

    @Test
    func `a password is changed and an account erased although its owner cannot be told`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (_, tokens) = try await client.asNewMember("lee")
        let second = try await client.refresh(tokens.refresh)
        _ = try await client.refresh(try #require(second.json["refreshToken"] as? String))
        _ = try await client.send(.post, "/api/v1/auth/password/forgot", json: ["email": "lee@example.com"])
        try await rig.deliver()
        let mail = try #require(rig.mails.all.last { $0.kind == .reset })
        let link = try #require(
            mail.words.components(separatedBy: "#").last?.trimmingCharacters(in: .whitespacesAndNewlines))
        // A change of the password voids links; one that comes just afterwards would be as this.
        try rig.sql("CREATE TABLE kept AS SELECT * FROM mail_link WHERE purpose = 'reset'")
        try rig.sql("UPDATE member SET data_key = '\\x0101'")
        // A reused token ends its session, whether or not anybody can be written to.
        #expect(try await client.refresh(tokens.refresh).status == 401)
        #expect(try rig.sql("SELECT revoked_for FROM session") == "reuse")
        #expect(self.count(rig) == 1)
        let signedIn = try await client.asMember("lee", tokens.id).client
        let change = ["currentPassword": AuthClient.password, "newPassword": "a quiet new grape"]
        let changed = try await signedIn.send(.post, "/api/v1/auth/password/change", json: change)
        #expect(changed.status == 204, "\(changed.text)")
        let reset = ["token": link, "newPassword": AuthClient.password]
        try rig.sql("INSERT INTO mail_link SELECT * FROM kept")
        #expect(try await client.send(.post, "/api/v1/auth/password/reset", json: reset).status == 204)
        let again = try await client.asMember("lee", tokens.id).client
        let left = try await again.send(.delete, "/api/v1/member/me", json: ["password": AuthClient.password])
        #expect(left.status == 204, "\(left.text)")
        #expect(try rig.sql("SELECT status FROM member") == "WITHDRAWN")
    }
}
