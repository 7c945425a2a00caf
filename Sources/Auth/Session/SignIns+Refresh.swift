internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives
package import Reactor

/// Staying signed in.
extension SignIns {
    /// Trades a refresh token for the next one and an access token, as `SessionState` judges it.
    package func refresh(_ token: RefreshToken, from address: SocketAddress.Host) async throws -> SignedIn {
        let mark = self.parts.mark.mark(address)
        let refreshed = try await self.parts.database.transaction("session_refresh") { transaction -> Refreshed in
            let rows = try await transaction.run(SessionStatements.lock, token.session)
            guard let row = rows.first else { return Refreshed.refused("unknown") }
            let found = try FoundSession(row)
            let verdict = found.state.judge(
                hash: token.hash, network: mark, now: found.now, limits: self.parts.limits)
            switch verdict {
            case .over: return .refused("over")
            case .tooOften: return .refused("too-often")
            case .rotate, .repeatLast:
                guard found.isActive else { return .refused("over") }
                guard found.isCurrent else {
                    try await self.revoke(token.session, for: "everywhere", in: transaction)
                    return .refused("over")
                }
                let next = token.successor(key: self.parts.successionKey)
                if verdict == .rotate {
                    _ = try await transaction.run(
                        SessionStatements.rotate, token.session, next.hash, mark,
                        Self.seconds(self.parts.limits.idleTime))
                } else {
                    _ = try await transaction.run(SessionStatements.noteRepeat, token.session)
                }
                return .refreshed(found, next, isRepeated: verdict == .repeatLast)
            case .reuse:
                try await self.revoke(token.session, for: "reuse", in: transaction)
                if let row = try await transaction.run(MemberStatements.byID, found.member).first {
                    try await self.notices.tell(.sessionEnded, to: MemberRow(row), in: transaction)
                }
                try await transaction.note(
                    AuditEvent(
                        actor: "unknown", action: "refresh-token-reused", subject: AuditEvent.name(found.member)))
                return .refused("reuse")
            }
        }
        switch refreshed {
        case .refused(let reason):
            self.parts.metrics.refreshes.add(reason, loop: nil)
            if reason.description == "reuse" { self.parts.tokens.sessions.insert(token.sessionName) }
            // Whoever comes again has the newer token by then.
            throw reason.description == "too-often" ? AuthProblems.rateLimited(.seconds(1)) : AuthProblems.sessionOver
        case .refreshed(let found, let next, let isRepeated):
            self.parts.metrics.refreshes.add(isRepeated ? "repeated" : "rotated", loop: nil)
            return self.signedIn(member: found.member, role: found.role, epoch: found.epoch, next)
        }
    }

    private enum Refreshed: Sendable {
        case refreshed(FoundSession, RefreshToken, isRepeated: Bool)
        case refused(StaticString)
    }

    // MARK: Ending

    /// Ends the session of a refresh token. One that is over, or never was, is no error: whoever asks is signed out.
    package func signOut(_ token: RefreshToken) async throws {
        let state = try await self.parts.database.run(SessionStatements.peek, token.session, token.hash)
        guard state.first != nil else { return }
        try await self.parts.database.transaction("session_sign_out") { transaction in
            try await self.revoke(token.session, for: "signed-out", in: transaction)
        }
        self.signedOut(token.sessionName)
    }

    /// Ends the session that an access token is of.
    package func signOut(_ token: AccessToken) async throws {
        try await self.parts.database.transaction("session_sign_out") { transaction in
            for row in try await transaction.run(SessionStatements.live, token.memberID) {
                let session: [UInt8] = try row.get(0)
                guard RefreshToken.name(ofSession: session) == token.session else { continue }
                try await self.revoke(session, for: "signed-out", in: transaction)
            }
        }
        self.signedOut(token.session)
    }

    private func signedOut(_ sessionName: [UInt8]) {
        self.parts.tokens.sessions.insert(sessionName)
        self.parts.metrics.events.add("signed-out", loop: nil)
    }

    /// Ends every session of a member, and makes all access tokens void.
    package func signOutEverywhere(_ member: Int64) async throws {
        let epoch = try await self.parts.database.transaction(
            "session_sign_out_everywhere", actor: AuditEvent.name(member)
        ) { transaction in
            let rows = try await transaction.run(MemberStatements.nextEpoch, member)
            guard let row = rows.first else { throw HTTPProblem.notFound }
            let epoch: Int32 = try row.get(0)
            _ = try await transaction.run(SessionStatements.revokeAll, member, "everywhere")
            _ = try await transaction.run(SessionStatements.tell, AuthNotice.epoch(member: member, epoch: epoch).text)
            try await transaction.note(
                AuditEvent(
                    actor: AuditEvent.name(member), action: "signed-out-everywhere", subject: AuditEvent.name(member)))
            return epoch
        }
        self.raise(member, to: epoch)
        self.parts.metrics.events.add("signed-out-everywhere", loop: nil)
    }

    /// Throws away sessions that have been over for long.
    package func sweep() async throws {
        try await self.parts.database.sweep(SessionStatements.sweep, Self.seconds(self.parts.limits.keptTime))
    }

    private var notices: MemberNotices {
        MemberNotices(vault: self.parts.vault, limits: self.parts.mailLimits, metrics: self.parts.metrics)
    }

    private func revoke(
        _ session: [UInt8], for reason: String, in transaction: PostgresTransaction
    ) async throws {
        let rows = try await transaction.run(SessionStatements.revoke, session, reason)
        if rows.count == 1 { try await self.tell(session, in: transaction) }
    }

    /// Tells every process that a session has ended.
    func tell(_ session: [UInt8], in transaction: PostgresTransaction) async throws {
        let name = RevokedSessions.text(RefreshToken.name(ofSession: session))
        _ = try await transaction.run(SessionStatements.tell, AuthNotice.session(name).text)
    }
}
