internal import HTTPServer
internal import Postgres

/// Holds that end without having been paid.
extension Reservations {
    /// The member does not want the seats any more. Throws what the client is to be told.
    package func release(_ reservation: Int64, of member: Int64) async throws {
        let freed = try await self.database.transaction("reservation_release", actor: "member:\(member)") {
            transaction -> PostgresRows? in
            guard let row = try await transaction.run(ReservationStatements.lock, reservation).first,
                try row.get(2, as: Int64.self) == member
            else { throw HTTPProblem.notFound }
            if try row.get(1) { throw ReservationProblems.beingPaid }
            switch try row.get(0, as: String.self) {
            case "PENDING": return try await transaction.run(ReservationStatements.end, [reservation], "RELEASED")
            // Over already: as the member wants it.
            case "CANCELLED", "EXPIRED": return nil
            default: throw ReservationProblems.sold
            }
        }
        if let freed { try self.free(freed) }
    }

    /// Ends what has lapsed, at most `countMax` reservations, and returns how many they were. Any number of processes
    /// may do so at the same time; that nobody does makes no seat unsellable.
    package func sweepExpired(_ countMax: Int) async throws -> Int {
        let freed = try await self.database.transaction(
            "reservation_sweep", actor: "system:sweeper", options: PostgresTransactionOptions(purpose: .background)
        ) { try await $0.run(ReservationStatements.sweep, countMax) }
        try self.free(freed)
        let count = Set(try freed.map { try $0.get(3, as: Int64.self) }).count
        self.metrics.expired(count)
        return count
    }

    /// Ends every unpaid hold of a concert that was cancelled, some at a time, and returns how many they were. What is
    /// being paid meanwhile is refused when the money comes, or lapses.
    ///
    /// Whoever asks is a consumer of the outbox, in whose transaction is the connection that a process has for the
    /// background: waiting for it here would wait for oneself.
    package func cancelAll(concert: Int64) async throws -> Int {
        try await self.cancelAll(ReservationStatements.unpaid, of: concert, "CONCERT_CANCELED")
    }

    /// The same of one performance.
    package func cancelAll(schedule: Int64) async throws -> Int {
        try await self.cancelAll(ReservationStatements.unpaidOfSchedule, of: schedule, "SCHEDULE_CANCELED")
    }

    private func cancelAll(_ statement: PostgresStatement, of id: Int64, _ reason: String) async throws -> Int {
        var total = 0
        while true {
            let (count, freed) = try await self.database.transaction(
                "reservation_cancel_all", actor: "system:cancellation"
            ) { transaction in
                let rows = try await transaction.run(statement, id, self.limits.cancelCountMax)
                let ids: [Int64] = try rows.map { try $0.get(0) }
                return (ids.count, try await transaction.run(ReservationStatements.end, ids, reason))
            }
            try self.free(freed)
            total += count
            if count < self.limits.cancelCountMax { return total }
        }
    }

    /// Rows of schedule, number and version, which are committed.
    private func free(_ rows: PostgresRows) throws {
        var changes: [Int64: [SeatChange]] = [:]
        for row in rows {
            changes[try row.get(0), default: []].append(
                SeatChange(number: try row.get(1), version: try row.get(2), state: .free, until: nil))
        }
        for (schedule, changes) in changes { self.maps.apply(schedule: schedule, changes) }
    }
}
