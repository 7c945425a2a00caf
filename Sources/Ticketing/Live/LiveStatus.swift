internal import Postgres
package import Primitives

/// How far a show is, as everybody is told.
package struct LiveStatus: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        case scheduled = "SCHEDULED"
        /// It has begun, and has not ended, whether or not somebody publishes it at the moment.
        case live = "LIVE"
        case ended = "ENDED"
    }

    package var state = State.scheduled
    package var startedAt: WallClock?
    /// Since when nobody publishes it, of one that is live.
    package var interruptedAt: WallClock?
    package var endedAt: WallClock?

    package init(
        state: State = .scheduled, startedAt: WallClock? = nil, interruptedAt: WallClock? = nil,
        endedAt: WallClock? = nil
    ) {
        self.state = state
        self.startedAt = startedAt
        self.interruptedAt = interruptedAt
        self.endedAt = endedAt
    }

    /// Four columns of `live_show`, from this one on: state, when it became live, since when it is interrupted, when
    /// it ended.
    init(_ row: PostgresRow, from column: Int) throws(PostgresError) {
        guard let text = try row.get(column, as: String?.self) else {
            self.init()
            return
        }
        guard let state = State(rawValue: text) else { throw PostgresError(.decoding) }
        self.init(
            state: state, startedAt: try row.get(column + 1, as: PostgresTimestamp?.self)?.wallClock,
            interruptedAt: try row.get(column + 2, as: PostgresTimestamp?.self)?.wallClock,
            endedAt: try row.get(column + 3, as: PostgresTimestamp?.self)?.wallClock)
    }
}
