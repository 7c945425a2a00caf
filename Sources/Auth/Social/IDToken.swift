internal import Crypto
internal import HTTPServer
internal import Primitives

/// A token of identity (OpenID Connect Core 1.0 §2) in the compact form of RFC 7515 §3.1, taken apart but not believed.
///
/// The algorithm is RS256, because we say so. Everything in the header that would make another key, another encoding or
/// another algorithm of it is refused, and so is every second spelling.
struct IDToken {
    static let byteCountMax = 8 * 1024
    private static let headerByteCountMax = 2 * 1024
    /// They bring a key along, or change how the rest is read (RFC 7515 §4, RFC 7797, RFC 7516).
    private static let refusedNames = ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty"]

    /// Which of the provider's keys has signed it.
    let keyID: String?
    private let signed: [UInt8]
    private let signature: [UInt8]
    private let payload: ProviderJSON

    init(_ text: String) throws(IDTokenFault) {
        let bytes = Array(text.utf8.prefix(Self.byteCountMax + 1))
        guard bytes.count <= Self.byteCountMax else { throw .tooLong }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count <= Self.headerByteCountMax else { throw .malformed }
        guard let headerBytes = Base64URL.decode(parts[0]), let header = ProviderJSON(headerBytes),
            let payloadBytes = Base64URL.decode(parts[1]), let payload = ProviderJSON(payloadBytes),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        guard header.string("alg", lengthMax: 16) == "RS256" else { throw .algorithm }
        guard !Self.refusedNames.contains(where: header.has) else { throw .header }
        if header.has("typ") {
            guard let type = header.string("typ", lengthMax: 16), ["JWT", "jwt"].contains(type) else { throw .header }
        }
        let keyID = header.string("kid", lengthMax: ProviderKeys.keyIDByteCountMax)
        guard keyID != nil || !header.has("kid") else { throw .header }
        self.keyID = keyID
        self.signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
        self.signature = signature
        self.payload = payload
    }

    /// What it claims, once the key has shown that the provider says so, to us, now, and in answer to our question.
    func claims(
        signedBy key: RS256PublicKey, expecting expected: IDTokenExpectation, now: WallClock
    ) throws(IDTokenFault) -> IDTokenClaims {
        guard key.isSignature(self.signature, of: self.signed) else { throw .signature }
        guard let issuer = self.payload.string("iss", lengthMax: 2048),
            expected.issuers.contains(where: { $0.utf8.elementsEqual(issuer.utf8) })
        else { throw .issuer }
        try self.checkAudience(expected.clientID)
        try self.checkTimes(Int64(now.unixSeconds))
        guard let nonce = self.payload.string("nonce", lengthMax: 256),
            ConstantTime.isEqual(Array(nonce.utf8), Array(expected.nonce.utf8))
        else { throw .nonce }
        guard let subject = SocialSubject(self.payload.string("sub", lengthMax: SocialSubject.byteCountMax)) else {
            throw .subject
        }
        return IDTokenClaims(subject: subject, json: self.payload)
    }

    /// It is for us, and if for others too, then it was asked for by us (§3.1.3.7, 3 to 5).
    private func checkAudience(_ clientID: String) throws(IDTokenFault) {
        var audiences = self.payload.strings("aud")
        if let one = self.payload.string("aud", lengthMax: SocialProvider.clientIDByteCountMax) { audiences = [one] }
        guard audiences.contains(where: { $0.utf8.elementsEqual(clientID.utf8) }) else { throw .audience }
        if self.payload.has("azp") || audiences.count > 1 {
            let party = self.payload.string("azp", lengthMax: SocialProvider.clientIDByteCountMax)
            guard party?.utf8.elementsEqual(clientID.utf8) == true else { throw .audience }
        }
    }

    /// Whole seconds only. Nothing is computed from the token's numbers, so that none can overflow.
    private func checkTimes(_ now: Int64) throws(IDTokenFault) {
        let leeway = IDTokenExpectation.leewaySeconds
        guard let expires = self.payload.integer("exp"), let issued = self.payload.integer("iat") else {
            throw .malformed
        }
        guard expires > now - leeway else { throw .expired }
        guard issued <= now + leeway else { throw .notYet }
        guard issued >= now - IDTokenExpectation.ageSecondsMax - leeway else { throw .expired }
        if self.payload.has("nbf") {
            guard let begins = self.payload.integer("nbf") else { throw .malformed }
            guard begins <= now + leeway else { throw .notYet }
        }
    }
}

/// What a token must say to be an answer to our question.
struct IDTokenExpectation: Sendable {
    /// How far clocks may be apart.
    static let leewaySeconds: Int64 = 60
    /// It is made when it is fetched: one that is older was made for something else.
    static let ageSecondsMax: Int64 = 600

    /// The spellings of the one issuer.
    let issuers: [String]
    let clientID: String
    let nonce: String
}

/// What a provider says of somebody, believed.
struct IDTokenClaims {
    let subject: SocialSubject
    let json: ProviderJSON
}
