internal import Postgres
package import Primitives

/// A ticket as its owner sees it.
package struct Ticket: Equatable, Sendable {
    package let id: Int64
    package let reservation: Int64
    package let seat: SeatID
    /// `ISSUED` or `REVOKED`.
    package let status: String
    /// What the door reads; nobody can guess it.
    package let code: String
    package let issuedAt: WallClock
    /// Grows whenever what was given out before is void.
    package let epoch: Int64
    package let concert: Int64
    package let concertName: String
    package let startsAt: WallClock
    package let grade: String
    /// Of the hall; nil where it has none.
    package let section: String?
    package let row: Int32?
    package let column: Int32?
    package let endsAt: WallClock
    package let doorsOpenAt: WallClock
    /// Nil where the ticket is not for the recording, or there will be none.
    package let replayUntil: WallClock?
    /// Of pictures; nil for all.
    package let heightMax: Int?
    package let live: LiveStatus
    package let timeZone: String
    /// Somebody else has bought it and given it away: it is not this member's to give back for money.
    package let isReceived: Bool
}

extension Ticket {
    /// Of `TicketStatements.one`.
    init(_ row: PostgresRow) throws(PostgresError) {
        let seat = SeatID(schedule: try row.get(2), number: try row.get(3, as: Int.self))
        guard let seat else { throw PostgresError(.decoding) }
        self.init(
            id: try row.get(0), reservation: try row.get(1), seat: seat, status: try row.get(4), code: try row.get(5),
            issuedAt: try row.get(6, as: PostgresTimestamp.self).wallClock, epoch: try row.get(7),
            concert: try row.get(8), concertName: try row.get(9),
            startsAt: try row.get(10, as: PostgresTimestamp.self).wallClock, grade: try row.get(11),
            section: try row.get(24),
            row: try row.get(12), column: try row.get(13),
            endsAt: try row.get(14, as: PostgresTimestamp.self).wallClock,
            doorsOpenAt: try row.get(15, as: PostgresTimestamp.self).wallClock,
            replayUntil: try row.get(16, as: PostgresTimestamp?.self)?.wallClock, heightMax: try row.get(17),
            live: try LiveStatus(row, from: 18), timeZone: try row.get(22), isReceived: try row.get(23))
    }
}
