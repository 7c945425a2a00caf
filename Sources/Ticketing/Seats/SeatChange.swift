internal import Postgres
package import Primitives

/// What became of a seat, in a transaction that has committed. `version` is that of its row: of two changes the higher
/// is the later, in whichever order they are heard of.
package struct SeatChange: Equatable, Sendable {
    package let number: Int32
    package let version: Int32
    package let state: SeatState
    /// Until when it is held; nil for all that is not.
    package let until: WallClock?

    package init(number: Int32, version: Int32, state: SeatState, until: WallClock?) {
        self.number = number
        self.version = version
        self.state = state
        self.until = until
    }
}

extension SeatChange {
    /// Version, state and end stand in three columns.
    init(number: Int32, _ row: PostgresRow, from column: Int) throws(PostgresError) {
        guard let state = SeatState(rawValue: UInt8(truncatingIfNeeded: try row.get(column + 1, as: Int16.self))) else {
            throw PostgresError(.decoding)
        }
        self.init(
            number: number, version: try row.get(column), state: state,
            until: try row.get(column + 2, as: PostgresTimestamp?.self)?.wallClock)
    }
}
