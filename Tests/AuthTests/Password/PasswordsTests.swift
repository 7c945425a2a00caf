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

/// S-02: taking over accounts by mail.
@Suite(.timeLimit(.minutes(5)))
struct PasswordsTests {
    private static let newPassword = "an even quieter grape"

    /// The token of the link in the last mail of a kind.
    private func token(_ rig: AuthRig, _ kind: MailKind) async throws -> String {
        try await rig.deliver()
        let mail = try #require(rig.mails.all.last { $0.kind == kind })
        return try #require(
            mail.words.components(separatedBy: "#").last?.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private func forgot(_ client: AuthClient, _ name: String) async throws -> AuthClient.Answer {
        try await client.send(.post, "/api/v1/auth/password/forgot", json: ["email": "\(name)@example.com"])
    }

    private func reset(_ client: AuthClient, _ token: String, _ password: String = Self.newPassword) async throws
        -> AuthClient.Answer
    {
        try await client.send(
            .post, "/api/v1/auth/password/reset", json: ["token": token, "newPassword": password])
    }

    @Test
    func `a link in a mail changes the password, once, and ends every session`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, tokens) = try await client.asNewMember("kim")
        #expect(try await self.forgot(client, "kim").status == 202)
        let token = try await self.token(client.rig, .reset)
        #expect(try await self.reset(client, token).status == 204)
        #expect(try await member.send(.get, "/member/me").status == 401)
        #expect(try await client.refresh(tokens.refresh).status == 401)
        #expect(try await client.signIn("kim").status == 401)
        let (again, _) = try await Self.signedIn(client)
        // Whoever reads mail at an address has proved it.
        #expect(try await again.send(.get, "/member/me").json["emailVerified"] as? Bool == true)
        let reused = try await self.reset(client, token, "a third grape of mine")
        #expect(reused.status == 422 && reused.code == "link-invalid")
        #expect(try await again.send(.get, "/member/me").status == 200)
        try await client.rig.deliver()
        #expect(client.rig.mails.all.contains { $0.kind == .passwordChanged })
    }

    private static func signedIn(_ client: AuthClient) async throws -> (AuthClient, String) {
        let answer = try await client.signIn("kim", Self.newPassword)
        try #require(answer.status == 200)
        var member = client
        member.accessToken = answer.json["accessToken"] as? String
        return (member, try #require(answer.json["refreshToken"] as? String))
    }

    @Test
    func `a new link makes the older ones void, and so does a changed password`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, _) = try await client.asNewMember("kim")
        _ = try await self.forgot(client, "kim")
        let first = try await self.token(client.rig, .reset)
        let change = ["currentPassword": AuthClient.password, "newPassword": Self.newPassword]
        #expect(try await member.send(.post, "/api/v1/auth/password/change", json: change).status == 204)
        #expect(try await self.reset(client, first).status == 422)
    }

    @Test
    func `a link is good for half an hour, and the table takes none that is longer`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        _ = try await self.forgot(client, "kim")
        let token = try await self.token(rig, .reset)
        try rig.sql(
            "UPDATE mail_link SET created_at = created_at - interval '31 minutes', "
                + "expires_at = expires_at - interval '31 minutes'")
        #expect(try await self.reset(client, token).code == "link-invalid")
        #expect(throws: (any Error).self) {
            try rig.sql("UPDATE mail_link SET expires_at = created_at + interval '31 minutes'")
        }
    }

    @Test
    func `links lead to the configured address, whatever a request calls the host`() async throws {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        _ = try await client.send(
            .post, "/api/v1/auth/password/forgot", json: ["email": "kim@example.com"],
            fields: [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")])
        try await client.rig.deliver()
        let mail = try #require(client.rig.mails.all.last { $0.kind == .reset })
        #expect(mail.words.contains("https://podo.test/account/reset#"))
        #expect(!mail.words.contains("evil"))
        #expect(mail.recipient == "kim@example.com")
    }

    @Test
    func `asking says nothing about whether there is an account, and does the same work`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        try await rig.deliver()
        let known = try await self.forgot(client, "kim")
        let unknown = try await self.forgot(client, "nobody")
        #expect(known.status == unknown.status && known.fields.wire == unknown.fields.wire)
        #expect(known.body == unknown.body)
        #expect(try rig.sql("SELECT count(*) FROM mail_request") == "2")
        let before = rig.mails.all.count
        try await rig.deliver()
        #expect(rig.mails.all.count == before + 1)
    }

    @Test
    func `nobody's mailbox is filled, and nobody is kept from a link by whoever asks all the time`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        var host: UInt32 = 0x0a00_0000
        /// So many mails came of ten requests after so many minutes.
        func ask(after minutes: Int) async throws -> Int {
            let before = rig.mails.all.count { $0.kind == .reset }
            try rig.sql(
                "UPDATE mail_link SET created_at = created_at - interval '\(minutes) minutes', "
                    + "expires_at = expires_at - interval '\(minutes) minutes'")
            for _ in 0..<10 {
                // From a new address each time: how often one may ask is not what this is about.
                host += 1
                var stranger = client
                stranger.address = .v4(host)
                #expect(try await self.forgot(stranger, "kim").status == 202)
            }
            try await rig.deliver()
            return rig.mails.all.count { $0.kind == .reset } - before
        }
        #expect(try await ask(after: 0) == 1)
        #expect(try await ask(after: 4) == 0)
        #expect(try await ask(after: 2) == 1)
        #expect(try await ask(after: 6) == 1)
        // Three are good now. The first of them is over half an hour after it was made.
        #expect(try await ask(after: 6) == 0)
        #expect(try await ask(after: 15) == 1)
        // What was used counts no more.
        let token = try await self.token(rig, .reset)
        #expect(try await self.reset(client, token).status == 204)
        #expect(try await ask(after: 6) == 1)
    }

    @Test
    func `tokens in the database open nothing`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        _ = try await self.forgot(client, "kim")
        let token = try await self.token(rig, .reset)
        for table in ["mail_link", "mail", "mail_request", "member", "session"] {
            let rows = try rig.sql("SELECT * FROM \(table)")
            #expect(!rows.contains(token), "\(table)")
        }
        let hash = try rig.sql("SELECT encode(token_hash, 'base64') FROM mail_link WHERE purpose = 'reset'")
        let asToken = hash.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(try await self.reset(client, asToken).status == 422)
    }

    @Test
    func `a link of one kind is none of the other`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        let verify = try await self.token(rig, .verify)
        #expect(try await self.reset(client, verify).status == 422)
        let (member, _) = try await client.asMember("kim", 0)
        #expect(try await member.send(.post, "/api/v1/auth/email/verify", json: ["token": verify]).status == 204)
        #expect(try rig.sql("SELECT email_verified_at IS NOT NULL FROM member") == "t")
        #expect(try await member.send(.post, "/api/v1/auth/email/verify", json: ["token": verify]).status == 422)
    }

    /// Somebody has signed up with a stranger's address, who finds a mail and follows the link in it.
    @Test
    func `a link that proves an address is of use to nobody but who has signed up`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        let verify = try await self.token(rig, .verify)
        let (stranger, _) = try await client.asNewMember("lee")
        #expect(try await client.send(.post, "/api/v1/auth/email/verify", json: ["token": verify]).status == 401)
        let answer = try await stranger.send(.post, "/api/v1/auth/email/verify", json: ["token": verify])
        #expect(answer.status == 422 && answer.code == "link-invalid")
        #expect(try rig.sql("SELECT count(*) FROM member WHERE email_verified_at IS NOT NULL") == "0")
        // It is as good as it was.
        let (member, _) = try await client.asMember("kim", 0)
        #expect(try await member.send(.post, "/api/v1/auth/email/verify", json: ["token": verify]).status == 204)
    }

    @Test
    func `a weak new password leaves the link as good as it was`() async throws {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        _ = try await self.forgot(client, "kim")
        let token = try await self.token(client.rig, .reset)
        #expect(try await self.reset(client, token, "password1").status == 400)
        #expect(try await self.reset(client, token).status == 204)
    }

    @Test
    func `of many who use a link at once, one succeeds`() async throws {
        let client = AuthClient(rig: try AuthRig())
        _ = try await client.signUp("kim")
        _ = try await self.forgot(client, "kim")
        let token = try await self.token(client.rig, .reset)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<10 {
                group.addTask { try await self.reset(client, token, "grape number \(number) of ten").status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 204 } == 1 && statuses.count { $0 == 422 } == 9)
    }

    // MARK: Changing

    @Test
    func `changing needs the old password, and ends every session`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, tokens) = try await client.asNewMember("kim")
        func change(_ old: String?, _ new: String) async throws -> AuthClient.Answer {
            var body = ["newPassword": new]
            if let old { body["currentPassword"] = old }
            return try await member.send(.post, "/api/v1/auth/password/change", json: body)
        }
        #expect(try await change(nil, Self.newPassword).code == "bad-credentials")
        #expect(try await change("wrong grape", Self.newPassword).code == "bad-credentials")
        #expect(try await change(AuthClient.password, "short").status == 400)
        #expect(try await change(AuthClient.password, Self.newPassword).status == 204)
        #expect(try await member.send(.get, "/member/me").status == 401)
        #expect(try await client.refresh(tokens.refresh).status == 401)
        #expect(try await client.signIn("kim").status == 401)
        #expect(try await client.signIn("kim", Self.newPassword).status == 200)
        #expect(try client.rig.sql("SELECT count(*) FROM audit_log WHERE action = 'password-changed'") == "1")
    }

    @Test
    func `a stolen token does not let one guess the password without end`() async throws {
        let client = AuthClient(rig: try AuthRig())
        let (member, _) = try await client.asNewMember("kim")
        var statuses: [Int] = []
        for _ in 0..<8 {
            let body = ["currentPassword": "wrong grape", "newPassword": Self.newPassword]
            statuses.append(try await member.send(.post, "/api/v1/auth/password/change", json: body).status)
        }
        #expect(statuses == [401, 401, 401, 401, 401, 429, 429, 429])
        #expect(try await member.send(.delete, "/member/me", json: ["password": AuthClient.password]).status == 405)
        #expect(
            try await member.send(.delete, "/api/v1/member/me", json: ["password": AuthClient.password]).status == 429)
    }

    @Test
    func `whoever signs in with the old password while it is changed gets no session`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let id = try await client.signUp("kim")
        await #expect(throws: HTTPProblem.self) {
            try await rig.onLoop {
                try await rig.signIns.signOutEverywhere(id)
                // The password was looked at before that, under epoch 0.
                _ = try await rig.signIns.begin(member: id, role: .user, epoch: 0, address: .v4(1))
            }
        }
        #expect(try rig.sql("SELECT count(*) FROM session") == "0")
    }

    // MARK: Mail

    @Test
    func `a mail that cannot be sent is sent later, and one that is too old is not`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        rig.mails.refuse(1)
        try await rig.deliver()
        #expect(rig.mails.all.isEmpty)
        #expect(rig.metric("podo_auth_mails_total{outcome=\"failed\"}") == 1)
        try rig.sql("UPDATE mail SET next_try_at = now()")
        try await rig.deliver()
        #expect(rig.mails.all.count == 1)
        #expect(try rig.sql("SELECT sent_at IS NOT NULL, content_sealed IS NULL, attempts FROM mail") == "t|t|2")
        _ = try await self.forgot(client, "kim")
        rig.mails.refuse(1)
        try await rig.deliver()
        try rig.sql("UPDATE mail SET next_try_at = now(), expires_at = now() WHERE sent_at IS NULL")
        try await rig.deliver()
        try await rig.onLoop { try await rig.relay.sweep() }
        #expect(rig.mails.all.count == 1)
        #expect(
            try rig.sql("SELECT count(*) FROM mail WHERE given_up_at IS NOT NULL AND content_sealed IS NULL") == "1")
    }

    @Test
    func `two relays send every mail once`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        for number in 0..<20 { _ = try await client.signUp("kim\(number)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await rig.deliver() } }
            try await group.waitForAll()
        }
        #expect(rig.mails.all.count == 20)
        #expect(Set(rig.mails.all.map(\.recipient)).count == 20)
    }
}

extension MailMessage {
    /// The body as people read it.
    var words: String {
        let parts = String(decoding: self.bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")
        let data = parts.last.flatMap { Data(base64Encoded: $0.replacing("\r\n", with: "")) } ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
