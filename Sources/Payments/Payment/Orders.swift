package import Commerce
package import Postgres
package import Primitives

/// What is paid for. Payments know nothing of seats: whoever sells them implements this, and works in the payment's own
/// transaction, so that money and seats change together or not at all. What becomes of reservations and tickets is told
/// in the outbox by whoever changes them, in the same transaction: payments tell of money alone.
package protocol Orders: Sendable {
    /// Nil when there is none, or it is another member's.
    func order(_ reservation: Int64, of member: Int64) async throws -> Order?

    /// Before the gateway is asked for money: from here on no time takes the seats away. False when they are lost
    /// already, and then nobody may be charged.
    func freeze(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> Bool

    /// The money did not come: the seats are held for `time` at least, for another try.
    func thaw(_ reservation: Int64, heldFor time: TimeAmount, in transaction: PostgresTransaction) async throws

    /// The money came: the seats are sold and tickets issued. Takes a reservation that expired meanwhile too, as long
    /// as every seat is free. Returns the tickets; nil when the seats are lost, and then nothing was changed but that
    /// the reservation is over.
    func confirm(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> [Int64]?

    /// The seats of a reservation that was just confirmed were sold for so much less, in the same transaction: each
    /// has its share of it, by its price, so that the shares sum to it.
    func discount(_ reservation: Int64, by amount: Int64, in transaction: PostgresTransaction) async throws

    /// What can be given back, with its rows locked until the transaction ends.
    func refundable(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> RefundableOrder?

    /// Tickets of these seats are revoked and the seats free. Returns the tickets. Throws when one is not sold.
    func cancel(
        _ reservation: Int64, seats: [Int64], reason: String, in transaction: PostgresTransaction
    ) async throws -> [Int64]
}

/// A reservation, as far as it is about money.
package struct Order: Sendable {
    package var reservationID: Int64
    package var memberID: Int64
    package var sellerID: Int64
    package var concertID: Int64
    /// What the buyer is shown, by the gateway too.
    package var name: String
    package var total: Money
    /// It is held and unpaid, and its time has not run out.
    package var isPayable: Bool
    package var isConfirmed: Bool
    package var heldUntil: WallClock?

    package init(
        reservationID: Int64, memberID: Int64, sellerID: Int64, concertID: Int64, name: String, total: Money,
        isPayable: Bool, isConfirmed: Bool, heldUntil: WallClock?
    ) {
        self.reservationID = reservationID
        self.memberID = memberID
        self.sellerID = sellerID
        self.concertID = concertID
        self.name = name
        self.total = total
        self.isPayable = isPayable
        self.isConfirmed = isConfirmed
        self.heldUntil = heldUntil
    }
}

/// What of a confirmed reservation can be given back.
package struct RefundableOrder: Sendable {
    /// A seat that is sold, and what was paid for it, discounts taken off.
    package struct Line: Sendable {
        package var seatID: Int64
        package var paid: Int64

        package init(seatID: Int64, paid: Int64) {
            self.seatID = seatID
            self.paid = paid
        }
    }

    package var lines: [Line]
    package var currency: Currency
    package var confirmedAt: WallClock
    package var startsAt: WallClock
    /// IANA name: days before the show are days there.
    package var timeZone: String
    /// The organizer's own rules as JSON; nil where the standard holds.
    package var rules: String?

    package init(
        lines: [Line], currency: Currency, confirmedAt: WallClock, startsAt: WallClock, timeZone: String, rules: String?
    ) {
        self.lines = lines
        self.currency = currency
        self.confirmedAt = confirmedAt
        self.startsAt = startsAt
        self.timeZone = timeZone
        self.rules = rules
    }
}
