internal import Postgres
internal import Primitives

/// Shows as the database has them.
extension LiveShow {
    /// Columns as `LiveStatements` says.
    init(_ row: PostgresRow) throws(PostgresError) {
        func time(_ column: Int) throws(PostgresError) -> WallClock {
            try row.get(column, as: PostgresTimestamp.self).wallClock
        }
        func maybeTime(_ column: Int) throws(PostgresError) -> WallClock? {
            try row.get(column, as: PostgresTimestamp?.self)?.wallClock
        }
        var live = LiveStatus()
        if let text = try row.get(11, as: String?.self) {
            guard let state = LiveStatus.State(rawValue: text) else { throw PostgresError(.decoding) }
            live = LiveStatus(
                state: state, startedAt: try maybeTime(12), interruptedAt: try maybeTime(14),
                endedAt: try maybeTime(15))
        }
        self.init(
            schedule: try row.get(0), concert: try row.get(1), seller: try row.get(2), startsAt: try time(3),
            endsAt: try time(4), doorsOpenAt: try time(5), replayUntil: try maybeTime(6), timeZone: try row.get(7),
            saleStatus: try row.get(8), isPublic: try row.get(10), live: live, heardAt: try maybeTime(13),
            version: try row.get(9), liveVersion: try row.get(16, as: Int?.self) ?? 0)
    }

    /// Nil when there is no such schedule.
    static func locked(
        _ schedule: Int64, in transaction: PostgresTransaction
    ) async throws -> (show: LiveShow, now: WallClock)? {
        _ = try await transaction.run(LiveStatements.lock, schedule)
        guard let row = try await transaction.run(LiveStatements.shows, [schedule]).first else { return nil }
        return (try LiveShow(row), try row.get(17, as: PostgresTimestamp.self).wallClock)
    }

    /// Writes how far it is, of a show that has begun.
    mutating func put(in transaction: PostgresTransaction) async throws {
        func time(_ time: WallClock?) -> PostgresTimestamp? { time.map(PostgresTimestamp.init) }
        self.liveVersion = try await transaction.run(
            LiveStatements.put, self.schedule, self.live.state.rawValue, time(self.live.startedAt),
            time(self.heardAt), time(self.live.interruptedAt), time(self.live.endedAt)
        ).single()
    }
}
