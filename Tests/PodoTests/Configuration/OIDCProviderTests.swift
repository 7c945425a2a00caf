import Auth
import HTTPClient
import Observability
import Testing

@testable import podo

@Suite("Providers of sign-in") struct OIDCProviderTests {
    private func load(_ environment: [String: String]) throws -> Configuration {
        try ConfigurationLoader.load(file: nil, environment: environment, flags: []).configuration
    }

    @Test("are names, client ids and issuers, and have their secrets apart") func good() throws {
        let configuration = try self.load([
            "PODO_OIDC_PROVIDERS":
                "google=1-a.apps.example, kakao=abc,corp=a@b@https://login.example/realms/x,"
                + "dev=x@http://127.0.0.1:9000",
            "PODO_OIDC_SECRETS": "google=s=e/c@r+et,corp=another",
        ])
        let providers = configuration.socialProviders
        #expect(providers.map(\.name) == ["google", "kakao", "corp", "dev"])
        #expect(providers.map(\.clientID) == ["1-a.apps.example", "abc", "a@b", "x"])
        #expect(providers.map { $0.clientSecret?.reveal() } == ["s=e/c@r+et", nil, "another", nil])
        #expect(providers[2].issuer.text == "https://login.example/realms/x")
        let kind = SettingKind<[OIDCProvider]>.oidcProviders
        let text = kind.format(configuration.oidcProviders)
        #expect(try kind.format(kind.parse(text)) == text)
        #expect(try self.load(["PODO_OIDC_PROVIDERS": ""]).socialProviders.isEmpty)
    }

    @Test(
        "that are wrong are explained",
        arguments: [
            ("google", "\"google\" is not of the form NAME=…"),
            ("Google=x", "\"Google\" is not a name of 1 to 32 of the characters a to z, 0 to 9 and -"),
            ("google=", "google needs a client id of printable ASCII without spaces"),
            ("google=a b", "google needs a client id of printable ASCII without spaces"),
            ("google=a,google=b", "google is in the list twice"),
            (
                "corp=a",
                "corp needs an issuer, like corp=CLIENT_ID@https://login.example; without one there are google, kakao "
                    + "and naver"
            ),
            (
                "corp=a@http://login.example",
                "the issuer of corp has to be https, or http on 127.0.0.1, [::1] or localhost"
            ),
            ("corp=a@https://x@y", "\"https://x@y\" is not an issuer like https://login.example, in lower case"),
        ])
    func bad(_ text: String, _ reason: String) {
        let expected = ConfigurationErrors(problems: ["environment PODO_OIDC_PROVIDERS: \(reason)"])
        #expect(throws: expected) { try self.load(["PODO_OIDC_PROVIDERS": text]) }
    }

    @Test(
        "have secrets that no error quotes",
        arguments: [
            ("hush", "entry 1 is not of the form NAME=SECRET, in printable ASCII"),
            ("google=x,Hush=hush", "entry 2 is not of the form NAME=SECRET, in printable ASCII"),
            ("google=x,google=hush", "entry 2 has the name of an entry before it"),
        ])
    func secrets(_ text: String, _ reason: String) {
        let expected = ConfigurationErrors(problems: ["environment PODO_OIDC_SECRETS: \(reason)"])
        #expect(throws: expected) {
            try self.load(["PODO_OIDC_PROVIDERS": "google=x", "PODO_OIDC_SECRETS": text])
        }
    }

    @Test("have no secrets without being there") func lost() {
        let expected = ConfigurationErrors(
            problems: ["environment PODO_OIDC_SECRETS: has a secret for kakao, which is not in oidc-providers"])
        #expect(throws: expected) {
            try self.load(["PODO_OIDC_PROVIDERS": "google=x", "PODO_OIDC_SECRETS": "kakao=y"])
        }
    }
}
