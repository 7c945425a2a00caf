import HTTPServer
import Observability
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Auth

/// S-01: hashing as an attack, with passwords that are right.
@Suite(.timeLimit(.minutes(5)))
struct PasswordShareTests {
    @Test
    func `one block of networks has an eighth of the places, whatever it asks for`() async throws {
        var limits = PasswordLimits()
        limits.waitingCountMax = 32
        let hashing = BlockedPasswords()
        let rig = try AuthRig(passwordLimits: limits, hashing: hashing)
        let client = AuthClient(rig: rig, address: .v4(0x0a00_0001))
        _ = try await client.signUp("kim")
        let link = LinkToken()
        try rig.sql(
            """
            INSERT INTO mail_link (token_hash, member_id, purpose, email_index, expires_at)
            SELECT '\\x\(RevokedSessions.text(link.hash))', id, 'reset', email_index, now() + interval '20 minutes'
            FROM member
            """)
        hashing.isBlocked = true
        let answers = TestLog<AuthClient.Answer>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Two with the right password, two new accounts: that is an eighth.
            for number in 1...2 {
                let asking = AuthClient(rig: rig, address: .v4(0x0a00_0000 + UInt32(number)))
                group.addTask { answers.add(try await asking.signIn("kim")) }
                group.addTask { _ = try await asking.signUp("new\(number)") }
            }
            try await rig.wait { rig.metric("podo_auth_password_queue") == 3 }
            // From anywhere in the block.
            let late = AuthClient(rig: rig, address: .v4(0x0a00_00ff))
            let body = ["name": "lee", "email": "lee@example.com", "password": AuthClient.password]
            let reset = ["token": link.text.reveal(), "newPassword": "another purple grape"]
            let refused = TestLog<AuthClient.Answer>()
            group.addTask { refused.add(try await late.signIn("kim")) }
            group.addTask { refused.add(try await late.send(.post, "/api/v1/member", json: body)) }
            group.addTask { refused.add(try await late.send(.post, "/api/v1/auth/password/reset", json: reset)) }
            do {
                try await rig.wait { refused.entries.count == 3 }
            } catch {
                hashing.isBlocked = false
                throw error
            }
            for answer in refused.entries {
                #expect(answer.status == 503 && answer.code == "overloaded")
                #expect(answer["retry-after"].flatMap { Int($0) } ?? 0 >= 1)
            }
            #expect(answers.entries.isEmpty)
            // The next block notices nothing.
            let other = AuthClient(rig: rig, address: .v4(0x0a00_0101))
            group.addTask { answers.add(try await other.signIn("kim")) }
            try await rig.wait { rig.metric("podo_auth_password_queue") == 4 }
            hashing.isBlocked = false
            try await group.waitForAll()
        }
        #expect(answers.entries.map(\.status) == [200, 200, 200])
        #expect(rig.metric("podo_auth_password_shed_total") == 3)
        #expect(try await client.signIn("kim").status == 200)
    }
}
