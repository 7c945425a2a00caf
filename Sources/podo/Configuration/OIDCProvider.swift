internal import Auth
internal import HTTPClient
internal import Observability

/// A provider that members may sign in by.
struct OIDCProvider: Sendable {
    let name: String
    let clientID: String
    /// Nil for those that Podo knows.
    let issuer: HTTPClientURL?
}

/// What a provider has given with the client id.
struct OIDCSecret: Sendable {
    let name: String
    let secret: Secret<String>
}

extension Configuration {
    /// The providers with their secrets.
    var socialProviders: [SocialProvider] {
        self.oidcProviders.compactMap { provider in
            SocialProvider(
                name: provider.name, clientID: provider.clientID,
                clientSecret: self.oidcSecrets.first { $0.name == provider.name }?.secret, issuer: provider.issuer)
        }
    }
}

extension SettingKind where Value == [OIDCProvider] {
    /// `google=CLIENT_ID`, `corp=CLIENT_ID@https://login.corp.example`, several with commas between.
    static var oidcProviders: Self {
        SettingKind(
            placeholder: "NAME=CLIENT_ID[@ISSUER][,…]",
            parse: { text throws(SettingValueError) in
                var providers: [OIDCProvider] = []
                for part in SettingText.list(text) {
                    let provider = try Self.provider(part)
                    guard !providers.contains(where: { $0.name == provider.name }) else {
                        throw SettingValueError("\(provider.name) is in the list twice")
                    }
                    providers.append(provider)
                }
                return providers
            },
            format: { providers in
                providers.map { provider in
                    "\(provider.name)=\(provider.clientID)" + (provider.issuer.map { "@\($0)" } ?? "")
                }.joined(separator: ",")
            })
    }

    private static func provider(_ text: String) throws(SettingValueError) -> OIDCProvider {
        let (name, rest) = try OIDCText.pair(text)
        var clientID = rest
        var issuer: HTTPClientURL?
        // A client id may hold an @ as well; only before a URL it ends one.
        if let at = rest.indices.last(where: { rest[$0...].hasPrefix("@http") }) {
            clientID = String(rest[..<at])
            let url = String(rest[rest.index(after: at)...])
            issuer = HTTPClientURL(url)
            guard issuer != nil else {
                throw SettingValueError("\"\(url)\" is not an issuer like https://login.example, in lower case")
            }
        }
        guard OIDCText.isWord(clientID, byteCountMax: SocialProvider.clientIDByteCountMax) else {
            throw SettingValueError("\(name) needs a client id of printable ASCII without spaces")
        }
        guard SocialProvider(name: name, clientID: clientID, clientSecret: nil, issuer: issuer) != nil else {
            throw SettingValueError(
                issuer == nil
                    ? "\(name) needs an issuer, like \(name)=CLIENT_ID@https://login.example; without one there are "
                        + "google, kakao and naver"
                    : "the issuer of \(name) has to be https, or http on 127.0.0.1, [::1] or localhost")
        }
        return OIDCProvider(name: name, clientID: clientID, issuer: issuer)
    }
}

extension SettingKind where Value == [OIDCSecret] {
    /// `NAME=SECRET`, several with commas between. What is wrong is said by position: a name may be a secret out of
    /// place.
    static var oidcSecrets: Self {
        SettingKind(
            placeholder: "NAME=SECRET[,…]",
            parse: { text throws(SettingValueError) in
                var secrets: [OIDCSecret] = []
                for (index, part) in SettingText.list(text).enumerated() {
                    guard let pair = try? OIDCText.pair(part),  // Its reason quotes the text, which may be a secret.
                        OIDCText.isWord(pair.rest, byteCountMax: SocialProvider.clientSecretByteCountMax)
                    else {
                        throw SettingValueError(
                            withoutValue: "entry \(index + 1) is not of the form NAME=SECRET, in printable ASCII")
                    }
                    guard !secrets.contains(where: { $0.name == pair.name }) else {
                        throw SettingValueError(withoutValue: "entry \(index + 1) has the name of an entry before it")
                    }
                    secrets.append(OIDCSecret(name: pair.name, secret: Secret(pair.rest)))
                }
                return secrets
            }, format: { $0.map { "\($0.name)=\($0.secret.reveal())" }.joined(separator: ",") })
    }
}

private enum OIDCText {
    static func pair(_ text: String) throws(SettingValueError) -> (name: String, rest: String) {
        guard let equals = text.firstIndex(of: "=") else {
            throw SettingValueError("\"\(text)\" is not of the form NAME=…")
        }
        let name = String(text[..<equals])
        guard SocialProvider.isName(name) else {
            throw SettingValueError("\"\(name)\" is not a name of 1 to 32 of the characters a to z, 0 to 9 and -")
        }
        return (name, String(text[text.index(after: equals)...]))
    }

    static func isWord(_ text: String, byteCountMax: Int) -> Bool {
        (1...byteCountMax).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}
