package import Commerce
internal import Postgres
package import Primitives

/// What of a confirmed reservation can be given back.
package struct RefundableReservation: Equatable, Sendable {
    package struct Line: Equatable, Sendable {
        package let seatID: Int64
        /// What was paid for it, discounts taken off.
        package let paid: Int64
        /// Whether whoever bought it still has the ticket, and did not give it to somebody.
        package let isHeldByBuyer: Bool
    }

    package let lines: [Line]
    package let currency: Currency
    package let confirmedAt: WallClock
    package let startsAt: WallClock
    package let timeZone: String
    package let rules: String?
    /// Those that held too, where they had just changed; the same otherwise.
    package let otherRules: String?
    /// There is no show: whoever wants his money back has not changed his mind.
    package let isCalledOff: Bool

    /// Of `ReservationRefundStatements.terms`.
    init(_ row: PostgresRow, schedule: Int64) throws(PostgresError) {
        let seats = try row.get(5, as: [Int32].self)
        let paid = try row.get(6, as: [Int64].self)
        let held = try row.get(7, as: [Bool].self)
        guard seats.count == paid.count, held.count == seats.count else { throw PostgresError(.decoding) }
        self.lines = seats.indices.map {
            Line(seatID: schedule << 20 | Int64(seats[$0]), paid: paid[$0], isHeldByBuyer: held[$0])
        }
        self.currency = try row.currency(0)
        self.confirmedAt = try row.get(1, as: PostgresTimestamp.self).wallClock
        self.startsAt = try row.get(2, as: PostgresTimestamp.self).wallClock
        self.timeZone = try row.get(3)
        self.rules = try row.get(4)
        self.otherRules = try row.get(9)
        self.isCalledOff = try row.get(8)
    }
}
