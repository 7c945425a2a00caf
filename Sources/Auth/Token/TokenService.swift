internal import Crypto
package import Observability
package import Primitives
package import Reactor
internal import Synchronization

/// The access tokens of a process: issued by the keys in use, verified, remembered, and refused when their member's
/// epoch has been raised or their session has ended. For all threads; never waits for anything but a short lock.
package final class TokenService: Sendable {
    private struct Keys {
        var tokens: AccessTokens
        /// Counts how often keys were replaced.
        var version = 0
    }

    package let epochs: TokenEpochs
    /// Sessions that have ended.
    package let sessions: RevokedSessions
    private let keys: Mutex<Keys>
    private let verified: VerifiedTokens
    private let forgeries: ForgeryGuard
    private let metrics: TokenMetrics?
    private let clock: @Sendable () -> WallClock
    private let monotonicClock: @Sendable () -> MonotonicTime

    package init(
        tokens: AccessTokens, epochs: TokenEpochs, limits: TokenLimits = TokenLimits(),
        registry: MetricsRegistry? = nil, clock: @escaping @Sendable () -> WallClock = { WallClock.now },
        monotonicClock: @escaping @Sendable () -> MonotonicTime = { MonotonicTime.now }
    ) {
        self.keys = Mutex(Keys(tokens: tokens))
        self.epochs = epochs
        self.sessions = RevokedSessions(limits: limits)
        self.verified = VerifiedTokens(countMax: limits.verifiedCountMax)
        self.forgeries = ForgeryGuard(limits: limits)
        self.metrics = registry.map { TokenMetrics(registry: $0) }
        self.clock = clock
        self.monotonicClock = monotonicClock
    }

    /// A token of the member's session and the seconds it lives. Remembered, so that its first use costs as little as
    /// the next.
    package func issue(
        memberID: Int64, role: MemberRole, epoch: Int32, session: [UInt8]
    ) -> (accessToken: String, expiresInSeconds: Int) {
        let (tokens, version) = self.keys.withLock { ($0.tokens, $0.version) }
        let issued = tokens.issue(
            memberID: memberID, role: role, epoch: epoch, session: session, now: self.clock())
        self.remember(issued.token, SHA256.digest(issued.text.span), ofVersion: version)
        return (String(decoding: issued.text, as: UTF8.self), tokens.lifetimeSeconds)
    }

    /// What a token says, when it is valid now. `peer` is where it came from, as far as is known.
    package func verify(
        _ text: ArraySlice<UInt8>, from peer: SocketAddress.Host? = nil
    ) throws(TokenFailure) -> AccessToken {
        do throws(TokenFailure) {
            return try self.check(text, peer)
        } catch {
            self.metrics?.refused(error)
            throw error
        }
    }

    /// Tokens are signed by these from now on, and what none of them has signed is refused.
    package func replaceKeys(_ tokens: AccessTokens) {
        self.keys.withLock { keys in
            keys.tokens = tokens
            keys.version += 1
            self.verified.removeAll()
        }
    }

    private func check(
        _ text: ArraySlice<UInt8>, _ peer: SocketAddress.Host?
    ) throws(TokenFailure) -> AccessToken {
        guard text.count <= TokenLimits.byteCountMax else { throw TokenFailure.tooLong }
        let now = self.clock()
        let digest = SHA256.digest(text.span)
        let token: AccessToken
        if let known = self.verified.token(digest) {
            guard now.unixSeconds < known.expiresAt else { throw TokenFailure.expired }
            token = known
            self.metrics?.remembered()
        } else {
            token = try self.verifyAnew(text, digest, peer, now)
        }
        guard !self.epochs.refuses(token), !self.sessions.contains(token.session) else { throw TokenFailure.revoked }
        return token
    }

    private func verifyAnew(
        _ text: ArraySlice<UInt8>, _ digest: SHA256Digest, _ peer: SocketAddress.Host?, _ now: WallClock
    ) throws(TokenFailure) -> AccessToken {
        if let peer, self.forgeries.isRefused(peer, now: self.monotonicClock()) { throw TokenFailure.unseen }
        let (tokens, version) = self.keys.withLock { ($0.tokens, $0.version) }
        do throws(TokenFailure) {
            let token = try tokens.verify(text, now: now)
            self.remember(token, digest, ofVersion: version)
            self.metrics?.verified()
            return token
        } catch {
            if let peer, error == .signature { self.forgeries.note(peer, now: self.monotonicClock()) }
            throw error
        }
    }

    /// Not when the keys were replaced meanwhile: the token may be one that they do not believe.
    private func remember(_ token: AccessToken, _ digest: SHA256Digest, ofVersion version: Int) {
        self.keys.withLock { keys in
            if keys.version == version { self.verified.insert(token, digest) }
        }
    }
}
