import Foundation
import HTTPServer
import TestSupport
import Testing

@testable import Auth

@Suite("Accounts and providers", .timeLimit(.minutes(5)))
struct SocialLinkTests {
    private func member(_ rig: SocialRig, isVerified: Bool) async throws -> (id: Int64, browser: Browser) {
        let (client, tokens) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        if isVerified { try rig.auth.sql("UPDATE member SET email_verified_at = now()") }
        let browser = Browser(rig)
        browser.accessToken = client.accessToken
        return (tokens.id, browser)
    }

    private func connect(
        _ browser: Browser, _ provider: String, _ password: String? = AuthClient.password
    ) async throws -> AuthClient.Answer {
        var body = ["redirect": "/me"]
        if let password { body["password"] = password }
        return try await browser.send(.post, "/api/v1/auth/social/\(provider)/connect", json: body)
    }

    /// Where a browser that has gone to a provider comes back to.
    private func back(_ browser: Browser, _ departure: AuthClient.Answer) async throws -> AuthClient.Answer {
        try #require(departure.status == 200, "\(departure.text)")
        let back = try browser.rig.provider.visit(try #require(departure.json["location"] as? String))
        return try await browser.send(.get, String(back.dropFirst("http://podo.test".count)))
    }

    private func notices(_ rig: SocialRig) async throws -> [MailKind] {
        try await rig.auth.deliver()
        return rig.auth.mails.all.filter { $0.recipient == "kim@example.com" && $0.kind != .verify }.map(\.kind)
    }

    // MARK: By address

    @Test(
        "are joined by an address that both sides have proved",
        arguments: [("corp", "1"), ("kakao", "1")])
    func byAddress(_ provider: String, _ theirs: String) async throws {
        let rig = try SocialRig()
        let (id, member) = try await self.member(rig, isVerified: true)
        try rig.provider.set(["verified": theirs])
        #expect(try await Browser(rig).signIn(provider).json["memberId"] as? Int64 == id)
        #expect(try rig.auth.sql("SELECT count(*) FROM member") == "1")
        // Nothing else changes.
        #expect(try await member.send(.get, "/api/v1/member/me").json["hasPassword"] as? Bool == true)
        #expect(try await self.notices(rig) == [.providerConnected])
        #expect(
            try rig.auth.sql("SELECT detail FROM audit_log WHERE action = 'provider-connected'")
                == #"{"by": "address", "provider": "\#(provider)"}"#)
    }

    /// Somebody has signed up with a stranger's address and waits for the stranger.
    @Test("are taken from whoever signed up with the address and never proved it") func takenOver() async throws {
        let rig = try SocialRig()
        let (id, thief) = try await self.member(rig, isVerified: false)
        let client = AuthClient(rig: rig.auth)
        let refresh = try #require(try await client.signIn("kim").json["refreshToken"] as? String)
        let owner = Browser(rig)
        let tokens = try await owner.signIn("corp")
        #expect(tokens.json["memberId"] as? Int64 == id)
        // The password opens nothing any more, and neither does what it has opened before.
        #expect(try await client.signIn("kim").code == "bad-credentials")
        #expect(try await client.refresh(refresh).status == 401)
        #expect(try await thief.send(.get, "/api/v1/member/me").code == "token-revoked")
        owner.accessToken = tokens.json["accessToken"] as? String
        let profile = try await owner.send(.get, "/api/v1/member/me").json
        #expect(profile["emailVerified"] as? Bool == true && profile["hasPassword"] as? Bool == false)
        #expect(
            try rig.auth.sql("SELECT detail FROM audit_log WHERE action = 'provider-connected'")
                == #"{"by": "address, password cleared", "provider": "corp"}"#)
    }

    /// S-01: an address that somebody has typed at a provider.
    @Test(
        "do not tell whether there is an account with an address that the provider does not vouch for",
        arguments: ["corp", "kakao", "naver"], [true, false])
    func unproved(_ provider: String, _ isOurs: Bool) async throws {
        let rig = try SocialRig()
        let (id, _) = try await self.member(rig, isVerified: isOurs)
        try rig.provider.set(["verified": "0"])
        var answers: [AuthClient.Answer] = []
        for (subject, email) in [("1", "kim@example.com"), ("2", "nobody@example.com")] {
            try rig.provider.set(["sub": subject, "email": email])
            let answer = try await Browser(rig).signIn(provider)
            #expect(answer.json["memberId"] as? Int64 != id)
            answers.append(answer)
        }
        #expect(answers.map(\.status) == [200, 200])
        #expect(Set(answers[0].json.keys) == Set(answers[1].json.keys))
        #expect(try rig.auth.sql("SELECT count(*) FROM member WHERE email_sealed IS NULL") == "2")
        #expect(try rig.auth.sql("SELECT count(*) FROM member_identity WHERE member_id = \(id)") == "0")
    }

    @Test("take no address from Kakao that it calls invalid") func invalidAddress() async throws {
        let rig = try SocialRig()
        let (id, _) = try await self.member(rig, isVerified: true)
        try rig.provider.set(["mode": "person-invalid"])
        #expect(try await Browser(rig).signIn("kakao").json["memberId"] as? Int64 != id)
    }

    @Test("are not joined when the member has another account there") func second() async throws {
        let rig = try SocialRig()
        _ = try await self.member(rig, isVerified: true)
        _ = try await Browser(rig).signIn("corp")
        try rig.provider.set(["sub": "2"])
        #expect(try await Browser(rig).visit("corp").code == "social-linked-elsewhere")
        #expect(try rig.auth.sql("SELECT count(*) FROM member") == "1")
    }

    @Test("of somebody who comes twice at once for the first time are one account") func race() async throws {
        for provider in ["corp", "naver"] {
            let rig = try SocialRig()
            let paths = try await (0..<6).asyncMap { _ in
                let browser = Browser(rig)
                return (try await browser.leave(provider), browser.cookies)
            }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for (path, cookies) in paths {
                    group.addTask {
                        let browser = Browser(rig)
                        browser.cookies = cookies
                        let arrival = try await browser.send(.get, path)
                        guard arrival.status == 303 else { return arrival.status }
                        return try await browser.exchange(try browser.code(of: arrival)).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == [Int](repeating: 200, count: 6), "\(provider)")
            #expect(try rig.auth.sql("SELECT count(*) FROM member") == "1")
        }
    }

    // MARK: By a member

    @Test("are connected by a member who is signed in, and disconnected, and he is told") func connect() async throws {
        let rig = try SocialRig()
        let (id, browser) = try await self.member(rig, isVerified: true)
        let arrival = try await self.back(browser, try await self.connect(browser, "naver"))
        #expect(arrival["location"] == "/me#social-connected=naver")
        #expect(try await Browser(rig).signIn("naver").json["memberId"] as? Int64 == id)
        let mine = try await browser.send(.get, "/api/v1/member/me/social")
        #expect((mine.json["items"] as? [[String: String]])?.compactMap { $0["name"] } == ["naver"])
        #expect(try await self.notices(rig) == [.providerConnected])
        #expect(rig.auth.mails.all.last?.words.contains("naver") == true)
        // Once more changes nothing, and nobody is told of nothing.
        _ = try await self.back(browser, try await self.connect(browser, "naver"))
        #expect(try await browser.send(.delete, "/api/v1/auth/social/naver").status == 204)
        browser.accessToken = try await AuthClient(rig: rig.auth).asMember("kim", id).tokens.access
        #expect(try await browser.send(.delete, "/api/v1/auth/social/naver").status == 404)
        #expect(try rig.auth.sql("SELECT count(*) FROM member_identity") == "0")
        #expect(try await self.notices(rig) == [.providerConnected, .providerDisconnected])
        #expect(
            try rig.auth.sql("SELECT actor, action FROM audit_log WHERE action LIKE 'provider-%' ORDER BY id")
                == "member:\(id)|provider-connected\nmember:\(id)|provider-disconnected")
    }

    @Test("are not connected by whoever has found a token") func stolen() async throws {
        let rig = try SocialRig()
        let (_, browser) = try await self.member(rig, isVerified: true)
        for password in [nil, "a wrong grape"] {
            let answer = try await self.connect(browser, "corp", password)
            #expect(answer.status == 401 && answer.code == "bad-credentials")
        }
        #expect(try rig.auth.sql("SELECT count(*) FROM social_flow") == "0")
    }

    @Test("are connected without a password only soon after signing in") func recent() async throws {
        let rig = try SocialRig()
        let browser = Browser(rig)
        browser.accessToken = try await browser.signIn("corp").json["accessToken"] as? String
        let departure = try await self.connect(browser, "naver", nil)
        #expect(departure.status == 200, "\(departure.text)")
        try rig.auth.sql("UPDATE session SET created_at = created_at - interval '11 minutes'")
        let late = try await self.connect(browser, "kakao", nil)
        #expect(late.status == 403 && late.code == "sign-in-too-old")
        // Nor is a password set or the account erased by an old token.
        let change = try await browser.send(
            .post, "/api/v1/auth/password/change", json: ["newPassword": "a quiet new grape"])
        #expect(change.code == "sign-in-too-old")
        #expect(try await browser.send(.delete, "/api/v1/member/me").code == "sign-in-too-old")
        browser.accessToken = try await Browser(rig).signIn("corp").json["accessToken"] as? String
        #expect(try await self.connect(browser, "kakao", nil).status == 200)
    }

    @Test("are not connected when the sessions have ended meanwhile") func ended() async throws {
        let rig = try SocialRig()
        let (id, browser) = try await self.member(rig, isVerified: true)
        let departure = try await self.connect(browser, "corp")
        try await rig.auth.onLoop { try await rig.auth.signIns.signOutEverywhere(id) }
        let arrival = try await self.back(browser, departure)
        #expect(arrival.status == 400 && arrival.code == "social-state-invalid")
        #expect(try rig.auth.sql("SELECT count(*) FROM member_identity") == "0")
    }

    @Test("are not connected while the address is unproved: its owner may be another") func notProved() async throws {
        let rig = try SocialRig()
        let (_, browser) = try await self.member(rig, isVerified: false)
        let answer = try await self.connect(browser, "corp")
        #expect(answer.status == 409 && answer.code == "social-email-unverified")
    }

    @Test("are connected with one member only") func elsewhere() async throws {
        let rig = try SocialRig()
        try rig.provider.set(["email": "other@example.com"])
        _ = try await Browser(rig).signIn("corp")
        let (_, browser) = try await self.member(rig, isVerified: true)
        let arrival = try await self.back(browser, try await self.connect(browser, "corp"))
        #expect(arrival.status == 409 && arrival.code == "social-linked-elsewhere")
    }

    @Test("keep the last way in") func lastWay() async throws {
        let rig = try SocialRig()
        let browser = Browser(rig)
        browser.accessToken = try await browser.signIn("corp").json["accessToken"] as? String
        let answer = try await browser.send(.delete, "/api/v1/auth/social/corp")
        #expect(answer.status == 409 && answer.code == "social-last-way")
    }

    // MARK: The end

    @Test("end together: who was erased comes as somebody new") func erased() async throws {
        let rig = try SocialRig()
        let first = try await Browser(rig).signIn("corp")
        let id = try #require(first.json["memberId"] as? Int64)
        _ = try await rig.auth.onLoop { try await rig.auth.members.erase(id, actor: "test") }
        #expect(try rig.auth.sql("SELECT count(*) FROM member_identity") == "0")
        let second = try await Browser(rig).signIn("corp")
        #expect(second.status == 200 && second.json["memberId"] as? Int64 != id)
    }

    @Test("are not connected with somebody who is erased at that moment") func erasing() async throws {
        let rig = try SocialRig()
        let (id, browser) = try await self.member(rig, isVerified: true)
        let departure = try await self.connect(browser, "corp")
        // An erasure that has begun and not ended.
        let eraser = Task.detached {
            try rig.auth.sql(
                "BEGIN; UPDATE member SET status = 'WITHDRAWN', deleted_at = now(), data_key = NULL, "
                    + "email_sealed = NULL, email_index = NULL, name_sealed = NULL, password_hash = NULL; "
                    + "SELECT pg_sleep(1); COMMIT")
        }
        while try rig.auth.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1)%' AND wait_event = 'PgSleep'") == "0"
        {}
        let arrival = try await self.back(browser, departure)
        _ = try await eraser.value
        #expect(arrival.code == "social-state-invalid", "\(arrival.status)")
        #expect(try rig.auth.sql("SELECT count(*) FROM member_identity WHERE member_id = \(id)") == "0")
    }

    @Test("let nobody in who is locked") func locked() async throws {
        let rig = try SocialRig()
        _ = try await Browser(rig).signIn("corp")
        try rig.auth.sql("UPDATE member SET status = 'LOCKED'")
        let browser = Browser(rig)
        let arrival = try await browser.visit("corp")
        #expect(try await browser.exchange(try browser.code(of: arrival)).code == "account-locked")
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
