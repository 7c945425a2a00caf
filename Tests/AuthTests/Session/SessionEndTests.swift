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

/// S-03: what ends a session, and what does not.
@Suite(.timeLimit(.minutes(5)))
struct SessionEndTests {
    /// Waits until a statement waits for a lock, or `isOver`.
    private static func waitForLock(_ rig: AuthRig, or isOver: () -> Bool = { false }) async throws {
        let query =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        try await rig.wait { try isOver() || rig.sql(query) != "0" }
    }

    private static func begin(_ rig: AuthRig, _ member: Int64, epoch: Int32) async throws -> SignedIn {
        try await rig.onLoop {
            try await rig.signIns.begin(member: member, role: .user, epoch: epoch, address: .v4(1))
        }
    }

    @Test
    func `a token that another node has voided changes no password`() async throws {
        let rig = try AuthRig()
        let (kim, _) = try await AuthClient(rig: rig).asNewMember("kim")
        let body = ["currentPassword": AuthClient.password, "newPassword": "a quiet new grape"]
        for change in ["token_epoch = token_epoch + 1", "token_epoch = token_epoch - 1, status = 'LOCKED'"] {
            try rig.sql("UPDATE member SET \(change)")
            #expect(try await kim.send(.post, "/api/v1/auth/password/change", json: body).code == "invalid-state")
        }
    }

    @Test
    func `a session of before a change makes no network known`() async throws {
        let rig = try AuthRig()
        let member = try await AuthClient(rig: rig).signUp("kim")
        _ = try await Self.begin(rig, member, epoch: 0)
        let indexes = rig.vault.indexes(of: try #require(EmailAddress("kim@example.com")))
        let mark = rig.signIns.parts.mark.mark(.v4(1))
        func known() async throws -> Int {
            try await rig.onLoop { try await rig.database.run(SessionStatements.isKnown, indexes, mark).count }
        }
        #expect(try await known() == 1)
        try rig.sql("UPDATE member SET token_epoch = token_epoch + 1")
        #expect(try await known() == 0)
    }

    @Test
    func `what is over is found by indexes`() throws {
        let rig = try AuthRig()
        let statement = SessionStatements.sweep.sql.description
            .replacing("$1", with: "60").replacing("$2", with: "10")
        let plan = try rig.sql("SET enable_seqscan = off; EXPLAIN \(statement)")
        #expect(plan.contains("session_end") && plan.contains("session_revoked"), "\(plan)")
    }

    @Test
    func `a session that begins while the password is being changed does not outlive the change`() async throws {
        let rig = try AuthRig()
        let member = try await AuthClient(rig: rig).signUp("kim")
        let hash = try rig.sql("SELECT password_hash FROM member")
        let (outcome, tasks) = (TestLog<String>(), TestLog<Task<Void, any Error>>())
        try await rig.onLoop {
            try await rig.database.transaction("change") { transaction in
                let rows = try await transaction.run(MemberStatements.changePassword, member, "another", hash, Int32(0))
                #expect(rows.count == 1)
                _ = try await transaction.run(SessionStatements.revokeAll, member, "everywhere")
                // The old password was looked at before, and was right.
                tasks.add(
                    Task {
                        do {
                            _ = try await Self.begin(rig, member, epoch: 0)
                            outcome.add("begun")
                        } catch let problem as HTTPProblem {
                            outcome.add("\(problem.code)")
                        }
                    })
                try await Self.waitForLock(rig, or: { !outcome.entries.isEmpty })
            }
        }
        for task in tasks.entries { try await task.value }
        #expect(outcome.entries == ["bad-credentials"])
        #expect(try rig.sql("SELECT count(*) FROM session") == "0")
        #expect(rig.metric("podo_auth_sign_ins_total{outcome=\"changed-meanwhile\"}") == 1)
        _ = try await Self.begin(rig, member, epoch: 1)
    }

    @Test
    func `a change of the password waits for a session that is just beginning, and ends it`() async throws {
        let rig = try AuthRig()
        let member = try await AuthClient(rig: rig).signUp("kim")
        let hash = try rig.sql("SELECT password_hash FROM member")
        let token = RefreshToken()
        let (outcome, tasks) = (TestLog<String>(), TestLog<Task<Void, any Error>>())
        try await rig.onLoop {
            try await rig.database.transaction("begin") { transaction in
                _ = try await transaction.run(
                    SessionStatements.begin, token.session, member, token.hash, 1000, 1000, Int32(0), 19,
                    [UInt8](repeating: 1, count: 16))
                tasks.add(
                    Task {
                        try await rig.database.transaction("change") { transaction in
                            let rows = try await transaction.run(
                                MemberStatements.changePassword, member, "another", hash, Int32(0))
                            #expect(rows.count == 1)
                            _ = try await transaction.run(SessionStatements.revokeAll, member, "everywhere")
                        }
                        outcome.add("changed")
                    })
                try await Self.waitForLock(rig, or: { !outcome.entries.isEmpty })
            }
        }
        for task in tasks.entries { try await task.value }
        #expect(try rig.sql("SELECT revoked_for FROM session") == "everywhere")
    }

    @Test
    func `a session of an epoch that has passed is over, though nobody ended it`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (_, tokens) = try await client.asNewMember("kim")
        try rig.sql("UPDATE member SET token_epoch = token_epoch + 1")
        let answer = try await client.refresh(tokens.refresh)
        #expect(answer.status == 401 && answer.code == "token-revoked")
        #expect(try rig.sql("SELECT revoked_for FROM session") == "everywhere")
        // For good: not only while the epochs differ.
        try rig.sql("UPDATE member SET token_epoch = token_epoch - 1")
        #expect(try await client.refresh(tokens.refresh).status == 401)
    }

