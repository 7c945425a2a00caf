package import Crypto
package import Primitives

/// Issues and verifies access tokens: JWTs (RFC 7519, profile of RFC 9068) signed with Ed25519 (RFC 8037). A value
/// without a clock and without state.
///
/// Each key in use has one header, and a token's must be that to the byte. So nothing in a header is ever interpreted:
/// no algorithm is chosen by a stranger, no key is fetched, and an unknown key id costs a comparison.
package struct AccessTokens: Sendable {
    /// `aud` of every token: the one that they are for.
    package static let audience = "podo-api"
    /// The key that signs, and the one that signed before it.
    package static let keyCountMax = 2

    private struct Key: Sendable {
        /// Encoded, with the dot that ends it.
        let header: [UInt8]
        let key: Ed25519PrivateKey

        init(id: String, key: Ed25519PrivateKey) {
            self.key = key
            let header = #"{"alg":"EdDSA","kid":""# + id + #"","typ":"at+jwt"}"#
            self.header = Base64URL.encode(header.utf8) + [UInt8(ascii: ".")]
        }
    }

    private let keys: [Key]
    private let issuer: String
    private let limits: TokenLimits

    /// Keys with their ids, the one that signs first. There are one or two, and ids are of letters, digits and dashes:
    /// both are for the caller to see to.
    package init(
        keys: [(id: String, key: Ed25519PrivateKey)], issuer: String, limits: TokenLimits = TokenLimits()
    ) {
        precondition((1...Self.keyCountMax).contains(keys.count), "one or two keys are in use")
        precondition(limits.lifetimeSeconds <= TokenLimits.lifetimeSecondsMax, "tokens live a day at most")
        self.keys = keys.map { Key(id: $0.id, key: $0.key) }
        self.issuer = issuer
        self.limits = limits
    }

    /// The keys of the two newest generations.
    package init(root: RootSecret, issuer: String, limits: TokenLimits = TokenLimits()) {
        let keys = root.generations.prefix(Self.keyCountMax).map { generation in
            (String(generation.number), Ed25519PrivateKey(seed: root.key(for: .accessToken, in: generation)))
        }
        self.init(keys: keys, issuer: issuer, limits: limits)
    }

    /// How long a token lives: `expiresIn` of the answer to a sign-in.
    package var lifetimeSeconds: Int { self.limits.lifetimeSeconds }

    /// A token of the member's session, from now on. `identifier` is 16 random bytes, which make it one of a kind.
    package func issue(
        memberID: Int64, role: MemberRole, epoch: Int32, session: [UInt8], now: WallClock,
        identifier: [UInt8] = SecureRandom.bytes(16)
    ) -> (text: [UInt8], token: AccessToken) {
        precondition(session.count == AccessToken.sessionByteCount, "a session has a name of 16 bytes")
        let token = AccessToken(
            memberID: memberID, role: role, epoch: epoch, session: session, issuedAt: now.unixSeconds,
            expiresAt: now.unixSeconds + self.limits.lifetimeSeconds)
        let claims = token.claims(issuer: self.issuer, audience: Self.audience, identifier: identifier)
        var text = self.keys[0].header + Base64URL.encode(claims)
        let signature = self.keys[0].key.signature(of: text)
        text.append(UInt8(ascii: "."))
        text.append(contentsOf: Base64URL.encode(signature))
        return (text, token)
    }

    /// What a token says, when we signed it and it is valid now. What is cheap to see is looked at first.
    package func verify(_ text: ArraySlice<UInt8>, now: WallClock) throws(TokenFailure) -> AccessToken {
        guard text.count <= TokenLimits.byteCountMax else { throw TokenFailure.tooLong }
        guard let parts = CompactToken(text) else { throw TokenFailure.malformed }
        guard let key = self.keys.first(where: { text.starts(with: $0.header) }) else {
            throw TokenFailure.unknownHeader
        }
        guard key.key.publicKey.isSignature(parts.signature, of: parts.signed) else { throw TokenFailure.signature }
        let token = try AccessToken(claims: parts.payload, issuer: self.issuer, audience: Self.audience)
        try self.checkTime(of: token, now: now)
        return token
    }

    /// Our own clocks agree within `clockSkewSeconds`; a token is not valid a second longer for that.
    func checkTime(of token: AccessToken, now: WallClock) throws(TokenFailure) {
        guard token.issuedAt <= now.unixSeconds + self.limits.clockSkewSeconds else { throw TokenFailure.notYetValid }
        guard now.unixSeconds < token.expiresAt else { throw TokenFailure.expired }
    }
}
