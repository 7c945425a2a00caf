internal import Payments
internal import Postgres
internal import Primitives
internal import Ticketing

/// Money, as those who look at their sales ask for it.
struct PaymentSums: SaleMoney {
    let payments: Payments

    func money(of concert: Int64) async throws -> SaleMoneySums {
        let money = try await self.payments.money(of: concert)
        return SaleMoneySums(
            taken: money.taken, returned: money.returned, promised: money.promised, kept: money.kept)
    }
}

/// Money back, as those who call a performance off ask for it.
struct PaymentRefunds: SaleRefunds {
    let payments: Payments

    func giveBack(_ reservation: Int64, reason: String) async throws {
        try await self.payments.refundReservation(reservation, reason: reason)
    }
}

/// Reservations of seats, as payments know what is paid for.
struct TicketingOrders: Orders {
    let reservations: Reservations

    func orders(_ asked: [(reservation: Int64, member: Int64)]) async throws -> [Int64: Order] {
        try await self.reservations.orders(asked).mapValues { order in
            Order(
                reservationID: order.reservationID, memberID: order.memberID, sellerID: order.sellerID,
                concertID: order.concertID, name: order.name, total: order.total, isPayable: order.isPayable,
                isConfirmed: order.isConfirmed, heldUntil: order.heldUntil, sellsUntil: order.sellsUntil,
                isCalledOff: order.isCalledOff)
        }
    }

    func freeze(_ reservations: [Int64], in transaction: PostgresTransaction) async throws -> Set<Int64> {
        try await self.reservations.freeze(reservations, in: transaction)
    }

    func awaitTransfer(_ reservation: Int64, in transaction: PostgresTransaction) async throws {
        try await self.reservations.awaitTransfer(reservation, in: transaction)
    }

    func thaw(_ reservation: Int64, heldFor time: TimeAmount, in transaction: PostgresTransaction) async throws {
        try await self.reservations.thaw(reservation, heldFor: time, in: transaction)
    }

    func confirm(_ reservations: [Int64], in transaction: PostgresTransaction) async throws -> [Int64: [Int64]] {
        try await self.reservations.confirm(reservations, in: transaction)
    }

    func confirm(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> [Int64]? {
        try await self.reservations.confirm(reservation, in: transaction)
    }

    func discount(_ reservation: Int64, by amount: Int64, in transaction: PostgresTransaction) async throws {
        try await self.reservations.discount(reservation, by: amount, in: transaction)
    }

    func refundable(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> RefundableOrder? {
        guard let order = try await self.reservations.refundable(reservation, in: transaction) else { return nil }
        return RefundableOrder(
            lines: order.lines.map {
                RefundableOrder.Line(seatID: $0.seatID, paid: $0.paid, isHeldByBuyer: $0.isHeldByBuyer)
            },
            currency: order.currency, confirmedAt: order.confirmedAt, startsAt: order.startsAt,
            timeZone: order.timeZone, rules: order.rules, otherRules: order.otherRules, isCalledOff: order.isCalledOff)
    }

    func cancel(
        _ reservation: Int64, seats: [Int64], reason: String, in transaction: PostgresTransaction
    ) async throws -> [Int64] {
        try await self.reservations.cancel(reservation, seats: seats, reason: reason, in: transaction)
    }
}
