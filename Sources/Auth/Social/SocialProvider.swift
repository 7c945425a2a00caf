package import HTTPClient
package import Observability

/// A provider that members may sign in with, as the operator has configured it.
package struct SocialProvider: Sendable {
    /// How a provider differs from OpenID Connect Core.
    package enum Shape: Sendable {
        case standard
        /// OpenID Connect; whether an address was proved is told by an interface of its own.
        case kakao
        /// OAuth 2.0 without tokens of identity: who somebody is, is asked for with the access token. An address proves
        /// nothing.
        case naver
    }

    package static let nameByteCountMax = 32
    package static let clientIDByteCountMax = 256
    package static let clientSecretByteCountMax = 512

    /// In paths, in the database and in metrics: `google`.
    package let name: String
    package let shape: Shape
    package let clientID: String
    /// Nil for clients that have none and are known by the code's proof alone.
    package let clientSecret: Secret<String>?
    /// As the provider spells it, for it is compared byte for byte.
    package let issuer: HTTPClientURL
    /// Whether the operator named the issuer; the providers that Podo knows are where they are.
    private let isElsewhere: Bool

    /// Without an issuer the name must be one that Podo knows: google, kakao, naver. Nil when it is not, or when the
    /// issuer may not be used: it is `https`, or `http` on this machine.
    package init?(name: String, clientID: String, clientSecret: Secret<String>?, issuer: HTTPClientURL? = nil) {
        guard let url = issuer ?? Self.known[name].flatMap({ HTTPClientURL($0) }) else { return nil }
        guard url.isSecure || Self.isLocal(url) else { return nil }
        self.name = name
        self.shape = name == "kakao" ? .kakao : name == "naver" ? .naver : .standard
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.issuer = url
        self.isElsewhere = issuer != nil
    }

    /// 1 to 32 of `a`–`z`, `0`–`9` and `-`.
    package static func isName(_ name: String) -> Bool {
        (1...Self.nameByteCountMax).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static let known = [
        "google": "https://accounts.google.com", "kakao": "https://kauth.kakao.com", "naver": "https://nid.naver.com",
    ]

    /// What is asked for. Naver gives what its console says, whatever is asked for.
    var scope: String {
        switch self.shape {
        case .standard: "openid email profile"
        case .kakao: "openid account_email profile_nickname"
        case .naver: ""
        }
    }

    /// The spellings of the issuer that tokens may have. Google has a second one.
    var issuerSpellings: [String] {
        self.issuer.text == "https://accounts.google.com"
            ? [self.issuer.text, "accounts.google.com"] : [self.issuer.text]
    }

    /// Where the provider describes itself (OpenID Connect Discovery 1.0 §4); nil for one that does not.
    var discovery: HTTPClientURL? {
        guard self.shape != .naver else { return nil }
        return HTTPClientURL(self.base + "/.well-known/openid-configuration")
    }

    /// The endpoints of a provider without a description.
    var fixedEndpoints: ProviderEndpoints? {
        guard self.shape == .naver, let authorize = HTTPClientURL(self.base + "/oauth2.0/authorize"),
            let token = HTTPClientURL(self.base + "/oauth2.0/token")
        else { return nil }
        return ProviderEndpoints(
            authorize: authorize, token: token, keys: nil, userInfo: self.profile, sendsIssuer: false,
            secretIsInBody: true)
    }

    /// Where a provider of its own shape tells who somebody is.
    var profile: HTTPClientURL? {
        switch self.shape {
        case .standard: nil
        case .kakao: HTTPClientURL((self.isElsewhere ? self.base : "https://kapi.kakao.com") + "/v2/user/me")
        case .naver: HTTPClientURL((self.isElsewhere ? self.base : "https://openapi.naver.com") + "/v1/nid/me")
        }
    }

    /// Whether Podo may go where the provider's description sends it: by TLS, unless the issuer itself is on this
    /// machine and without.
    func allows(_ endpoint: HTTPClientURL) -> Bool {
        endpoint.isSecure || (!self.issuer.isSecure && endpoint.host == self.issuer.host)
    }

    /// The operator named the issuer's host, wherever it is; other hosts were named by the provider, which shall not
    /// send us into the operator's network.
    func addresses(for endpoint: HTTPClientURL) -> HTTPClientAddresses {
        endpoint.host == self.issuer.host ? .any : .publicOnly
    }

    /// The issuer without the slash that it may end with.
    private var base: String {
        self.issuer.text.hasSuffix("/") ? String(self.issuer.text.dropLast()) : self.issuer.text
    }

    private static func isLocal(_ url: HTTPClientURL) -> Bool {
        ["127.0.0.1", "localhost", "[::1]"].contains(url.host)
    }
}
