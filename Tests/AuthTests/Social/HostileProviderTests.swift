import Foundation
import HTTPServer
import Observability
import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Auth

@Suite("A provider that is wrong", .timeLimit(.minutes(5)))
struct HostileProviderTests {
    /// Status and code of coming back from a provider in a mode.
    private func outcome(_ rig: SocialRig, _ provider: String, _ mode: String) async throws -> String {
        try rig.provider.set(["mode": mode])
        let answer = try await Browser(rig).visit(provider)
        return "\(answer.status) \(answer.code ?? "")"
    }

    @Test("gets nobody in by a bad token, and each is counted by its fault") func tokens() async throws {
        let rig = try SocialRig()
        let faults = [
            "nonce-wrong": "token-nonce", "nonce-missing": "token-nonce", "aud-wrong": "token-audience",
            "aud-many": "token-audience", "azp-wrong": "token-audience", "iss-wrong": "token-issuer",
            "expired": "token-expired", "old": "token-expired", "not-yet": "token-not-yet",
            "exp-missing": "token-malformed", "exp-text": "token-malformed", "exp-fraction": "token-malformed",
            "sub-missing": "token-subject", "sub-long": "token-subject", "sub-number": "token-subject",
            "alg-none": "token-algorithm", "alg-hs256": "token-algorithm", "alg-case": "token-algorithm",
            "kid-unknown": "token-key-unknown", "jku": "token-header", "crit": "token-header",
            "signature-other": "token-signature", "token-garbage": "token-malformed", "token-huge": "token-too-long",
        ]
        var expected: [String: Double] = [:]
        for (mode, fault) in faults.sorted(by: { $0.key < $1.key }) {
            let outcome = try await self.outcome(rig, "corp", mode)
            #expect(outcome == "401 social-token-invalid", "\(mode)")
            expected[fault, default: 0] += 1
            let line = "podo_social_sign_ins_total{outcome=\"\(fault)\",provider=\"corp\"}"
            #expect(rig.auth.metric(line) == expected[fault], "\(mode)")
        }
        #expect(try rig.auth.sql("SELECT count(*) FROM member") == "0")
        #expect(try await self.outcome(rig, "corp", "good") == "303 ")
    }

    @Test("gives answers that are none, and is told apart from one that is away")
    func answers() async throws {
        let rig = try SocialRig()
        let cases = [
            ("exchange:html", "502 social-provider-failed"), ("exchange:cut", "503 social-provider-unavailable"),
            ("exchange:500", "503 social-provider-unavailable"), ("exchange:huge", "502 social-provider-failed"),
            ("exchange:deep", "502 social-provider-failed"), ("exchange:list", "502 social-provider-failed"),
            ("exchange:redirect", "502 social-provider-failed"), ("exchange:error", "502 social-provider-failed"),
            ("exchange:spent", "400 social-code-refused"), ("no-id-token", "502 social-provider-failed"),
            ("no-access-token", "502 social-provider-failed"), ("denied", "403 social-denied"),
            ("issuer-wrong", "400 social-state-invalid"),
        ]
        for (mode, expected) in cases {
            let outcome = try await self.outcome(rig, "corp", mode)
            #expect(outcome == expected, "\(mode)")
        }
        #expect(try rig.auth.sql("SELECT count(*) FROM member") == "0")
    }

    @Test("of Kakao's and Naver's shape gets nobody in by another's word") func persons() async throws {
        let rig = try SocialRig()
        for mode in ["person-failed", "person-flat", "person-empty", "person-list", "exchange:error"] {
            let outcome = try await self.outcome(rig, "naver", mode)
            #expect(outcome == "502 social-provider-failed", "\(mode)")
        }
        #expect(try await self.outcome(rig, "kakao", "person-other") == "502 social-provider-failed")
        #expect(try rig.auth.sql("SELECT count(*) FROM member") == "0")
    }

    @Test(
        "that describes itself wrong is not gone to",
        arguments: [
            "description-other", "description-slash", "description-elsewhere", "description-file",
            "description-numbers", "description:html", "description:huge", "description:deep", "description:redirect",
        ])
    func descriptions(_ mode: String) async throws {
        let rig = try SocialRig()
        try rig.provider.set(["mode": mode])
        let answer = try await Browser(rig).send(.get, "/api/v1/auth/social/corp/start")
        #expect(answer.status == 502 && answer.code == "social-provider-failed")
        #expect(try rig.auth.sql("SELECT count(*) FROM social_flow") == "0")
    }

