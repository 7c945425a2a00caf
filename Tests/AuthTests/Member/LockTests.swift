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
            let isChanged = try await rig.members.setLocked(isLocked, id, actor: "command-line")
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
