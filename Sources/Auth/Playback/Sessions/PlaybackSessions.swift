package import HTTPServer
internal import Observability
package import Postgres
package import Primitives
internal import Synchronization

/// Who watches with which ticket, and where: begun, replaced, ended and told of. The database decides, and the gate of
/// this process has heard before anybody is answered.
package final class PlaybackSessions: Sendable {
    /// Previews that one member may have at the same time.
    private static let previewCountMax: Int32 = 10

    let database: PostgresDatabase
    let gates: PlaybackGates
    private let rights: any PlaybackRights
    private let publicURL: String
    /// How long a session counts as watching after it last asked for a playlist.
    let lease: TimeAmount
    let viewers = Mutex<[Int64: Int]>([:])
    let unwritten = Mutex(WatchedSessions())

    /// - Parameter publicURL: What addresses begin with, without a slash at its end.
    package init(
        database: PostgresDatabase, gates: PlaybackGates, rights: any PlaybackRights, publicURL: String,
        lease: TimeAmount
    ) {
        self.database = database
        self.gates = gates
        self.rights = rights
        self.publicURL = publicURL
        self.lease = lease
    }

    var metrics: PlaybackMetrics { self.gates.metrics }

    // MARK: Beginning

    /// A new session of a member's ticket, in the place of the oldest one if it has as many as it may. Throws what the
    /// client is told.
    package func begin(ticket: Int64, member: Int64, device: String, now: WallClock) async throws -> IssuedPlayback {
        try self.requireRoom()
        let begun = try await self.database.transaction("playback_begin", actor: AuditEvent.name(member)) {
            transaction in
            _ = try await self.watcher(member, in: transaction)
            guard let right = try await self.rights.right(of: ticket, member: member, in: transaction) else {
                throw HTTPProblem.notFound
            }
            if right.isRevoked { throw PlaybackProblems.revoked }
            guard now < right.closesAt else { throw PlaybackProblems.over }
            let limit = Int32(min(max(right.sessionCountMax, 1), PlaybackLimits.sessionCountMax))
            let rows = try await transaction.run(
                PlaybackStatements.begin, ticket, right.schedule, member, Int64(PlaybackSessionID.newRandom()),
                right.closesAt.unixMilliseconds, limit, device, Int32(right.grant.heightMax ?? 0),
                right.grant.hasReplay, PlaybackLimits.keptSessionCountMax)
            return try Begun(rows, schedule: right.schedule, expiresAt: right.closesAt)
        }
        await self.gates.apply([begun.holding])
        self.metrics.happened("began")
        self.metrics.happened("replaced", begun.replacedCount)
        return self.issue(begun, ticket: ticket)
    }

    /// A session for whoever makes the show, as long as the one goes on that he signed in by.
    ///
    /// - Parameter signIn: The name of that, as his access token has it.
    package func preview(
        schedule: Int64, _ caller: HTTPCaller, signIn: [UInt8], device: String, now: WallClock
    ) async throws -> IssuedPlayback {
        try self.requireRoom()
        let until = WallClock(
            unixMilliseconds: now.unixMilliseconds + self.gates.limits.previewSeconds * 1000)
        let begun = try await self.database.transaction(
            "playback_begin_preview", actor: AuditEvent.name(caller.memberID)
        ) { transaction in
            let epoch = try await self.watcher(caller.memberID, in: transaction)
            guard try await self.rights.mayPreview(schedule: schedule, caller, in: transaction) else {
                throw HTTPProblem.notFound
            }
            let session = try await self.session(named: signIn, of: caller.memberID, epoch, in: transaction)
            let rows = try await transaction.run(
                PlaybackStatements.beginPreview, schedule, caller.memberID, session,
                Int64(PlaybackSessionID.newRandom()), until.unixMilliseconds, Self.previewCountMax, device)
            let begun = try Begun(rows, schedule: schedule, expiresAt: until)
            try await transaction.note(
                AuditEvent(
                    actor: AuditEvent.name(caller.memberID), action: "preview-began", subject: "schedule:\(schedule)"))
            return begun
        }
        await self.gates.apply([begun.holding])
        self.metrics.happened("previewed")
        return self.issue(begun, ticket: 0)
    }

    /// What is written down of a new session.
    private struct Begun: Sendable {
        let session: PlaybackSessionID
        let holding: PlaybackHolding
        let replacedCount: Int
        let schedule: Int64
        let expiresAt: WallClock

        init(_ rows: PostgresRows, schedule: Int64, expiresAt: WallClock) throws {
            guard let row = rows.first, let holding = PlaybackHolding(try row.get(1, as: String.self)) else {
                throw PostgresError(.decoding)
            }
            self.session = PlaybackSessionID(databaseValue: try row.get(0))
            self.holding = holding
            self.replacedCount = Int(try row.get(2, as: Int64.self))
            self.schedule = schedule
            self.expiresAt = expiresAt
        }
    }

    /// - Parameter ticket: 0 for a preview, whose time is nobody's to move.
    private func issue(_ begun: Begun, ticket: Int64) -> IssuedPlayback {
        let lateSeconds = ticket == 0 ? 0 : self.gates.limits.lateSeconds
        let end = begun.expiresAt.unixMilliseconds / 1000 + lateSeconds
        let token = self.gates.token(
            ticket: ticket, schedule: begun.schedule, session: begun.session,
            expiresAt: min(max(end, 0), PlaybackToken.expiresAtMax))
        return IssuedPlayback(
            session: begun.session, playlistURL: Secret("\(self.publicURL)/p/\(token.reveal())/index.m3u8"),
            expiresAt: begun.expiresAt)
    }

    private func requireRoom() throws {
        guard self.gates.holderCount < self.gates.limits.holderCountMax else {
            self.metrics.happened("full")
            throw PlaybackProblems.full
        }
    }

    /// The epoch of a member, who stays as he is until the transaction ends: what locks him out comes before it, or
    /// finds what it has begun.
    private func watcher(_ member: Int64, in transaction: PostgresTransaction) async throws -> Int32 {
        guard let row = try await transaction.run(PlaybackStatements.watcher, member).first else {
            throw AuthProblems.sessionOver
        }
        return try row.get(0)
    }

    /// Sign-ins are known outside by names that lead back to none. This one stays until the transaction ends.
    private func session(
        named name: [UInt8], of member: Int64, _ epoch: Int32, in transaction: PostgresTransaction
    ) async throws -> [UInt8] {
        for row in try await transaction.run(SessionStatements.live, member) {
            let id: [UInt8] = try row.get(0)
            guard RefreshToken.name(ofSession: id) == name else { continue }
            if try await transaction.run(PlaybackStatements.signIn, id, member, epoch).count == 1 { return id }
        }
        throw AuthProblems.sessionOver
    }

    // MARK: Ending

    /// Ends one session of a member's ticket; when this returns, this process serves nothing to it any more.
    package func end(_ session: PlaybackSessionID, ticket: Int64, member: Int64) async throws {
        guard try await self.rights.owns(ticket: ticket, member: member) else { throw HTTPProblem.notFound }
        guard let holding = try await self.end(session, of: ticket, actor: AuditEvent.name(member)) else {
            throw HTTPProblem.notFound
        }
        await self.gates.apply([holding])
        self.metrics.happened("ended")
    }

    /// Ends sessions whose addresses were found to be passed around, for good and in every process.
    package func endShared() async throws {
        var sessions = self.gates.meters.takeShared()
        do {
            while let session = sessions.first {
                if let holding = try await self.end(session.session, of: session.holder, actor: "gate") {
                    await self.gates.apply([holding])
                    self.metrics.happened("shared")
                }
                sessions.remove(session)
            }
        } catch {
            for session in sessions { self.gates.meters.share(session, countMax: self.gates.limits.sharedCountMax) }
            throw error
        }
    }

    /// What gates have to know then; nil when it was over, or is none of the holder's.
    private func end(
        _ session: PlaybackSessionID, of holder: Int64, actor: String
    ) async throws -> PlaybackHolding? {
        let text = try await self.database.transaction("playback_end", actor: actor) { transaction -> String? in
            let rows = try await transaction.run(PlaybackStatements.end, holder, session.databaseValue)
            guard let text = try rows.first?.get(0, as: String?.self) else { return nil }
            try await transaction.note(
                AuditEvent(
                    actor: actor, action: "playback-ended",
                    subject: holder > 0 ? "ticket:\(holder)" : "preview:\(-holder)",
                    detail: [("session", session.text)]))
            return text
        }
        return text.flatMap { PlaybackHolding($0) }
    }

    /// What was issued for a ticket is void, as whoever knows tickets has written down already: the gate of this
    /// process has heard of it when this returns. Nothing is done for tickets that nobody has watched with.
    package func lookAgain(ticket: Int64) async throws {
        let rows = try await self.database.run(PlaybackStatements.one, ticket)
        guard let text = try rows.first?.get(0, as: String.self), let holding = PlaybackHolding(text) else { return }
        await self.gates.apply([holding])
    }

    // MARK: Telling

    package func list(ticket: Int64, member: Int64) async throws -> [PlaybackSession] {
        guard try await self.rights.owns(ticket: ticket, member: member) else { throw HTTPProblem.notFound }
        let now = MonotonicTime.now
        return try await self.database.run(
            PlaybackStatements.list, ticket, member, self.gates.limits.listedCountMax
        ).map { row in
            var session = try PlaybackSession(row)
            let key = PlaybackMeters.Key(holder: ticket, session: session.id)
            session.isWatching =
                session.ended == nil && self.gates.meters.isWatching(key, now: now, lease: self.lease)
            return session
        }
    }
}
