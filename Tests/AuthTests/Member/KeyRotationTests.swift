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

/// P-01: another root secret, brought in while everything runs.
@Suite(.timeLimit(.minutes(5)))
struct KeyRotationTests {
    private struct Kept: RetentionRule {
        func retained(of member: Int64, in transaction: PostgresTransaction) async throws -> [Retention] {
            [Retention(reason: "contract", dayCount: 1), Retention(reason: "payment", dayCount: 1)]
        }
    }

    /// Who waits for an address: asked on the loop, which has to go on meanwhile.
    private static let waiting = PostgresStatement(
        "test_waiting",
        """
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
        """, effect: .reads, purpose: .background)

    private func token(_ rig: AuthRig, _ kind: MailKind) throws -> String {
        let mail = try #require(rig.mails.all.last { $0.kind == kind })
        return try #require(
            mail.words.components(separatedBy: "#").last?.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test
    func `what is kept by law is sealed by the new key too, so that the old one can go`() async throws {
        let rig = try AuthRig(retention: Kept())
        let client = AuthClient(rig: rig)
        for number in 0..<3 {
            let id = try await client.signUp("kim\(number)")
            _ = try await rig.onLoop { try await rig.members.erase(id, actor: "test") }
        }
        let rotated = try #require(rig.root.rotated())
        rig.vault.replaceKeys(rotated)
        // One at a time: a round ends between two reasons of one member.
        _ = try await rig.onLoop { try await rig.members.rewrapAll(countMax: 1) }
        #expect(
            try rig.sql("SELECT get_byte(record_sealed, 1), count(*) FROM retained.member GROUP BY 1") == "2|6")
        let new = rotated.text().split(separator: UInt8(ascii: "\n"))[0]
        let alone = PersonalVault(try RootSecret(parsing: Array(new)))
        for line in try rig.sql("SELECT member_id, encode(record_sealed, 'hex') FROM retained.member")
            .split(separator: "\n")
        {
            let parts = line.split(separator: "|")
            let hex = Array(parts[1])
            let sealed = stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(String(hex[$0...$0 + 1]), radix: 16) }
            let member = try #require(Int64(parts[0]))
            #expect(try alone.openRetained(sealed, member: member).hasPrefix("kim"))
        }
    }

    @Test
    func `who is not brought under the new key yet gets mail, and can be found`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        // The secret is read again: a signal, and no start.
        rig.vault.replaceKeys(try #require(rig.root.rotated()))
        #expect(try await client.signIn("kim").status == 200)
        _ = try await client.send(.post, "/api/v1/auth/password/forgot", json: ["email": "kim@example.com"])
        try await rig.deliver()
        let body = ["token": try self.token(rig, .reset), "newPassword": "an even quieter grape"]
        #expect(try await client.send(.post, "/api/v1/auth/password/reset", json: body).status == 204)
        // Nobody signs up twice by it.
        let again = ["name": "kim", "email": "kim@example.com", "password": AuthClient.password]
        #expect(try await client.send(.post, "/api/v1/member", json: again).code == "duplicate-email")
        // Who signs up now is found by the new key, and reads as before.
        let (lee, _) = try await client.asNewMember("lee")
        #expect(try await lee.send(.get, "/member/me").json["name"] as? String == "lee")
        #expect(try rig.sql("SELECT get_byte(data_key, 1) FROM member ORDER BY 1") == "1\n2")
    }

    @Test
    func `an address with two accounts keeps nobody else from the new key`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        for name in ["kim", "lee", "park"] { _ = try await client.signUp(name) }
        rig.vault.replaceKeys(try #require(rig.root.rotated()))
        // As if a node with the new key alone had taken the address of each in turn.
        let email = try #require(EmailAddress("lee@example.com"))
        let twin = try await client.signUp("twin")
        let hex = rig.vault.index(of: email).map { String(format: "%02x", $0) }.joined()
        try rig.sql("UPDATE member SET email_index = '\\x\(hex)' WHERE id = \(twin)")
        #expect(try await rig.onLoop { try await rig.members.rewrapAll(countMax: 1) } == 2)
        #expect(try rig.sql("SELECT count(*) FROM member WHERE get_byte(data_key, 1) = 1") == "1")
        #expect(rig.metric("podo_auth_twins_total") == 1)
        // Only the second pass says that there is nothing more to do, and would find who came late.
        #expect(try await rig.onLoop { try await rig.members.rewrapAll(countMax: 1) } == 0)
    }

    @Test
    func `an address is taken once although nodes know different keys`() async throws {
        let rig = try AuthRig()
        let email = try #require(EmailAddress("kim@example.com"))
        let name = try #require(PersonName("kim"))
        let old = rig.vault.index(of: email)
        rig.vault.replaceKeys(try #require(rig.root.rotated()))
        let (outcome, tasks) = (TestLog<String>(), TestLog<Task<Void, any Error>>())
        try await rig.onLoop {
            try await rig.database.transaction("old node") { transaction in
                _ = try await transaction.run(MemberStatements.lockAddress, [old])
                tasks.add(
                    Task(executorPreference: rig.group.loops[0]) {
                        do {
                            _ = try await rig.members.create(
                                role: .user, name: name, email: email, passwordHash: nil, isEmailVerified: false)
                            outcome.add("made")
                        } catch let problem as HTTPProblem {
                            outcome.add("\(problem.code)")
                        }
                    })
                try await rig.wait {
                    if !outcome.entries.isEmpty { return true }
                    return try await rig.database.run(Self.waiting).count > 0
                }
                let (id, none) = (Int64(1), [[UInt8]]())
                _ = try await transaction.run(
                    MemberStatements.insert, id, "USER", [UInt8](repeating: 1, count: 2), [UInt8](), old, [UInt8](),
                    String?.none, none)
            }
        }
        for task in tasks.entries { try await task.value }
        #expect(outcome.entries == ["duplicate-email"])
    }

    @Test
    func `a link that was mailed before is good afterwards`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (kim, _) = try await client.asNewMember("kim")
        _ = try await client.send(.post, "/api/v1/auth/password/forgot", json: ["email": "kim@example.com"])
        try await rig.deliver()
        rig.vault.replaceKeys(try #require(rig.root.rotated()))
        _ = try await rig.onLoop { try await rig.members.rewrapAll(countMax: 10) }
        let verify = ["token": try self.token(rig, .verify)]
        #expect(try await kim.send(.post, "/api/v1/auth/email/verify", json: verify).status == 204)
        let body = ["token": try self.token(rig, .reset), "newPassword": "an even quieter grape"]
        #expect(try await client.send(.post, "/api/v1/auth/password/reset", json: body).status == 204)
    }
}
