internal import HTTPClient
internal import HTTPServer

/// Where a provider wants to be asked what.
struct ProviderEndpoints: Sendable {
    let authorize: HTTPClientURL
    let token: HTTPClientURL
    /// Nil for a provider that signs nothing.
    let keys: HTTPClientURL?
    let userInfo: HTTPClientURL?
    /// The provider says of every answer who it is (RFC 9207), so that one without is somebody else's.
    let sendsIssuer: Bool
    /// Whether the client's secret is sent in the body, or as a header.
    let secretIsInBody: Bool
}

extension ProviderEndpoints {
    /// Texts of a description that are longer are nobody's.
    private static let textLengthMax = HTTPClientURL.byteCountMax

    /// Reads a provider's description (OpenID Connect Discovery 1.0 §3). It must be of the very issuer that is
    /// configured, or another's description would pass for it.
    init(_ bytes: [UInt8], of provider: SocialProvider) throws(SocialFault) {
        guard let json = ProviderJSON(bytes) else { throw .answerMalformed }
        guard let issuer = json.string("issuer", lengthMax: Self.textLengthMax),
            issuer.utf8.elementsEqual(provider.issuer.text.utf8)
        else { throw .answerMalformed }
        func endpoint(_ name: String) throws(SocialFault) -> HTTPClientURL? {
            guard let text = json.string(name, lengthMax: Self.textLengthMax) else { return nil }
            guard let url = HTTPClientURL(text), provider.allows(url) else { throw .answerMalformed }
            return url
        }
        guard let authorize = try endpoint("authorization_endpoint"), let token = try endpoint("token_endpoint"),
            let keys = try endpoint("jwks_uri")
        else { throw .answerMalformed }
        self.authorize = authorize
        self.token = token
        self.keys = keys
        self.userInfo = try endpoint("userinfo_endpoint")
        self.sendsIssuer = json.boolean("authorization_response_iss_parameter_supported") == true
        // A provider that does not say takes the header (§3).
        self.secretIsInBody = json.strings("token_endpoint_auth_methods_supported").contains("client_secret_post")
    }
}
