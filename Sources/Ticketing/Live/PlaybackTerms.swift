package import Postgres
package import Primitives

/// What a ticket lets its owner watch, and when.
package struct PlaybackTerms: Equatable, Sendable {
    package let opensAt: WallClock
    /// The end of the replay, or the latest that the show may run where there is none.
    package let closesAt: WallClock
    /// Pictures up to this height; nil for all.
    package let maxHeight: Int?
    /// The recording too, when the show has ended and for as long as there is one to see: that may change.
    package let hasReplay: Bool
    /// How many may watch with it at the same time.
    package let deviceCount: Int
}

/// A ticket as whoever lets people watch has to know it.
package struct PlayableTicket: Equatable, Sendable {
    package let id: Int64
    package let owner: Int64
    /// `ISSUED` or `REVOKED`.
    package let status: String
    /// Grows whenever what was given out before is void.
    package let epoch: Int64
    package let schedule: Int64
    package let concert: Int64
    package let isCanceled: Bool
    package let live: LiveStatus
    package let terms: PlaybackTerms
}

extension PlayableTicket {
    /// Nil when there is no such ticket, or it is another's. Whoever gives the ticket back waits for the transaction
    /// that has asked, or is seen by it.
    package static func find(
        _ ticket: Int64, owner: Int64, in transaction: PostgresTransaction, limits: LiveLimits = LiveLimits()
    ) async throws -> PlayableTicket? {
        let rows = try await transaction.run(TicketStatements.playback, ticket, owner)
        return try rows.first.map { try PlayableTicket($0, limits) }
    }

    /// Of `TicketStatements.playback`.
    init(_ row: PostgresRow, _ limits: LiveLimits) throws(PostgresError) {
        let endsAt = try row.get(8, as: PostgresTimestamp.self).wallClock
        let replayUntil = try row.get(9, as: PostgresTimestamp?.self)?.wallClock
        let hasReplay = try row.get(11, as: Bool.self)
        let latestEnd = endsAt.adding(limits.overtime)
        self.init(
            id: try row.get(0), owner: try row.get(1), status: try row.get(2), epoch: try row.get(3),
            schedule: try row.get(4), concert: try row.get(5), isCanceled: try row.get(6),
            live: try LiveStatus(row, from: 13),
            terms: PlaybackTerms(
                opensAt: try row.get(7, as: PostgresTimestamp.self).wallClock,
                closesAt: hasReplay ? max(replayUntil ?? latestEnd, latestEnd) : latestEnd,
                maxHeight: try row.get(10), hasReplay: hasReplay, deviceCount: try row.get(12)))
    }
}
