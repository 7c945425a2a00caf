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

/// S-03: stolen tokens.
@Suite(.timeLimit(.minutes(5)))
struct RefreshTests {
    private func profileStatus(_ client: AuthClient) async throws -> Int {
        try await client.send(.get, "/api/v1/member/me").status
    }

    /// For tests that repeat a token on a machine that has much to do.
    private static func slowRig() throws -> AuthRig {
        var limits = SessionLimits()
        limits.repeatTime = .seconds(600)
        return try AuthRig(limits: limits)
    }

    /// The time in which a token may be repeated passes.
    private static func pass(_ rig: AuthRig) throws {
        try rig.sql("UPDATE session SET rotated_at = rotated_at - interval '601 seconds'")
    }

    @Test
    func `a refresh token is traded for the next one, on and on`() async throws {
        let client = AuthClient(rig: try AuthRig())
        var (member, tokens) = try await client.asNewMember("kim")
        var refresh = tokens.refresh
        var seen: Set<String> = [refresh]
        for _ in 0..<5 {
            let answer = try await client.refresh(refresh)
            #expect(answer.status == 200 && answer["cache-control"] == "no-store")
            refresh = try #require(answer.json["refreshToken"] as? String)
            member.accessToken = answer.json["accessToken"] as? String
            #expect(seen.insert(refresh).inserted)
            #expect(try await self.profileStatus(member) == 200)
        }
        #expect(try client.rig.sql("SELECT count(*), max(generation) FROM session") == "1|5")
    }

