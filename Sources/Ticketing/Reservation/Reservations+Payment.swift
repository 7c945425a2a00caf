internal import Commerce
package import Postgres
package import Primitives

/// What payments ask for, in their own transactions: money and seats change together or not at all.
extension Reservations {
    /// Nil when there is none, or it is another member's.
    package func order(_ reservation: Int64, of member: Int64) async throws -> ReservationOrder? {
        let rows = try await self.database.run(ReservationReadingStatements.order, reservation, member)
        return try rows.first.map { try ReservationOrder($0) }
    }

    /// Before anybody is asked for money: from here on no time takes the seats away. False when they are lost already.
    /// A reservation that is being paid already stays so.
    package func freeze(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> Bool {
        guard let row = try await transaction.run(ReservationStatements.lockWithHolder, reservation).first else {
            return false
        }
        if try row.get(1) { return true }
        guard let frozen = try await transaction.run(ReservationStatements.freeze, reservation).first else {
            return false
        }
        let (live, seats, lines) = (
            try frozen.get(0, as: Int.self), try frozen.get(1, as: Int.self), try frozen.get(2, as: Int.self)
        )
        guard seats == live, lines == live else {
            throw ReservationFault(reason: "a hold that has not lapsed lost seats")
        }
        return true
    }

    /// The money did not come: the seats are held for `time` at least, as long as `extensionTimeMax` allows.
    package func thaw(
        _ reservation: Int64, heldFor time: TimeAmount, in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.run(
            ReservationStatements.thaw, reservation, time.milliseconds, self.limits.extensionTimeMax.milliseconds)
        try await self.expect(reservation, in: transaction)
    }

    /// The money came: the seats are sold and tickets issued, which it returns, the same when asked again. Takes a
    /// reservation that has lapsed too, as long as every seat is free and the member may still have them. Nil when it
    /// is too late; then the reservation is over, as `PAID_TOO_LATE`, and nothing else has changed.
    package func confirm(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> [Int64]? {
        guard let row = try await transaction.run(ReservationStatements.lockWithHolder, reservation).first else {
            return nil
        }
        switch try row.get(0, as: String.self) {
        case "PENDING", "EXPIRED": break
        case "CONFIRMED":
            return try await transaction.run(TicketStatements.ofReservation, reservation).map { try $0.get(0) }
        default: return nil
        }
        try await self.expect(reservation, in: transaction)
        let tickets: [Int64] = try await transaction.run(ReservationStatements.confirm, reservation)
            .map { try $0.get(0) }
        if !tickets.isEmpty { return tickets }
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
        try await self.expect(reservation, in: transaction)
        let tickets: [Int64] = try await transaction.run(
            ReservationRefundStatements.cancel, reservation, ids.map(\.number), reason
        ).map { try $0.get(0) }
        guard tickets.count == seats.count else { throw ReservationProblems.notSold }
        return tickets
    }

    /// The seats of the reservation are about to change, if the transaction commits: the maps look for it.
    private func expect(_ reservation: Int64, in transaction: PostgresTransaction) async throws {
        for row in try await transaction.run(SeatStatements.ofReservation, reservation) {
            self.maps.expect(schedule: try row.get(0), seats: try row.get(1))
        }
    }
}
