internal import Crypto
internal import HTTPClient
internal import HTTPServer
internal import Observability
internal import Primitives
internal import Reactor

/// Signing in by other providers: OpenID Connect with PKCE, and what Kakao and Naver have made of it.
///
/// Who somebody is, is the pair of provider and subject. An e-mail address counts only when the provider vouches for
/// it: then the account with it is this person's. A page gets a code that is good once and in its own browser, never a
/// token in a URL.
package final class SocialSignIn: Sendable {
    private static let codeByteCountMax = 2048
    /// Somebody who signs in twice at once for the first time has made his account when it is looked for again.
    private static let attemptCountMax = 3
    /// Who has no name at the provider.
    private static let namelessName = "회원"

    let store: any SocialStore
    let issuer: any SessionIssuer
    private let connections: [String: ProviderConnection]
    /// As it was configured.
    package let providers: [SocialProvider]
    private let parts: Parts

    package init(
        providers: [SocialProvider], store: any SocialStore, issuer: any SessionIssuer, parts: Parts
    ) {
        self.providers = providers
        self.store = store
        self.issuer = issuer
        self.parts = parts
        self.connections = Dictionary(
            uniqueKeysWithValues: providers.map { provider in
                guard let client = parts.clients[provider.name] else {
                    preconditionFailure("a provider has a client")
                }
                let connection = ProviderConnection(provider, client: client, clock: parts.clock) { isGood in
                    parts.metrics.fetched(provider.name, isGood: isGood)
                }
                return (provider.name, connection)
            })
    }

    // MARK: Away

    /// Where to send a browser, and what it has to keep.
    struct Departure {
        let location: String
        let browser: Secret<[UInt8]>
    }

    /// Begins an attempt. `browser` is what the browser has kept of another one; `connecting` is who connects instead
    /// of signing in.
    func start(
        _ name: String, returnPath: String, browser: Secret<[UInt8]>?, connecting: SocialMember? = nil
    ) async throws -> Departure {
        try await self.counted(name) {
            let connection = try self.connection(name)
            guard SocialReturnPath.isValid(returnPath) else { throw SocialFault.returnPathInvalid }
            if let connecting { try await self.issuer.requireConnectable(connecting.member) }
            let endpoints = try await connection.endpoints()
            let secrets = SocialFlowSecrets(browser: browser)
            try await self.store.keep(
                SocialFlow(
                    stateHash: secrets.stateHash, browserHash: secrets.browserHash, provider: name,
                    connecting: connecting, returnPath: returnPath))
            self.parts.metrics.count("started", name)
            return Departure(
                location: self.location(endpoints.authorize, connection.provider, secrets), browser: secrets.browser)
        }
    }

    /// RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core 1.0 §3.1.2.1.
    private func location(
        _ authorize: HTTPClientURL, _ provider: SocialProvider, _ secrets: SocialFlowSecrets
    ) -> String {
        var pairs = [
            (name: "response_type", value: "code"), (name: "client_id", value: provider.clientID),
            (name: "redirect_uri", value: self.redirect(provider.name)), (name: "state", value: secrets.stateText),
            (name: "code_challenge", value: secrets.challenge), (name: "code_challenge_method", value: "S256"),
        ]
        if !provider.scope.isEmpty { pairs.append((name: "scope", value: provider.scope)) }
        if provider.shape != .naver { pairs.append((name: "nonce", value: secrets.nonce)) }
        let separator = authorize.text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return authorize.text + separator + FormText.encode(pairs)
    }

    private func redirect(_ name: String) -> String {
        "\(self.parts.origin)\(AuthRoutes.prefix)/auth/social/\(name)/callback"
    }

    // MARK: Back

    /// Where a browser that came back goes on, with what its page is to know behind the `#`, which no server sees.
    struct Arrival {
        let location: String
    }

    /// What a provider sends back with a browser.
    struct Callback {
        let code: String?
        let state: String?
        let error: String?
        let issuer: String?
    }

    func finish(_ name: String, _ callback: Callback, browser: [UInt8]?) async throws -> Arrival {
        try await self.counted(name) {
            let connection = try self.connection(name)
            guard let browser, let state = SocialFlowSecrets.parse(callback.state) else {
                throw SocialFault.stateInvalid
            }
            let secrets = SocialFlowSecrets(browser: Secret(browser), state: state)
            let taken = try await self.store.take(
                stateHash: secrets.stateHash, browserHash: secrets.browserHash, provider: name)
            guard let flow = taken else { throw SocialFault.stateInvalid }
            try await self.checkIssuer(callback.issuer, connection)
            guard callback.error == nil else { throw SocialFault.denied }
            guard let code = callback.code, (1...Self.codeByteCountMax).contains(code.utf8.count) else {
                throw SocialFault.codeRefused
            }
            let person = try await self.person(code, secrets, connection)
            if let connecting = flow.connecting { return try await self.connect(person, to: connecting, flow) }
            return try await self.signIn(person, flow, secrets)
        }
    }

    /// Another provider's answer is none (RFC 9207 §2.4).
    private func checkIssuer(_ issuer: String?, _ connection: ProviderConnection) async throws {
        if let issuer {
            let isOurs = connection.provider.issuerSpellings.contains { $0.utf8.elementsEqual(issuer.utf8) }
            guard isOurs else { throw SocialFault.stateInvalid }
        } else if try await connection.endpoints().sendsIssuer {
            throw SocialFault.stateInvalid
        }
    }

    private func connect(
        _ person: SocialPerson, to connecting: SocialMember, _ flow: SocialFlow
    ) async throws -> Arrival {
        try await self.issuer.connect(person.identity, to: connecting)
        self.parts.metrics.count("connected", flow.provider)
        return Arrival(location: flow.returnPath + "#social-connected=\(flow.provider)")
    }

    private func signIn(
        _ person: SocialPerson, _ flow: SocialFlow, _ secrets: SocialFlowSecrets
    ) async throws -> Arrival {
        let member = try await self.member(of: person)
        let code = SecureRandom.bytes(SocialFlowSecrets.byteCount)
        try await self.store.keepGrant(
            codeHash: SHA256.hash(code), browserHash: secrets.browserHash, member: member)
        return Arrival(location: flow.returnPath + "#social-code=\(Base64URL.string(code))")
    }

    private func member(of person: SocialPerson) async throws -> SocialMember {
        for _ in 0..<Self.attemptCountMax {
            if let known = try await self.store.member(of: person.identity) { return known }
            if let member = try await self.account(of: person) { return member }
        }
        throw AuthProblems.changedMeanwhile
    }

    /// The account of somebody who comes for the first time; nil when somebody was faster.
    private func account(of person: SocialPerson) async throws -> SocialMember? {
        let profile = try await person.profile()
        let provider = person.identity.provider
        // What the provider does not vouch for is as good as not there: it would keep the owner of an address from
        // using it, and tell whoever makes one up whether it has an account.
        let email = profile.isEmailVerified ? profile.email : nil
        if let email, let member = try await self.issuer.join(person.identity, by: email) {
            self.parts.metrics.count("connected", provider)
            return member
        }
        guard let name = profile.name ?? PersonName(Self.namelessName) else { throw SocialFault.answerMalformed }
        let member = try await self.issuer.makeAccount(name: name, provedEmail: email, identity: person.identity)
        if member != nil { self.parts.metrics.count("new-account", provider) }
        return member
    }

    /// Asks the provider who has come back with a code.
    private func person(
        _ code: String, _ secrets: SocialFlowSecrets, _ connection: ProviderConnection
    ) async throws -> SocialPerson {
        let provider = connection.provider
        let tokens = try await connection.tokens(
            code: code, verifier: secrets.verifier, state: secrets.stateText, redirect: self.redirect(provider.name))
        if provider.shape == .naver { return try await SocialPerson(naver: tokens, connection) }
        guard let text = tokens.idToken?.reveal() else { throw SocialFault.answerMalformed }
        let expectation = IDTokenExpectation(
            issuers: provider.issuerSpellings, clientID: provider.clientID, nonce: secrets.nonce)
        let token = try Self.believing { () throws(IDTokenFault) in try IDToken(text) }
        guard let key = try await connection.key(token.keyID) else { throw SocialFault.token(.keyUnknown) }
        let claims = try Self.believing { () throws(IDTokenFault) in
            try token.claims(signedBy: key, expecting: expectation, now: self.parts.wallClock())
        }
        return SocialPerson(claims, tokens, connection)
    }

    private static func believing<Value>(_ read: () throws(IDTokenFault) -> Value) throws(SocialFault) -> Value {
        do throws(IDTokenFault) { return try read() } catch { throw .token(error) }
    }

    // MARK: Afterwards

    /// Trades a page's code for a session.
    func exchange(_ code: [UInt8], browser: [UInt8], from address: SocketAddress.Host) async throws -> SignedIn {
        let taken = try await self.store.takeGrant(codeHash: SHA256.hash(code), browserHash: SHA256.hash(browser))
        guard let member = taken else { throw SocialFault.grantInvalid }
        return try await self.issuer.beginSession(of: member, from: address)
    }

    // MARK: Helpers

    private func connection(_ name: String) throws(SocialFault) -> ProviderConnection {
        guard let connection = self.connections[name] else { throw .providerUnknown }
        return connection
    }

    /// Counts a fault, and tells the operator of those that are the provider's.
    private func counted<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let fault as SocialFault {
            self.parts.metrics.count(fault.name, name)
            if fault.isOfProvider {
                self.parts.log.write(
                    .warning, "social sign-in failed",
                    ["provider": .text(name), "reason": .text(fault.name.description)])
            }
            throw fault
        }
    }
}
