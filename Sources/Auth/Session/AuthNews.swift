package import Postgres

/// Keeps what is held in memory of members as the database has it: which tokens are void, which stream keys open what.
///
/// Whoever starts the process hands on what comes on `AuthNotice.channel`, and has everything read again whenever some
/// may have been missed: at the start, and after every break of the connection that listens.
package final class AuthNews: Sendable {
    private let database: PostgresDatabase
    private let signIns: SignIns
    private let streamKeys: StreamKeys
    private let limits: TokenLimits

    package init(
        database: PostgresDatabase, signIns: SignIns, streamKeys: StreamKeys, limits: TokenLimits = TokenLimits()
    ) {
        self.database = database
        self.signIns = signIns
        self.streamKeys = streamKeys
        self.limits = limits
    }

    /// Reads everything.
    package func reload() async throws {
        let seconds = self.limits.lifetimeSeconds + self.limits.clockSkewSeconds + 1
        for row in try await self.database.run(MemberStatements.recentEpochs, seconds) {
            self.signIns.raise(try row.get(0), to: try row.get(1))
        }
        for row in try await self.database.run(SessionStatements.recentlyRevoked, seconds) {
            self.signIns.parts.tokens.sessions.insert(RefreshToken.name(ofSession: try row.get(0)))
        }
        try await self.streamKeys.reload()
    }

    /// What another process, or this one, has told. Words of a later version are passed over.
    package func hear(_ text: String) async throws {
        switch AuthNotice(text) {
        case .epoch(let member, let epoch): self.signIns.raise(member, to: epoch)
        case .session(let text):
            if let session = RevokedSessions.session(text) { self.signIns.parts.tokens.sessions.insert(session) }
        case .streamKey(let stream): try await self.streamKeys.reload(stream)
        case nil: break
        }
    }
}
