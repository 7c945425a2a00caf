internal import Observability

/// Somebody whom a provider has identified. The rest of what it knows is asked for only when it is needed: for a new
/// account.
struct SocialPerson {
    let identity: SocialIdentity
    private let known: SocialProfile?
    private let tokens: ProviderTokens
    private let connection: ProviderConnection

    /// By a token of identity.
    init(_ claims: IDTokenClaims, _ tokens: ProviderTokens, _ connection: ProviderConnection) {
        self.identity = SocialIdentity(provider: connection.provider.name, subject: claims.subject)
        self.tokens = tokens
        self.connection = connection
        let claimed = SocialProfile(standard: claims.json)
        self.known = connection.provider.shape == .standard && claimed.email != nil ? claimed : nil
    }

    /// By Naver, which is asked: its access token was given to us for a code that was given to us, so it is nobody
    /// else's.
    init(naver tokens: ProviderTokens, _ connection: ProviderConnection) async throws(SocialFault) {
        guard let url = connection.provider.profile else { throw .answerMalformed }
        guard let person = SocialProfile.naver(try await connection.person(url, tokens.accessToken)) else {
            throw .answerMalformed
        }
        self.identity = SocialIdentity(provider: connection.provider.name, subject: person.subject)
        self.known = person.profile
        self.tokens = tokens
        self.connection = connection
    }

    func profile() async throws(SocialFault) -> SocialProfile {
        if let known = self.known { return known }
        let provider = self.connection.provider
        if provider.shape == .kakao, let url = provider.profile {
            let json = try await self.connection.person(url, self.tokens.accessToken)
            guard let profile = SocialProfile(kakao: json, subject: self.identity.subject) else {
                throw .answerMalformed
            }
            return profile
        }
        guard let url = try await self.connection.endpoints().userInfo else {
            return SocialProfile(email: nil, isEmailVerified: false, name: nil)
        }
        let json = try await self.connection.person(url, self.tokens.accessToken)
        // Of somebody else (OpenID Connect Core 1.0 §5.3.2).
        guard SocialSubject(json.string("sub", lengthMax: SocialSubject.byteCountMax)) == self.identity.subject else {
            throw .answerMalformed
        }
        return SocialProfile(standard: json)
    }
}
