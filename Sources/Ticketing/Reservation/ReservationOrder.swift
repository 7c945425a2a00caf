package import Commerce
internal import Postgres
package import Primitives

/// A reservation, as far as it is about money: the fields of what payments call an order.
package struct ReservationOrder: Equatable, Sendable {
    package let reservationID: Int64
    package let memberID: Int64
    package let sellerID: Int64
    package let concertID: Int64
    package let name: String
    package let total: Money
    package let isPayable: Bool
    package let isConfirmed: Bool
    package let heldUntil: WallClock?
    /// The end of the show, or of its sale.
    package let sellsUntil: WallClock
    package let isCalledOff: Bool

    /// Of `ReservationReadingStatements.order`.
    init(_ row: PostgresRow) throws(PostgresError) {
        self.reservationID = try row.get(0)
        self.memberID = try row.get(1)
        self.sellerID = try row.get(2)
        self.concertID = try row.get(3)
        self.name = try row.get(4)
        self.total = Money(try row.get(5), try row.currency(6))
        self.isPayable = try row.get(7)
        self.isConfirmed = try row.get(8)
        self.heldUntil = try row.get(9, as: PostgresTimestamp?.self)?.wallClock
        self.sellsUntil = try row.get(10, as: PostgresTimestamp.self).wallClock
        self.isCalledOff = try row.get(11)
    }
}

extension PostgresRow {
    /// A column that holds the code of a currency.
    func currency(_ column: Int) throws(PostgresError) -> Currency {
        guard let currency = Currency(rawValue: try self.get(column)) else { throw PostgresError(.decoding) }
        return currency
    }
}
