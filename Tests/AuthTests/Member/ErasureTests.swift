import Crypto
import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import TestSupport
import Testing

@testable import Auth

/// P-01 and P-02: what is personal, at rest and gone.
@Suite(.timeLimit(.minutes(5)))
struct ErasureTests {
    private static let name = "canary-name-7f3a"
    private static let address = "canary-address-7f3a"

    /// Keeps a contract for five years.
    private struct FiveYears: RetentionRule {
        func retained(of member: Int64, in transaction: PostgresTransaction) async throws -> [Retention] {
            [Retention(reason: "contract", dayCount: 5 * 365)]
        }
    }

    /// Keeps one day for each contract, as whoever knows contracts would look them up; tells when it is asked.
    private struct Contracts: RetentionRule {
        static let count = PostgresStatement(
            "contract_count", "SELECT count(*) FROM contract WHERE member_id = $1", effect: .reads)
        let asked: @Sendable () throws -> Void

        func retained(of member: Int64, in transaction: PostgresTransaction) async throws -> [Retention] {
            try self.asked()
            let count: Int64 = try await transaction.run(Self.count, member).first?.get(0) ?? 0
            return count == 0 ? [] : [Retention(reason: "contract", dayCount: Int(count))]
        }
    }

    private func signUp(_ client: AuthClient) async throws -> (AuthClient, AuthClient.Tokens) {
        let body = [
            "name": Self.name, "email": "\(Self.address)@example.com", "password": AuthClient.password,
            "roleType": "ROLE_SELLER",
        ]
        let answer = try await client.send(.post, "/member", json: body)
        return try await client.asMember(Self.address, try #require(answer.json["memberId"] as? Int64))
    }

    private func dump(_ rig: AuthRig) throws -> String {
        let program = try AuthRig.cluster.binaryDirectory() + "/pg_dump"
        let result = try TestCommand.run(program, ["--inserts", rig.url])
        try #require(result.status == 0)
        return result.output
    }

    @Test
    func `a dump of the database holds no name, address, password or token`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (member, tokens) = try await self.signUp(client)
        _ = try await client.send(
            .post, "/api/v1/auth/password/forgot", json: ["email": "\(Self.address)@example.com"])
        // Before a mail is sent it waits in the database.
        rig.mails.refuse(100)
        _ = try await rig.onLoop { try await rig.relay.work() }
        _ = try await member.send(.post, "/auth/signout", json: ["everywhere": true])
        let dump = try self.dump(rig)
        #expect(dump.contains("INSERT INTO public.member "))
        #expect(dump.contains("INSERT INTO public.mail "))
        for secret in [Self.name, Self.address, AuthClient.password, tokens.refresh, tokens.access] {
            #expect(!dump.contains(secret))
            // As bytea stands in a dump.
            #expect(
                !dump.contains(secret.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()))
        }
    }

    @Test
    func `what was sealed for one row cannot be read in another`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (kim, kimTokens) = try await client.asNewMember("kim")
        let (lee, leeTokens) = try await client.asNewMember("lee")
        try rig.sql(
            "UPDATE member SET name_sealed = (SELECT name_sealed FROM member WHERE id = \(leeTokens.id)) "
                + "WHERE id = \(kimTokens.id)")
        #expect(try await kim.send(.get, "/member/me").status == 500)
        try rig.sql(
            "UPDATE member SET data_key = (SELECT data_key FROM member WHERE id = \(leeTokens.id)) "
                + "WHERE id = \(kimTokens.id)")
        #expect(try await kim.send(.get, "/member/me").status == 500)
        let answer = try await lee.send(.get, "/member/me")
        #expect(answer.status == 200 && answer.json["name"] as? String == "lee")
    }

    @Test
    func `a new key is brought in while everything runs`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        for number in 0..<25 { _ = try await client.signUp("kim\(number)") }
        let rotated = PersonalVault(try #require(rig.root.rotated()))
        let metrics = AuthMetrics(
            registry: MetricsRegistry(loopCount: 1), log: Log(level: .debug, memory: rig.logMemory))
        let members = Members(
            database: rig.database, vault: rotated, passwords: rig.members.passwords, metrics: metrics)
        let email = try #require(EmailAddress("kim7@example.com"))
        // Found by the older index, before it is made anew.
        let id = try #require(try await rig.onLoop { try await members.find(email) })
        #expect(try await rig.onLoop { try await members.profile(id) }.name == "kim7")
        let name = try #require(PersonName("other"))
        await #expect(throws: HTTPProblem.self) {
            try await rig.onLoop {
                try await members.create(
                    role: .user, name: name, email: email, passwordHash: nil, isEmailVerified: false)
            }
        }
        _ = try await rig.onLoop { try await members.rewrapAll(countMax: 10) }
        #expect(try rig.sql("SELECT DISTINCT get_byte(data_key, 1) FROM member") == "2")
        #expect(try await rig.onLoop { try await members.find(email) } == id)
        #expect(try await rig.onLoop { try await members.profile(id) }.email == "kim7@example.com")
    }

    @Test
    func `who leaves is found nowhere, and can come again`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (member, tokens) = try await self.signUp(client)
        let (fan, _) = try await client.asNewMember("fan")
        #expect(try await fan.send(.post, "/api/v1/member/\(tokens.id)/follow").status == 204)
        let issue = try #require(
            StreamKeyIssue(
                stream: "main", owner: tokens.id, validFrom: WallClock(unixMilliseconds: 0),
                validUntil: WallClock(unixMilliseconds: 4_000_000_000_000)))
        let key = try await rig.onLoop { try await rig.streamKeys.issue(issue, actor: "test") }

        #expect(try await member.send(.delete, "/api/v1/member/me").code == "bad-credentials")
        let leave = try await member.send(.delete, "/api/v1/member/me", json: ["password": AuthClient.password])
        #expect(leave.status == 204)

        #expect(try await member.send(.get, "/member/me").status == 401)
        #expect(try await client.refresh(tokens.refresh).status == 401)
        #expect(try await client.signIn(Self.address).code == "bad-credentials")
        #expect(try await fan.send(.post, "/api/v1/member/\(tokens.id)/follow").status == 404)
        let following = try await fan.send(.get, "/api/v1/member/me/following")
        #expect((following.json["items"] as? [Any])?.isEmpty == true)
        let email = try #require(EmailAddress("\(Self.address)@example.com"))
        #expect(try await rig.onLoop { try await rig.members.find(email) } == nil)
        try await rig.onLoop { try await rig.streamKeys.reload("main") }
        #expect(rig.streamKeys.find([key], now: .now) == .unknown)
        try await rig.deliver()
        let before = rig.mails.all.count
        _ = try await client.send(.post, "/api/v1/auth/password/forgot", json: ["email": email.text])
        try await rig.deliver()
        #expect(rig.mails.all.count == before)
        #expect(
            try rig.sql(
                "SELECT status, data_key IS NULL, email_sealed IS NULL, email_index IS NULL, name_sealed IS NULL, "
                    + "password_hash IS NULL FROM member WHERE id = \(tokens.id)") == "WITHDRAWN|t|t|t|t|t")
        for table in ["session", "mail", "mail_link"] {
            #expect(try rig.sql("SELECT count(*) FROM \(table) WHERE member_id = \(tokens.id)") == "0", "\(table)")
        }
        #expect(try await client.send(.delete, "/api/v1/member/me").status == 401)
        let (_, again) = try await self.signUp(client)
        #expect(again.id != tokens.id)
    }

    @Test
    func `what the law wants kept is kept apart, sealed, and goes in its time`() async throws {
        let rig = try AuthRig(retention: FiveYears())
        let client = AuthClient(rig: rig)
        let (member, tokens) = try await self.signUp(client)
        _ = try await member.send(.delete, "/api/v1/member/me", json: ["password": AuthClient.password])
        #expect(
            try rig.sql("SELECT member_id, reason, keep_until > now() + interval '1824 days' FROM retained.member")
                == "\(tokens.id)|contract|t")
        let hex = try rig.sql("SELECT encode(record_sealed, 'hex') FROM retained.member")
        let sealed = stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
        #expect(try rig.vault.openRetained(sealed, member: tokens.id) == "\(Self.name)\n\(Self.address)@example.com")
        #expect(!(try self.dump(rig)).contains(Self.name))
        try await rig.onLoop { try await rig.members.sweep() }
        #expect(try rig.sql("SELECT count(*) FROM retained.member") == "1")
        try rig.sql("UPDATE retained.member SET keep_until = now() - interval '1 second'")
        try await rig.onLoop { try await rig.members.sweep() }
        #expect(try rig.sql("SELECT count(*) FROM retained.member") == "0")
    }

    @Test
    func `what has to be kept is asked where the member can buy nothing more`() async throws {
        let url = Mutex("")
        let contracts = Contracts {
            // Somebody who buys holds the member, as orders will. He is late.
            let buying = "SET lock_timeout = '100ms'; SELECT FROM member WHERE deleted_at IS NULL FOR SHARE"
            #expect(throws: TestCluster.Failure.self) { try AuthRig.cluster.query(buying, at: url.withLock { $0 }) }
        }
        let rig = try AuthRig(retention: contracts)
        url.withLock { $0 = rig.url }
        try rig.sql("CREATE TABLE contract (member_id bigint)")
        let (member, tokens) = try await self.signUp(AuthClient(rig: rig))
        try rig.sql("INSERT INTO contract VALUES (\(tokens.id))")
        let leave = try await member.send(.delete, "/api/v1/member/me", json: ["password": AuthClient.password])
        #expect(leave.status == 204, "\(leave.text)")
        #expect(try rig.sql("SELECT reason FROM retained.member") == "contract")
    }

    @Test
    func `yesterday's backup is told whom to forget`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (member, tokens) = try await self.signUp(client)
        let yesterday = try rig.sql("SELECT encode(data_key, 'hex'), encode(name_sealed, 'hex') FROM member")
            .split(separator: "|")
        _ = try await member.send(.delete, "/api/v1/member/me", json: ["password": AuthClient.password])
        let erased = try await rig.onLoop { try await rig.members.erasures() }
        #expect(erased == [tokens.id])
        // The backup comes back, with everything that was in it.
        try rig.sql(
            """
            UPDATE member SET status = 'ACTIVE', deleted_at = NULL, data_key = decode('\(yesterday[0])', 'hex'),
                name_sealed = decode('\(yesterday[1])', 'hex') WHERE id = \(tokens.id)
            """)
        #expect(try await rig.onLoop { try await rig.members.profile(tokens.id) }.name == Self.name)
        for id in erased { _ = try await rig.onLoop { try await rig.members.erase(id, actor: "command-line") } }
        await #expect(throws: HTTPProblem.self) {
            try await rig.onLoop { _ = try await rig.members.profile(tokens.id) }
        }
        #expect(try rig.sql("SELECT data_key IS NULL FROM member WHERE id = \(tokens.id)") == "t")
    }
}