    @Test
    func `sessions that one too many ends are void at once, here and everywhere`() async throws {
        var limits = SessionLimits()
        limits.countPerMemberMax = 2
        let rig = try AuthRig(limits: limits)
        let client = AuthClient(rig: rig)
        let (first, tokens) = try await client.asNewMember("kim")
        let (second, _) = try await client.asMember("kim", tokens.id)
        let notifications = rig.database.listen(AuthNotice.channel)
        #expect(await notifications.next() == .resynchronize)
        let (third, _) = try await client.asMember("kim", tokens.id)
        #expect(try await first.send(.get, "/member/me").code == "token-revoked")
        for client in [second, third] { #expect(try await client.send(.get, "/member/me").status == 200) }
        let name = try #require(RefreshToken(tokens.refresh)).sessionName
        #expect(await notifications.next() == .message(AuthNotice.session(RevokedSessions.text(name)).text))
        #expect(try rig.sql("SELECT count(*) FROM session WHERE revoked_for = 'limit'") == "1")
    }

    @Test
    func `old sessions are swept until none is left`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (_, tokens) = try await client.asNewMember("kim")
        try rig.sql(
            """
            INSERT INTO session (id, member_id, epoch, token_hash, expires_at, ends_at)
            SELECT substring(sha256(number::text::bytea) for 16), id, 0, sha256('x'), now() - interval '8 days', now()
            FROM member, generate_series(1, 2500) AS number
            """)
        try rig.sql(
            """
            INSERT INTO mail_link (token_hash, member_id, purpose, email_index, created_at, expires_at)
            SELECT sha256(number::text::bytea), id, 'reset', 'x', now() - interval '3 days', now() - interval '3 days'
            FROM member, generate_series(1, 1500) AS number
            """)
        try await rig.onLoop {
            try await rig.signIns.sweep()
            try await rig.relay.sweep()
        }
        #expect(try rig.sql("SELECT count(*) FROM session") == "1")
        #expect(try rig.sql("SELECT count(*) FROM mail_link WHERE expires_at < now()") == "0")
        #expect(try await client.refresh(tokens.refresh).status == 200)
    }

    @Test
    func `whoever sees an access token cannot end its session with what it says`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (_, tokens) = try await client.asNewMember("kim")
        let seen = try rig.tokens.verify(Array(tokens.access.utf8)[...]).session
        #expect(seen == (try #require(RefreshToken(tokens.refresh))).sessionName)
        let made = String(decoding: Base64URL.encode(seen + [UInt8](repeating: 7, count: 32)), as: UTF8.self)
        #expect(try #require(RefreshToken(made)).session == seen)
        #expect(try await client.refresh(made).status == 401)
        #expect(rig.metric("podo_auth_refreshes_total{outcome=\"unknown\"}") == 1)
        #expect(try await client.refresh(tokens.refresh).status == 200)
    }
}
