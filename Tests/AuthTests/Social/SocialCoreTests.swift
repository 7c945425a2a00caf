import Crypto
import HTTPClient
import HTTPServer
import Observability
import Primitives
import Synchronization
import Testing

@testable import Auth

@Suite("The parts of signing in by a provider") struct SocialCoreTests {
    // MARK: What is kept of a provider

    private static func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private func word(_ answer: CachedDocument<Int>.Answer) -> String {
        switch answer {
        case .use(let value): "use \(value)"
        case .fetch: "fetch"
        case .wait: "wait"
        case .away: "away"
        }
    }

    @Test("A document is fetched by one, used while fresh, and once more for what it lacks") func document() {
        var document = CachedDocument<Int>()
        func ask(_ seconds: Int64, lacksSomething: Bool = false) -> String {
            self.word(document.ask(lacksSomething: lacksSomething, now: Self.time(seconds)))
        }
        #expect(ask(0) == "fetch")
        #expect(ask(0) == "wait")
        document.fetched(1, freshTime: .seconds(1000), now: Self.time(1))
        #expect(ask(1) == "use 1")
        #expect(ask(60, lacksSomething: true) == "use 1")
        #expect(ask(61, lacksSomething: true) == "fetch")
        // Others go on with what is there meanwhile.
        #expect(ask(61) == "use 1")
        document.fetched(2, freshTime: .seconds(1), now: Self.time(62))
        #expect(ask(62 + 299) == "use 2")
        #expect(ask(62 + 300) == "fetch")
        document.failed(now: Self.time(362))
        // Stale is better than nothing, for an hour.
        #expect(ask(363) == "use 2")
        #expect(ask(364) == "fetch")
        document.failed(now: Self.time(364))
        #expect(ask(62 + 300 + 3600) == "fetch")
        document.failed(now: Self.time(62 + 300 + 3600))
        #expect(ask(62 + 300 + 3601) == "away")
    }

    @Test("Ten thousand made-up keys cause a fetch a minute") func floods() {
        var document = CachedDocument<Int>()
        var count = 0
        for number in 0..<10_000 {
            let now = Self.time(Int64(number) / 100)
            if case .fetch = document.ask(lacksSomething: number > 0, now: now) {
                count += 1
                document.fetched(number, freshTime: nil, now: now)
            }
        }
        #expect(count == 2)
    }

    @Test("A provider that fails is asked after 2, 4, 8 and at most 60 seconds") func failures() {
        var document = CachedDocument<Int>()
        var now: Int64 = 0
        for pause: Int64 in [2, 4, 8, 16, 32, 60, 60, 60] {
            #expect(self.word(document.ask(now: Self.time(now))) == "fetch")
            document.failed(now: Self.time(now))
            #expect(self.word(document.ask(now: Self.time(now + pause - 1))) == "away")
            now += pause
        }
    }

    /// The clock goes on while a fetch that failed is being dealt with: a stall, or a thread that was not run.
    @Test("A provider that fails while time passes is asked again, and nobody waits for ever", .timeLimit(.minutes(1)))
    func stall() async throws {
        let seconds = Mutex<Int64>(0)
        /// From one look at the clock to the next.
        let step = Mutex<Int64>(0)
        let shared = SharedDocument<Int> {
            seconds.withLock { now in
                now += step.withLock { $0 }
                return Self.time(now)
            }
        }
        #expect(try await shared.value { () throws(SocialFault) in (1, .seconds(300)) } == 1)
        seconds.withLock { $0 = 301 }
        step.withLock { $0 = 10 }
        // The pause after the failure is over before it is asked what is there.
        #expect(try await shared.value { () throws(SocialFault) in throw .providerUnreachable } == 1)
        step.withLock { $0 = 0 }
        #expect(try await shared.value { () throws(SocialFault) in (2, nil) } == 2)
    }

    @Test(
        "A provider says how long its documents are fresh",
        arguments: [
            ("max-age=3600", 3600), ("public, max-age=60, must-revalidate", 60), ("no-cache", nil), ("", nil),
            ("max-age=", nil), ("max-age=-1", nil), ("max-age=1e9", nil), ("max-age=99999999999999999999", nil),
            ("s-maxage=5", nil),
        ] as [(String, Int64?)])
    func freshTime(_ control: String, _ seconds: Int64?) {
        #expect(ProviderConnection.freshTime(control) == seconds.map { .seconds($0) })
    }

    // MARK: Keys

    private static let modulus = "w" + String(repeating: "A", count: 339) + "AQ"

    private func keyCount(_ json: String) -> Int? { (try? ProviderKeys(Array(json.utf8)))?.count }

