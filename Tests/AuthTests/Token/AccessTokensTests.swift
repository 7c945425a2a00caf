import Auth
import Crypto
import HTTPServer
import Primitives
import TestSupport
import Testing

@Suite("Access tokens")
struct AccessTokensTests {
    static let now = WallClock(unixMilliseconds: 1_800_000_000_000)
    /// The one of the vectors.
    static let session = [UInt8](32..<48)

    static func tokens(_ ids: String..., issuer: String = "https://podo.example") -> AccessTokens {
        AccessTokens(
            keys: ids.map { id in
                (id, Ed25519PrivateKey(seed: SecretBytes(copying: SHA256.hash(id))))
            }, issuer: issuer)
    }

    @Test("Every known forgery is refused for its own reason, and what is right is accepted")
    func vectors() throws {
        let file = try TokenVectors.read()
        let tokens = file.tokens
        #expect(file.vectors.count > 300)
        for vector in file.vectors {
            let outcome = TokenVectors.outcome {
                try tokens.verify(Array(vector.token.utf8)[...], now: file.clock)
            }
            #expect(outcome == vector.expected, "\(vector.name)")
        }
        let outcomes = Set(file.vectors.map(\.expected))
        let all = Set(TokenFailure.allCases.map(\.rawValue)).subtracting(["revoked", "unseen"]).union(["accepted"])
        #expect(outcomes == all, "each reason has a vector")
    }

    @Test("The first vector is what Podo itself issues, to the byte")
    func interoperability() throws {
        let file = try TokenVectors.read()
        let issuedAt = WallClock(unixMilliseconds: Int64(file.now - 60) * 1000)
        let issued = file.tokens.issue(
            memberID: 42, role: .user, epoch: 3, session: Self.session, now: issuedAt, identifier: Array(0..<16))
        #expect(String(decoding: issued.text, as: UTF8.self) == file.vectors.first?.token)
        let token = try file.tokens.verify(issued.text[...], now: file.clock)
        #expect(token == issued.token)
        #expect(token.memberID == 42 && token.role == .user && token.epoch == 3 && token.session == Self.session)
        #expect(token.issuedAt == file.now - 60 && token.expiresAt == file.now + 840)
    }

    @Test("Every bit of a token counts")
    func bits() throws {
        let tokens = Self.tokens("1")
        let text = tokens.text(1, .manager)
        for index in text.indices {
            for bit in 0..<8 {
                var changed = text
                changed[index] ^= 1 << UInt8(bit)
                #expect(throws: TokenFailure.self) { try tokens.verify(changed[...], now: Self.now) }
            }
        }
        for count in text.indices {
            #expect(throws: TokenFailure.self) { try tokens.verify(text[..<count], now: Self.now) }
        }
    }

    @Test("A token is valid from its issue to the second before its end")
    func time() throws {
        let tokens = Self.tokens("1")
        let text = tokens.text()
        func outcome(after seconds: Int64) -> String {
            TokenVectors.outcome {
                let now = WallClock(unixMilliseconds: Self.now.unixMilliseconds + seconds * 1000)
                return try tokens.verify(text[...], now: now)
            }
        }
        #expect(outcome(after: -61) == "not-yet-valid")
        for seconds in [-60, 0, 899] as [Int64] { #expect(outcome(after: seconds) == "accepted") }
        for seconds in [900, 901, 1_000_000] as [Int64] { #expect(outcome(after: seconds) == "expired") }
    }

    @Test("Through a rotation, tokens of the key before stay valid, and of the one before that do not")
    func rotation() throws {
        let first = Self.tokens("1").text()
        let second = Self.tokens("2", "1").text()
        func outcome(_ text: [UInt8], _ tokens: AccessTokens) -> String {
            TokenVectors.outcome { try tokens.verify(text[...], now: Self.now) }
        }
        #expect(outcome(first, Self.tokens("2", "1")) == "accepted")
        #expect(outcome(second, Self.tokens("2", "1")) == "accepted")
        #expect(outcome(second, Self.tokens("3", "2")) == "accepted")
        #expect(outcome(first, Self.tokens("3", "2")) == "unknown-header")
    }

    @Test("Ten thousand unknown key ids never come as far as a signature")
    func unknownKeys() {
        let tokens = Self.tokens("2", "1")
        var random = SplitMix(seed: 7)
        let signature = String(repeating: "A", count: 86)
        for _ in 0..<10_000 {
            let header = #"{"alg":"EdDSA","kid":""# + String(random.next()) + #"","typ":"at+jwt"}"#
            let text = Base64URL.encode(header.utf8) + Array(".e30.\(signature)".utf8)
            #expect(throws: TokenFailure.unknownHeader) { try tokens.verify(text[...], now: Self.now) }
        }
    }

    @Test("The keys come from the two newest generations of the root secret, and from their purpose alone")
    func rootSecret() throws {
        let first = RootSecret.random()
        let second = try #require(first.rotated())
        let third = try #require(second.rotated())
        let text = AccessTokens(root: first, issuer: "x").text()
        func outcome(_ root: RootSecret) -> String {
            TokenVectors.outcome { try AccessTokens(root: root, issuer: "x").verify(text[...], now: Self.now) }
        }
        #expect(outcome(first) == "accepted")
        #expect(outcome(second) == "accepted")
        #expect(outcome(third) == "unknown-header")
        #expect(outcome(RootSecret.random()) == "signature", "generation 1 of another installation")
        for purpose in KeyPurpose.allCases where purpose != .accessToken {
            let key = Ed25519PrivateKey(seed: first.key(for: purpose, in: first.current))
            let forged = AccessTokens(keys: [("1", key)], issuer: "x").text(1, .manager)
            #expect(throws: TokenFailure.signature) {
                try AccessTokens(root: first, issuer: "x").verify(forged[...], now: Self.now)
            }
        }
    }

    @Test("Roles are ordered, and read to the letter")
    func roles() {
        #expect(MemberRole.user < .seller && MemberRole.seller < .manager)
        #expect(MemberRole.allCases.map(\.access) == [.member, .seller, .manager])
        #expect(MemberRole(exactly: "SELLER") == .seller)
        for text in ["seller", "SELLER ", "", "ROLE_SELLER"] { #expect(MemberRole(exactly: text) == nil) }
    }
}
