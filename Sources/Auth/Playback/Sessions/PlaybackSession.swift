package import Observability
internal import Postgres
package import Primitives

/// A session that has begun, with what opens it.
package struct IssuedPlayback: Sendable {
    package let session: PlaybackSessionID
    package let playlistURL: Secret<String>
    package let expiresAt: WallClock
}

/// A session as its owner sees it.
package struct PlaybackSession: Sendable {
    package enum End: String, Sendable {
        case replaced, ended, revoked
    }

    package let id: PlaybackSessionID
    /// `Chrome on Windows`; empty when it is not known.
    package let device: String
    package let beganAt: WallClock
    package let expiresAt: WallClock
    package let ended: (at: WallClock, why: End)?
    package let firstWatchedAt: WallClock?
    package let lastWatchedAt: WallClock?
    package var isWatching = false

    /// Of `PlaybackStatements.list`.
    init(_ row: PostgresRow) throws(PostgresError) {
        self.id = PlaybackSessionID(databaseValue: try row.get(0))
        self.device = try row.get(1)
        self.beganAt = try row.get(2, as: PostgresTimestamp.self).wallClock
        self.expiresAt = try row.get(3, as: PostgresTimestamp.self).wallClock
        let (at, why) = (try row.get(4, as: PostgresTimestamp?.self), try row.get(5, as: String?.self))
        if let at, let why {
            guard let why = End(rawValue: why) else { throw PostgresError(.decoding) }
            self.ended = (at.wallClock, why)
        } else {
            self.ended = nil
        }
        self.firstWatchedAt = try row.get(6, as: PostgresTimestamp?.self)?.wallClock
        self.lastWatchedAt = try row.get(7, as: PostgresTimestamp?.self)?.wallClock
    }

    package init(
        id: PlaybackSessionID, device: String, beganAt: WallClock, expiresAt: WallClock,
        ended: (at: WallClock, why: End)?, firstWatchedAt: WallClock?, lastWatchedAt: WallClock?, isWatching: Bool
    ) {
        self.id = id
        self.device = device
        self.beganAt = beganAt
        self.expiresAt = expiresAt
        self.ended = ended
        self.firstWatchedAt = firstWatchedAt
        self.lastWatchedAt = lastWatchedAt
        self.isWatching = isWatching
    }
}
