internal import Auth
internal import Crypto
internal import HTTPServer
internal import Observability

/// The access tokens of members, by the keys of the root secret.
struct MemberTokens: Sendable {
    let service: TokenService
    let authorizer: MemberAuthorizer
    private let issuer: String

    init(root: RootSecret, publicURL: String?, registry: MetricsRegistry) {
        self.issuer = publicURL ?? "podo"
        self.service = TokenService(
            tokens: AccessTokens(root: root, issuer: self.issuer), epochs: TokenEpochs(), registry: registry)
        self.authorizer = MemberAuthorizer(
            tokens: self.service, origins: OriginRule(origins: publicURL.map { [$0] } ?? []),
            isSecureAlways: publicURL?.hasPrefix("https://") ?? false)
    }

    /// Signs by the keys of a secret that was rotated.
    func replaceKeys(_ root: RootSecret) {
        self.service.replaceKeys(AccessTokens(root: root, issuer: self.issuer))
    }
}
