internal import Commerce
package import Postgres
package import Primitives

/// What payments ask for, in their own transactions: money and seats change together or not at all.
extension Reservations {
    /// By reservation; those that do not exist, or are of another member than who asks, are not among them.
    package func orders(_ asked: [(reservation: Int64, member: Int64)]) async throws -> [Int64: ReservationOrder] {
        let rows = try await self.database.run(
            ReservationReadingStatements.orders, asked.map(\.reservation), asked.map(\.member))
        var orders: [Int64: ReservationOrder] = [:]
        for row in rows {
            let order = try ReservationOrder(row)
            orders[order.reservationID] = order
        }
        return orders
    }

    /// Before anybody is asked for money: from here on no time takes the seats of these away. Returns those of which
    /// that is true; the others are lost already. A reservation that is being paid already stays so.
    package func freeze(_ reservations: [Int64], in transaction: PostgresTransaction) async throws -> Set<Int64> {
        var frozen: Set<Int64> = []
        for row in try await transaction.run(ReservationStatements.freeze, reservations) {
            guard try row.get(1) else { throw ReservationFault(reason: "a hold that has not lapsed lost seats") }
            frozen.insert(try row.get(0))
        }
        return frozen
    }

    /// Money is awaited that somebody has a day to send. What waits for it counts against him for as long as it does.
    package func awaitTransfer(_ reservation: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.run(ReservationStatements.awaitTransfer, reservation)
    }

    /// The money did not come: the seats are held for `time` at least, as long as `extensionTimeMax` allows. Where a
    /// transfer was awaited, that begins when it is so no longer.
    package func thaw(
        _ reservation: Int64, heldFor time: TimeAmount, in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.run(
            ReservationStatements.thaw, reservation, time.milliseconds, self.limits.extensionTimeMax.milliseconds)
        try await self.expect(reservation, .held, in: transaction)
    }

    /// The money of these came: their seats are sold and tickets issued, which it returns, the same when asked again.
    /// Nothing has changed of those that are not in the answer: it is too late for them, or they have lapsed and have
    /// to be judged alone.
    package func confirm(
        _ reservations: [Int64], in transaction: PostgresTransaction
    ) async throws -> [Int64: [Int64]] {
        var tickets: [Int64: [Int64]] = [:]
        for row in try await transaction.run(ReservationStatements.confirm, reservations) {
            self.maps.expect(schedule: try row.get(1), seats: try row.get(2), .sold)
            tickets[try row.get(0)] = try row.get(3)
        }
        return tickets
    }

    /// The same of one. Takes a reservation that has lapsed too, as long as every seat is free and the member may still
    /// have them. Nil when it is too late; then the reservation is over, as `PAID_TOO_LATE`, and nothing else has
    /// changed.
    package func confirm(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> [Int64]? {
        if let tickets = try await self.confirm([reservation], in: transaction)[reservation] { return tickets }
        try await self.expect(reservation, .free, in: transaction)
        _ = try await transaction.run(ReservationStatements.end, [reservation], "PAID_TOO_LATE")
        return nil
    }

    /// What can be given back, with the reservation locked until the transaction ends.
    package func refundable(
        _ reservation: Int64, in transaction: PostgresTransaction
    ) async throws -> RefundableReservation? {
        guard let row = try await transaction.run(ReservationStatements.lock, reservation).first,
            try row.get(0, as: String.self) == "CONFIRMED"
        else { return nil }
        let schedule = try row.get(3, as: Int64.self)
        let terms = try await transaction.run(ReservationRefundStatements.terms, reservation)
        return try terms.first.map { try RefundableReservation($0, schedule: schedule) }
    }

    /// Tickets of these seats are void and the seats free. Returns the tickets. Throws, and so undoes the transaction,
    /// when one of them is not sold to this reservation.
    package func cancel(
        _ reservation: Int64, seats: [Int64], reason: String, in transaction: PostgresTransaction
    ) async throws -> [Int64] {
        let ids = seats.compactMap { SeatID($0) }
        guard let row = try await transaction.run(ReservationStatements.lock, reservation).first, !seats.isEmpty,
            ids.count == seats.count, Set(ids).count == seats.count
        else { throw ReservationProblems.notSold }
        let schedule = try row.get(3, as: Int64.self)
        guard ids.allSatisfy({ $0.schedule == schedule }) else { throw ReservationProblems.notSold }
        self.maps.expect(schedule: schedule, seats: ids.map(\.number), .free)
        let tickets: [Int64] = try await transaction.run(
            ReservationRefundStatements.cancel, reservation, ids.map(\.number), reason
        ).map { try $0.get(0) }
        guard tickets.count == seats.count else { throw ReservationProblems.notSold }
        return tickets
    }

    /// The seats of the reservation are about to change, if the transaction commits: the maps look for it.
    private func expect(
        _ reservation: Int64, _ state: SeatState, in transaction: PostgresTransaction
    ) async throws {
        for row in try await transaction.run(SeatStatements.ofReservation, reservation) {
            self.maps.expect(schedule: try row.get(0), seats: try row.get(1), state)
        }
    }
}
