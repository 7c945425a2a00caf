package import Commerce
package import Postgres
package import Primitives

/// What is paid for. Payments know nothing of seats: whoever sells them implements this, and works in the payment's own
/// transaction, so that money and seats change together or not at all. What becomes of reservations and tickets is told
/// in the outbox by whoever changes them, in the same transaction: payments tell of money alone.
package protocol Orders: Sendable {
    /// By reservation; those that do not exist, or are of another member than who asks, are not among them.
    func orders(_ asked: [(reservation: Int64, member: Int64)]) async throws -> [Int64: Order]

    /// Before the gateway is asked for money: from here on no time takes the seats of these away. Returns those of
    /// which that is true; the seats of the others are lost already, and nobody may be charged for them.
    func freeze(_ reservations: [Int64], in transaction: PostgresTransaction) async throws -> Set<Int64>

    /// The buyer has a day to send the money. The seats of this, which are out of time's reach already, wait for it.
    func awaitTransfer(_ reservation: Int64, in transaction: PostgresTransaction) async throws

    /// The money did not come: the seats are held for `time` at least, for another try.
    func thaw(_ reservation: Int64, heldFor time: TimeAmount, in transaction: PostgresTransaction) async throws

    /// The money of these came: the seats are sold and tickets issued, which it returns. Nothing has changed of those
    /// that are not in the answer: something about them is out of the ordinary, and they are to be confirmed alone.
    func confirm(_ reservations: [Int64], in transaction: PostgresTransaction) async throws -> [Int64: [Int64]]

    /// The same of one, whatever there is about it. Takes a reservation that expired meanwhile too, as long as every
    /// seat is free. Nil when the seats are lost, and then nothing was changed but that the reservation is over.
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

extension Orders {
    /// Nil when there is none, or it is another member's.
    package func order(_ reservation: Int64, of member: Int64) async throws -> Order? {
        try await self.orders([(reservation, member)])[reservation]
    }

    /// False when the seats are lost already.
    package func freeze(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> Bool {
        try await self.freeze([reservation], in: transaction).contains(reservation)
    }
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
    /// Nothing is kept for money that comes later; nil where nobody says.
    package var sellsUntil: WallClock?
    /// There is no show: whatever is paid for it has to go back.
    package var isCalledOff: Bool

    package init(
        reservationID: Int64, memberID: Int64, sellerID: Int64, concertID: Int64, name: String, total: Money,
        isPayable: Bool, isConfirmed: Bool, heldUntil: WallClock?, sellsUntil: WallClock? = nil,
        isCalledOff: Bool = false
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
        self.sellsUntil = sellsUntil
        self.isCalledOff = isCalledOff
    }
}

/// What of a confirmed reservation can be given back.
package struct RefundableOrder: Sendable {
    /// A seat that is sold, and what was paid for it, discounts taken off.
    package struct Line: Sendable {
        package var seatID: Int64
        package var paid: Int64
        /// Whether whoever bought it still has the ticket.
        package var isHeldByBuyer: Bool

        package init(seatID: Int64, paid: Int64, isHeldByBuyer: Bool = true) {
            self.seatID = seatID
            self.paid = paid
            self.isHeldByBuyer = isHeldByBuyer
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
    /// The same, of who bought when they had just changed: the better of the two counts.
    package var otherRules: String?
    /// There is no show: whoever wants his money back has not changed his mind, and no rule of that binds him.
    package var isCalledOff: Bool

    package init(
        lines: [Line], currency: Currency, confirmedAt: WallClock, startsAt: WallClock, timeZone: String,
        rules: String?, otherRules: String?, isCalledOff: Bool = false
    ) {
        self.lines = lines
        self.currency = currency
        self.confirmedAt = confirmedAt
        self.startsAt = startsAt
        self.timeZone = timeZone
        self.rules = rules
        self.otherRules = otherRules
        self.isCalledOff = isCalledOff
    }
}
