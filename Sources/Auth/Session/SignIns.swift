package import Crypto
internal import HTTPServer
package import Observability
package import Postgres
package import Primitives
package import Reactor
internal import Synchronization

/// Signing in and what follows it: sessions, their refresh tokens, and their end.
package final class SignIns: Sendable {
    /// What it works with.
    package struct Parts: Sendable {
        package var database: PostgresDatabase
        package var vault: PersonalVault
        package var passwords: PasswordWork
        package var tokens: TokenService
        /// Computes the refresh token that follows another.
        package var successionKey: SecretBytes
        package var mark: AddressMark
        package var metrics: AuthMetrics
        package var signInLimits = SignInLimits()
        package var limits = SessionLimits()
        package var mailLimits = MailLimits()
        package var clock: @Sendable () -> MonotonicTime = { .now }
        /// Waits without holding a thread.
        package var pause: @Sendable (TimeAmount) async -> Void

        package init(
            database: PostgresDatabase, vault: PersonalVault, passwords: PasswordWork, tokens: TokenService,
            successionKey: SecretBytes, mark: AddressMark, metrics: AuthMetrics,
            pause: @escaping @Sendable (TimeAmount) async -> Void
        ) {
            self.database = database
            self.vault = vault
            self.passwords = passwords
            self.tokens = tokens
            self.successionKey = successionKey
            self.mark = mark
            self.metrics = metrics
            self.pause = pause
        }
    }

    let parts: Parts
    private let limiter: Mutex<SignInLimiter>

    package init(_ parts: Parts) {
        self.parts = parts
        self.limiter = Mutex(SignInLimiter(parts.signInLimits))
    }

    package var limiterEntryCount: Int { self.limiter.withLock { $0.entryCount } }

    // MARK: Signing in

    /// By address and password. Throws what the client is to be told; whether there is such an account shows neither in
    /// the words nor in the work.
    package func signIn(
        _ email: EmailAddress, _ password: Secret<String>, from address: SocketAddress.Host
    ) async throws -> SignedIn {
        let indexes = self.parts.vault.indexes(of: email)
        let attempt = SignInAttempt(account: Self.accountKey(indexes[0]), address: address)
        try await self.admit(attempt, indexes, from: address)
        var outcome = SignInLimiter.Outcome.undecided
        defer { self.limiter.withLock { $0.end(attempt, outcome, now: self.parts.clock()) } }
        do {
            let row = try await self.parts.database.run(MemberStatements.byIndex, indexes).first
            let hash = try row?.get(3, as: String?.self)
            let verdict = try await self.parts.passwords.check(password, against: hash ?? nil, from: address)
            guard verdict != .wrong, let row, let hash else {
                outcome = .wrong
                self.parts.metrics.signIns.add("wrong", loop: nil)
                throw AuthProblems.badCredentials
            }
            let member: Int64 = try row.get(0)
            outcome = .right(member: member)
            if case .rightWithNewHash(let new) = verdict {
                _ = try await self.parts.database.run(MemberStatements.rehash, member, new, hash)
            }
            guard try row.get(2, as: String.self) == "ACTIVE" else {
                self.parts.metrics.signIns.add("locked", loop: nil)
                throw AuthProblems.accountLocked
            }
            return try await self.begin(
                member: member, role: try MemberRole(stored: row.get(1)), epoch: try row.get(4), address: address)
        } catch {
            self.count(error)
            throw error
        }
    }

    /// A session for a member who has shown who he is: by password, or at another provider. `epoch` is the one that was
    /// seen then; when the password was changed since, this throws.
    package func begin(
        member: Int64, role: MemberRole, epoch: Int32, address: SocketAddress.Host
    ) async throws -> SignedIn {
        let token = RefreshToken()
        let limits = self.parts.limits
        let sessions = try await self.parts.database.transaction("session_begin") { transaction in
            let rows = try await transaction.run(
                SessionStatements.begin, token.session, member, token.hash, Self.seconds(limits.idleTime),
                Self.seconds(limits.lifeTime), epoch, limits.countPerMemberMax - 1, self.parts.mark.mark(address))
            let sessions: [[UInt8]] = try rows.map { try $0.get(0) }
            for ended in sessions where ended != token.session { try await self.tell(ended, in: transaction) }
            return sessions
        }
        guard !sessions.isEmpty else {
            self.parts.metrics.signIns.add("changed-meanwhile", loop: nil)
            throw AuthProblems.badCredentials
        }
        for ended in sessions where ended != token.session {
            self.parts.tokens.sessions.insert(RefreshToken.name(ofSession: ended))
        }
        self.parts.metrics.signIns.add("signed-in", loop: nil)
        return self.signedIn(member: member, role: role, epoch: epoch, token)
    }

    func signedIn(member: Int64, role: MemberRole, epoch: Int32, _ token: RefreshToken) -> SignedIn {
        let access = self.parts.tokens.issue(
            memberID: member, role: role, epoch: epoch, session: token.sessionName)
        return SignedIn(
            member: member, role: role, accessToken: Secret(access.accessToken),
            accessTime: .seconds(Int64(access.expiresInSeconds)), refreshToken: token.text,
            refreshTime: self.parts.limits.idleTime)
    }

    /// Access tokens of the member from before that epoch are void, at once on this node, and no network is known any
    /// more that he was signed in from.
    func raise(_ member: Int64, to epoch: Int32) {
        self.limiter.withLock { $0.forget(member) }
        self.parts.tokens.epochs.raise(member, to: epoch, now: WallClock.now.unixSeconds)
    }

    // MARK: Limits

    /// Asks the limiter, and waits as it says. `indexes` are those of the account's address.
    private func admit(_ attempt: SignInAttempt, _ indexes: [[UInt8]], from address: SocketAddress.Host) async throws {
        if self.limiter.withLock({ $0.wantsLookUp(attempt, now: self.parts.clock()) }) {
            do {
                let rows = try await self.parts.database.run(
                    SessionStatements.isKnown, indexes, self.parts.mark.mark(address))
                if let member = try rows.first?.get(0, as: Int64.self) {
                    self.limiter.withLock { $0.remember(attempt, of: member) }
                }
            } catch {
                self.count(error)
                throw error
            }
        }
        switch self.limiter.withLock({ $0.begin(attempt, now: self.parts.clock()) }) {
        case .refused(let reason, let retryAfter):
            self.parts.metrics.signIns.add(reason.label, loop: nil)
            throw AuthProblems.rateLimited(retryAfter)
        case .admitted(let delay):
            guard delay.nanoseconds > 0 else { return }
            await self.parts.pause(delay)
            self.limiter.withLock { $0.delayEnded(attempt) }
        }
    }

    /// The same limits for whoever changes a password by the old one.
    func checkPassword(
        _ password: Secret<String>, of member: Int64, against hash: String?, account: [UInt8],
        from address: SocketAddress.Host
    ) async throws -> Bool {
        let attempt = SignInAttempt(account: Self.accountKey(account), address: address)
        try await self.admit(attempt, [account], from: address)
        var outcome = SignInLimiter.Outcome.undecided
        defer { self.limiter.withLock { $0.end(attempt, outcome, now: self.parts.clock()) } }
        let isRight = try await self.parts.passwords.check(password, against: hash, from: address) != .wrong
        outcome = isRight ? .right(member: member) : .wrong
        return isRight
    }

    private func count(_ error: any Error) {
        if error is PostgresError {
            self.parts.metrics.signIns.add("failed", loop: nil)
        } else if let problem = error as? HTTPProblem, problem.status == .serviceUnavailable {
            self.parts.metrics.signIns.add("overloaded", loop: nil)
        }
    }

    private static func accountKey(_ index: [UInt8]) -> UInt64 {
        index.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func seconds(_ time: TimeAmount) -> Int { Int(time.milliseconds / 1000) }
}

extension SignInLimiter.Reason {
    var label: StaticString {
        switch self {
        case .pair: "pair"
        case .address: "address"
        case .account: "account"
        }
    }
}