    /// F-20.
    @Test("that is away is left alone for a while; passwords and sessions go on") func away() async throws {
        let rig = try SocialRig()
        let (member, _) = try await AuthClient(rig: rig.auth).asNewMember("kim")
        try rig.provider.set(["mode": "description:500"])
        let browser = Browser(rig)
        for _ in 0..<20 {
            let answer = try await browser.send(.get, "/api/v1/auth/social/corp/start")
            #expect(answer.status == 503 && answer.code == "social-provider-unavailable")
            #expect(answer["retry-after"] == "30")
        }
        #expect(try rig.provider.count("/.well-known/openid-configuration") == 1)
        #expect(try await AuthClient(rig: rig.auth).signIn("kim").status == 200)
        #expect(try await member.send(.get, "/api/v1/member/me").status == 200)
        // It comes back.
        try rig.provider.set(["mode": "good", "email": "lee@example.com"])
        rig.clock.forward(.seconds(3))
        #expect(try await browser.signIn("corp").status == 200)
    }

    /// F-20: with a place for one request each, which the silent one has.
    @Test("that is silent takes no place of another") func silent() async throws {
        let socket = try AuthRig.cluster.socketDirectory() + "/.s.PGSQL.5432"
        let silent = try FaultProxy(upstreamPath: socket)
        silent.set(.blackHole)
        // On a slow machine the silent one's time may be over first, which shows nothing: then once more.
        for _ in 0..<5 {
            let rig = try SocialRig(kakaoPort: silent.port)
            let isAnswered = Mutex(false)
            let waiting = Task {
                defer { isAnswered.withLock { $0 = true } }
                return try await Browser(rig).send(.get, "/api/v1/auth/social/kakao/start").status
            }
            let running = "podo_http_client_running{client=\"social-kakao\"}"
            while rig.auth.metric(running) != 1, !isAnswered.withLock({ $0 }) { await Task.yield() }
            #expect(try await Browser(rig).signIn("corp").status == 200)
            let isStillSilent = rig.auth.metric(running) == 1
            #expect(try await waiting.value == 503)
            if isStillSilent { return }
        }
        Issue.record("who signs in by another provider was served after the silent one had given its place back")
    }

    /// F-20, S-05.
    @Test("whose keys are garbage fails cleanly, and new keys are found") func keys() async throws {
        let rig = try SocialRig()
        for (mode, expected) in [
            ("keys:html", "502 social-provider-failed"), ("keys:500", "503 social-provider-unavailable"),
            ("keys:empty", "401 social-token-invalid"),
        ] {
            rig.clock.forward(.seconds(61))
            let outcome = try await self.outcome(rig, "corp", mode)
            #expect(outcome == expected, "\(mode)")
        }
        rig.clock.forward(.seconds(61))
        #expect(try await self.outcome(rig, "corp", "good") == "303 ")
        // The next key is fetched because it is not known, and not more than once a minute.
        try rig.provider.set(["rotate": "1"])
        rig.clock.forward(.seconds(61))
        #expect(try await self.outcome(rig, "corp", "good") == "303 ")
        let count = try rig.provider.count("/jwks")
        for _ in 0..<10 {
            #expect(try await self.outcome(rig, "corp", "kid-unknown") == "401 social-token-invalid")
        }
        #expect(try rig.provider.count("/jwks") == count)
        // Keys that are there serve while the provider's do not come.
        rig.clock.forward(.seconds(3700))
        #expect(try await self.outcome(rig, "corp", "keys:500") == "303 ")
    }

    @Test("takes the client's secret as it wants it, and no other client's") func secrets() async throws {
        let basic = try SocialRig()
        #expect(try await self.outcome(basic, "corp", "basic") == "303 ")
        let wrong = try SocialRig(secret: "another")
        #expect(try await self.outcome(wrong, "corp", "good") == "502 social-provider-failed")
    }

    @Test("that says who it is must say so") func issuers() async throws {
        let rig = try SocialRig()
        #expect(try await self.outcome(rig, "corp", "issuer-sent") == "303 ")
        // The description is known now; an answer without the issuer is another's.
        #expect(try await self.outcome(rig, "corp", "good") == "400 social-state-invalid")
    }

    @Test("hears no secret twice, and no log tells one") func log() async throws {
        let rig = try SocialRig()
        _ = try await self.outcome(rig, "corp", "nonce-wrong")
        _ = try await Browser(rig).signIn("naver")
        let text = rig.auth.logMemory.lines.joined()
        #expect(text.contains("social sign-in failed") && text.contains("token-nonce"))
        for secret in ["podo-secret", "1234567890", "kim@example.com"] { #expect(!text.contains(secret)) }
    }
}