    @Test("Keys are those that can check RS256, and nothing else is a set of keys") func keys() {
        let n = Self.modulus
        let cases: [(String, Int?)] = [
            (#"{"keys":[{"kty":"RSA","kid":"a","n":"\#(n)","e":"AQAB"}]}"#, 1),
            (#"{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","n":"\#(n)","e":"AQAB"}]}"#, 1),
            (#"{"keys":[{"kty":"RSA","use":"enc","n":"\#(n)","e":"AQAB"}]}"#, 0),
            (#"{"keys":[{"kty":"RSA","alg":"RS512","n":"\#(n)","e":"AQAB"}]}"#, 0),
            (#"{"keys":[{"kty":"RSA","alg":"HS256","n":"\#(n)","e":"AQAB"}]}"#, 0),
            (#"{"keys":[{"kty":"RSA","key_ops":["encrypt"],"n":"\#(n)","e":"AQAB"}]}"#, 0),
            (#"{"keys":[{"kty":"EC","crv":"P-256","x":"A","y":"A"}]}"#, 0),
            (#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#, 0),
            (#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#, 0),
            (#"{"keys":[{"kty":"RSA","n":"\#(n)=","e":"AQAB"}]}"#, 0),
            (#"{"keys":[{"kty":"RSA","n":"\#(n)","e":"AQ"}]}"#, 0),
            (#"{"keys":[7,null,[],"x",{}]}"#, 0), (#"{"keys":[]}"#, 0), (#"{"keys":{}}"#, nil), ("{}", nil),
            ("[]", nil), ("", nil), ("<html>", nil),
        ]
        for (json, count) in cases { #expect(self.keyCount(json) == count, "\(json.prefix(60))") }
    }

    @Test("A key without a name is taken only when it is the only one") func namelessKeys() throws {
        let key = #"{"kty":"RSA","n":"\#(Self.modulus)","e":"AQAB"}"#
        let one = try ProviderKeys(Array(#"{"keys":[\#(key)]}"#.utf8))
        #expect(one.key(nil) != nil && one.key("x") == nil)
        let two = try ProviderKeys(Array(#"{"keys":[\#(key),\#(key)]}"#.utf8))
        #expect(two.key(nil) == nil)
    }

    // MARK: Providers

    @Test("Google, Kakao and Naver are where they are") func known() throws {
        let google = try #require(SocialProvider(name: "google", clientID: "id", clientSecret: nil))
        #expect(google.discovery?.text == "https://accounts.google.com/.well-known/openid-configuration")
        #expect(google.issuerSpellings == ["https://accounts.google.com", "accounts.google.com"])
        let kakao = try #require(SocialProvider(name: "kakao", clientID: "id", clientSecret: nil))
        #expect(kakao.profile?.text == "https://kapi.kakao.com/v2/user/me")
        let naver = try #require(SocialProvider(name: "naver", clientID: "id", clientSecret: nil))
        #expect(naver.discovery == nil)
        #expect(naver.fixedEndpoints?.token.text == "https://nid.naver.com/oauth2.0/token")
        #expect(naver.profile?.text == "https://openapi.naver.com/v1/nid/me")
    }

    @Test("Others need an issuer, by TLS unless it is on this machine") func others() throws {
        func provider(_ issuer: String) -> SocialProvider? {
            SocialProvider(name: "corp", clientID: "id", clientSecret: nil, issuer: HTTPClientURL(issuer))
        }
        #expect(SocialProvider(name: "corp", clientID: "id", clientSecret: nil) == nil)
        #expect(provider("http://login.example") == nil)
        let corp = try #require(provider("https://login.example/realms/a/"))
        #expect(
            corp.discovery?.text == "https://login.example/realms/a/.well-known/openid-configuration")
        let url = { (text: String) in try #require(HTTPClientURL(text)) }
        #expect(corp.allows(try url("https://elsewhere.example/token")))
        #expect(!corp.allows(try url("http://login.example/token")))
        #expect(corp.addresses(for: try url("https://elsewhere.example/")) == .publicOnly)
        #expect(corp.addresses(for: try url("https://login.example/token")) == .any)
        let local = try #require(provider("http://127.0.0.1:1"))
        #expect(local.allows(try url("http://127.0.0.1:2/token")))
        #expect(!local.allows(try url("http://localhost/token")))
    }

    // MARK: People

    @Test("An address is proved by the provider's flags alone") func profiles() throws {
        func json(_ text: String) throws -> ProviderJSON { try #require(ProviderJSON(Array(text.utf8))) }
        func standard(_ text: String) throws -> Bool { SocialProfile(standard: try json(text)).isEmailVerified }
        #expect(try standard(#"{"email":"a@b.cd","email_verified":true}"#))
        #expect(try standard(#"{"email":"a@b.cd","email_verified":"true"}"#))
        for flag in ["false", "\"false\"", "1", "null", "[true]", "{}", "\"TRUE\""] {
            #expect(try !standard(#"{"email":"a@b.cd","email_verified":\#(flag)}"#), "\(flag)")
        }
        #expect(try !standard(#"{"email":"not an address","email_verified":true}"#))
        #expect(try !standard(#"{"email_verified":true}"#))
        let naver = try json(
            #"{"resultcode":"00","response":{"id":"n","email":"a@naver.com","email_verified":true,"name":"Kim"}}"#)
        let person = try #require(SocialProfile.naver(naver))
        #expect(person.profile.email != nil && !person.profile.isEmailVerified)
    }

    // MARK: What a browser carries

    @Test("A proof is 43 characters, different for each attempt, the same each time") func secrets() throws {
        let first = SocialFlowSecrets(browser: nil)
        let second = SocialFlowSecrets(browser: first.browser)
        #expect(first.verifier.utf8.count == 43)
        #expect(first.verifier != second.verifier && first.nonce != second.nonce && first.nonce != first.verifier)
        let again = SocialFlowSecrets(browser: first.browser, state: first.state)
        #expect(again.verifier == first.verifier && again.stateHash == first.stateHash)
        #expect(SocialFlowSecrets.parse(first.stateText) == first.state)
        for text in [nil, "", "A", first.stateText + "=", String(repeating: "B", count: 43)] {
            #expect(SocialFlowSecrets.parse(text) == nil)
        }
    }

    /// RFC 7636, appendix B, and RFC 3986 §2.3.
    @Test("Forms and challenges are spelled as their standards say") func spelling() {
        let challenge = Base64URL.string(SHA256.hash("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
        #expect(challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(FormText.encode([("a", "b c&d=é"), ("e~", "-._")]) == "a=b%20c%26d%3D%C3%A9&e~=-._")
    }
}
