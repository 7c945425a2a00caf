internal import Observability

/// What a provider gives for a code (RFC 6749 §5, OpenID Connect Core 1.0 §3.1.3.3).
struct ProviderTokens: Sendable {
    private static let accessTokenByteCountMax = 8 * 1024

    /// Nil where no identity is in it: Naver.
    let idToken: Secret<String>?
    /// For asking the provider who somebody is; kept nowhere.
    let accessToken: Secret<String>

    init(status: Int, _ bytes: [UInt8]) throws(SocialFault) {
        guard let json = ProviderJSON(bytes) else {
            throw status == 200 ? .answerMalformed : .providerRefused
        }
        // Naver tells of errors with 200.
        if json.has("error") || status != 200 {
            throw json.string("error", lengthMax: 64) == "invalid_grant" ? .codeRefused : .providerRefused
        }
        guard let access = json.string("access_token", lengthMax: Self.accessTokenByteCountMax),
            access.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { throw .answerMalformed }
        if let type = json.string("token_type", lengthMax: 16) {
            guard type.lowercased() == "bearer" else { throw .answerMalformed }
        }
        self.accessToken = Secret(access)
        // Its own bound is looked at when it is taken apart.
        self.idToken = json.string("id_token", lengthMax: bytes.count).map(Secret.init)
    }
}