    @Test
    func `a token that comes a second time ends the session, with every token of it`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, tokens) = try await client.asNewMember("kim")
        let second = try #require(try await client.refresh(tokens.refresh).json["refreshToken"] as? String)
        let third = try await client.refresh(second)
        #expect(third.status == 200)
        // The first is two steps old: nobody lost an answer there.
        let reused = try await client.refresh(tokens.refresh)
        #expect(reused.status == 401 && reused.code == "token-revoked")
        let newest = try #require(third.json["refreshToken"] as? String)
        #expect(try await client.refresh(newest).status == 401)
        var thief = member
        thief.accessToken = third.json["accessToken"] as? String
        #expect(try await self.profileStatus(thief) == 401)
        #expect(try await self.profileStatus(member) == 401)
        #expect(try client.rig.sql("SELECT revoked_for FROM session") == "reuse")
        #expect(try client.rig.sql("SELECT count(*) FROM audit_log WHERE action = 'refresh-token-reused'") == "1")
        #expect(client.rig.metric("podo_auth_refreshes_total{outcome=\"reuse\"}") == 1)
        // The member is told, once.
        #expect(try await client.refresh(tokens.refresh).status == 401)
        try await client.rig.deliver()
        #expect(client.rig.mails.all.filter { $0.kind == .sessionEnded }.map(\.recipient) == ["kim@example.com"])
        // Another session of the same member goes on.
        #expect(try await client.signIn("kim").status == 200)
    }

    @Test
    func `who lost the answer gets the same one again, and only for a moment`() async throws {
        let client = AuthClient(rig: try Self.slowRig())
        let (_, tokens) = try await client.asNewMember("kim")
        let lost = try await client.refresh(tokens.refresh)
        let again = try await client.refresh(tokens.refresh)
        #expect(again.status == 200)
        #expect(again.json["refreshToken"] as? String == lost.json["refreshToken"] as? String)
        try Self.pass(client.rig)
        #expect(try await client.refresh(tokens.refresh).status == 401)
        let next = try #require(again.json["refreshToken"] as? String)
        #expect(try await client.refresh(next).status == 401)
    }

    @Test
    func `pages side by side that refresh together stay signed in, time after time`() async throws {
        let client = AuthClient(rig: try Self.slowRig())
        var (page, tokens) = try await client.asNewMember("kim")
        var refresh = tokens.refresh
        for _ in 0..<4 {
            let shared = refresh
            let answers = try await withThrowingTaskGroup(of: AuthClient.Answer.self) { group in
                for _ in 0..<3 { group.addTask { try await client.refresh(shared) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.map(\.status) == [200, 200, 200])
            let given = Set(answers.compactMap { $0.json["refreshToken"] as? String })
            #expect(given.count == 1)
            refresh = try #require(given.first)
            try Self.pass(client.rig)
            page.accessToken = answers.last?.json["accessToken"] as? String
            #expect(try await self.profileStatus(page) == 200)
        }
        #expect(client.rig.metric("podo_auth_refreshes_total{outcome=\"repeated\"}") == 8)
    }

    @Test
    func `the same token a hundred times at once is given out no more than so often, and ends nothing`() async throws {
        let client = AuthClient(rig: try Self.slowRig())
        let (_, tokens) = try await client.asNewMember("kim")
        var statuses: [Int] = []
        var next: String?
        for _ in 0..<100 {
            let answer = try await client.refresh(tokens.refresh)
            statuses.append(answer.status)
            next = next ?? answer.json["refreshToken"] as? String
            if answer.status == 429 { #expect(answer["retry-after"] == "1") }
        }
        #expect(statuses == [Int](repeating: 200, count: 9) + [Int](repeating: 429, count: 91))
        #expect(try await client.refresh(try #require(next)).status == 200)
    }

    @Test
    func `a thief elsewhere gets nothing by coming right behind`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (_, tokens) = try await client.asNewMember("kim")
        let next = try #require(try await client.refresh(tokens.refresh).json["refreshToken"] as? String)
        var thief = client
        thief.address = .v4(0x0a00_0001)
        #expect(try await thief.refresh(tokens.refresh).status == 401)
        #expect(try await client.refresh(next).status == 401)
    }

    @Test
    func `a thief on the same network is found out by the next step of either`() async throws {
        let client = AuthClient(rig: try Self.slowRig())
        let (_, tokens) = try await client.asNewMember("kim")
        _ = try await client.refresh(tokens.refresh)
        // Right behind the owner he gets the owner's token, and either has to use it before the other.
        let stolen = try #require(try await client.refresh(tokens.refresh).json["refreshToken"] as? String)
        let owner = try await client.refresh(stolen)
        #expect(owner.status == 200)
        try Self.pass(client.rig)
        #expect(try await client.refresh(stolen).status == 401)
        let last = try #require(owner.json["refreshToken"] as? String)
        #expect(try await client.refresh(last).status == 401)
        #expect(try client.rig.sql("SELECT revoked_for FROM session") == "reuse")
    }

    @Test
    func `signing out ends the session's tokens at once, and those of no other`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, tokens) = try await client.asNewMember("kim")
        let (other, _) = try await client.asMember("kim", tokens.id)
        let answer = try await client.send(.post, "/auth/signout", json: ["refreshToken": tokens.refresh])
        #expect(answer.status == 204)
        #expect(try await client.refresh(tokens.refresh).status == 401)
        let refused = try await member.send(.get, "/member/me")
        #expect(refused.status == 401 && refused.code == "token-revoked")
        #expect(try await self.profileStatus(other) == 200)
        // Once more is no error, and neither is a token that never was.
        #expect(try await client.send(.post, "/auth/signout", json: ["refreshToken": tokens.refresh]).status == 204)
        #expect(
            try await client.send(.post, "/auth/signout", json: ["refreshToken": RefreshToken().text.reveal()]).status
                == 204)
        #expect(try await client.send(.post, "/auth/signout", json: ["refreshToken": "nonsense"]).status == 204)
    }

    @Test
    func `an access token alone signs out too`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, tokens) = try await client.asNewMember("kim")
        #expect(try await member.send(.post, "/auth/signout").status == 204)
        #expect(try await self.profileStatus(member) == 401)
        #expect(try await client.refresh(tokens.refresh).status == 401)
        #expect(try await client.send(.post, "/auth/signout").status == 401)
    }

    @Test
    func `who knows a session without its secret cannot end it by signing out`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, tokens) = try await client.asNewMember("kim")
        let real = try #require(RefreshToken(tokens.refresh))
        var bytes = Array(Data(base64Encoded: tokens.refresh.replacing("-", with: "+").replacing("_", with: "/"))!)
        bytes[40] ^= 1
        let text = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        let forged = try #require(RefreshToken(text))
        #expect(forged.session == real.session && forged.hash != real.hash)
        #expect(try await client.send(.post, "/auth/signout", json: ["refreshToken": text]).status == 204)
        #expect(try await self.profileStatus(member) == 200)
    }

    @Test
    func `signing out everywhere ends every session, also of those who did not ask`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, tokens) = try await client.asNewMember("kim")
        let (other, otherTokens) = try await client.asMember("kim", tokens.id)
        let (stranger, _) = try await client.asNewMember("lee")
        #expect(try await member.send(.post, "/auth/signout", json: ["everywhere": true]).status == 204)
        for client in [member, other] { #expect(try await self.profileStatus(client) == 401) }
        for refresh in [tokens.refresh, otherTokens.refresh] {
            #expect(try await client.refresh(refresh).status == 401)
        }
        #expect(try await self.profileStatus(stranger) == 200)
        let (again, _) = try await client.asMember("kim", tokens.id)
        #expect(try await self.profileStatus(again) == 200)
    }

    @Test
    func `what one process ends, another hears of, and knows after its start`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (_, tokens) = try await client.asNewMember("kim")
        let (_, lee) = try await client.asNewMember("lee")
        _ = try await client.send(.post, "/auth/signout", json: ["refreshToken": tokens.refresh])
        try await rig.onLoop { try await rig.signIns.signOutEverywhere(lee.id) }
        let service = TokenService(
            tokens: AccessTokens(root: rig.root, issuer: "http://podo.test"), epochs: TokenEpochs())
        var parts = rig.signIns.parts
        parts.tokens = service
        let news = AuthNews(
            database: rig.database, signIns: SignIns(parts), streamKeys: StreamKeys(database: rig.database))
        #expect(throws: Never.self) { try service.verify(Array(tokens.access.utf8)[...]) }
        try await rig.onLoop { try await news.reload() }
        for text in [tokens.access, lee.access] {
            #expect(throws: TokenFailure.revoked) { try service.verify(Array(text.utf8)[...]) }
        }
        let fresh = TokenService(
            tokens: AccessTokens(root: rig.root, issuer: "http://podo.test"), epochs: TokenEpochs())
        parts.tokens = fresh
        let other = AuthNews(
            database: rig.database, signIns: SignIns(parts), streamKeys: StreamKeys(database: rig.database))
        let session = try #require(RefreshToken(tokens.refresh)).sessionName
        try await rig.onLoop {
            try await other.hear(AuthNotice.session(RevokedSessions.text(session)).text)
            try await other.hear(AuthNotice.epoch(member: lee.id, epoch: 1).text)
            try await other.hear("z a word of a later version")
        }
        for text in [tokens.access, lee.access] {
            #expect(throws: TokenFailure.revoked) { try fresh.verify(Array(text.utf8)[...]) }
        }
    }

    @Test
    func `what cannot be a refresh token is refused without asking the database`() async throws {
        let client = AuthClient(rig: try AuthRig())
        for text in ["", "x", String(repeating: "A", count: 63), String(repeating: "*", count: 64)] {
            #expect(try await client.refresh(text).code == "token-revoked")
        }
        #expect(try await client.refresh(String(repeating: "A", count: 200)).status == 400)
    }
}
