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

@Suite(.timeLimit(.minutes(5)))
struct LockTests {
    private func setLocked(_ rig: AuthRig, _ isLocked: Bool, _ id: Int64) async throws -> Bool {
        try await rig.onLoop {
            let isChanged = try await rig.members.setLocked(isLocked, id, actor: "command-line") != nil
            // As the notice has it that the server hears.
            try await AuthNews(database: rig.database, signIns: rig.signIns, streamKeys: rig.streamKeys).reload()
            return isChanged
        }
    }

    @Test
    func `who is locked is out at once, and comes in again when he is not`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (kim, tokens) = try await client.asNewMember("kim", roleType: "ROLE_SELLER")
        let (lee, _) = try await client.asNewMember("lee")
        let issue = try #require(
            StreamKeyIssue(
                stream: "main", owner: tokens.id, validFrom: WallClock(unixMilliseconds: 0),
                validUntil: WallClock(unixMilliseconds: 4_000_000_000_000)))
        let key = try await rig.onLoop { try await rig.streamKeys.issue(issue, actor: "test") }

        #expect(try await self.setLocked(rig, true, tokens.id))
        #expect(try await kim.send(.get, "/member/me").code == "token-revoked")
        #expect(try await client.refresh(tokens.refresh).status == 401)
        #expect(try await client.signIn("kim").code == "account-locked")
        #expect(rig.streamKeys.find([key], now: .now) == .unknown)
        #expect(try await lee.send(.get, "/member/me").status == 200)
        #expect(try await !self.setLocked(rig, true, tokens.id))

        #expect(try await self.setLocked(rig, false, tokens.id))
        #expect(try await !self.setLocked(rig, false, tokens.id))
        #expect(try await client.signIn("kim").status == 200)
        #expect(try await client.refresh(tokens.refresh).status == 401)
        #expect(
            try rig.sql("SELECT actor, action, subject FROM audit_log WHERE action LIKE 'member-%locked' ORDER BY id")
                == "command-line|member-locked|member:\(tokens.id)\ncommand-line|member-unlocked|member:\(tokens.id)")
        #expect(rig.metric("podo_auth_events_total{event=\"locked\"}") == 1)
    }

    @Test
    func `a manager locks whoever is none, at once, and it is known who did`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (kim, tokens) = try await client.asNewMember("kim")
        var managers: [AuthClient] = []
        for name in ["boss", "other"] {
            let id = try await client.signUp(name)
            try await rig.onLoop { try await rig.members.setRole(.manager, of: id, actor: "test") }
            managers.append(try await client.asMember(name, id).0)
        }
        let (boss, other) = (managers[0], managers[1])
        let path = "/api/v1/admin/members/\(tokens.id)/lock"
        #expect(try await kim.send(.post, path).status == 403)

        // Without a notice from the database: who did it here knows.
        for _ in 0..<2 { #expect(try await boss.send(.post, path).status == 204) }
        #expect(try await kim.send(.get, "/member/me").code == "token-revoked")
        #expect(try await client.refresh(tokens.refresh).status == 401)
        #expect(try await client.signIn("kim").code == "account-locked")
        let listed = try await boss.send(.get, "/api/v1/admin/members?memberId=\(tokens.id)")
        #expect(listed.text.contains("\"status\":\"LOCKED\""))
        for _ in 0..<2 { #expect(try await boss.send(.delete, path).status == 204) }
        #expect(try await client.signIn("kim").status == 200)

        let ids = try rig.sql("SELECT id FROM member WHERE role = 'MANAGER'").split(separator: "\n")
        for id in ids {
            for method in [HTTPMethod.post, .delete] {
                let answer = try await boss.send(method, "/api/v1/admin/members/\(id)/lock")
                #expect(answer.code == "manager-account")
            }
        }
        #expect(try await boss.send(.post, "/api/v1/admin/members/9007199254740991/lock").status == 404)
        for manager in [boss, other] { #expect(try await manager.send(.get, "/member/me").status == 200) }
        #expect(
            try rig.sql(
                """
                SELECT action, subject, actor IN (SELECT 'member:' || id FROM member WHERE role = 'MANAGER'),
                    address IS NOT NULL FROM audit_log WHERE action LIKE 'member-%locked' ORDER BY id
                """) == "member-locked|member:\(tokens.id)|t|t\nmember-unlocked|member:\(tokens.id)|t|t")
    }

    @Test
    func `everybody is signed out at once, on every node`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let members = try await [client.asNewMember("kim"), client.asNewMember("lee"), client.asNewMember("park")]
        for countMax in [2, 1000] {
            // By another process, without a word to this one.
            let count = try await rig.onLoop {
                try await rig.members.signOutEverybody(actor: "command-line", countMax: countMax)
            }
            #expect(count == 3)
        }
        for (_, tokens) in members { #expect(try await client.refresh(tokens.refresh).status == 401) }
        try await rig.onLoop {
            try await AuthNews(database: rig.database, signIns: rig.signIns, streamKeys: rig.streamKeys).reload()
        }
        for (member, _) in members { #expect(try await member.send(.get, "/member/me").code == "token-revoked") }
        #expect(try rig.sql("SELECT count(*) FROM mail_link WHERE used_at IS NULL") == "0")
        #expect(
            try rig.sql("SELECT actor, subject FROM audit_log WHERE action = 'everybody-signed-out'")
                == "command-line|everybody\ncommand-line|everybody")
        #expect(try await client.signIn("kim").status == 200)
    }

    @Test
    func `nobody is locked who is not there`() async throws {
        let rig = try AuthRig()
        let id = try await AuthClient(rig: rig).signUp("kim")
        _ = try await rig.onLoop { try await rig.members.erase(id, actor: "test") }
        for gone in [id, 1] {
            await #expect(throws: HTTPProblem.self) { try await self.setLocked(rig, true, gone) }
        }
    }
}
