internal import Commerce
internal import HTTPServer
internal import Postgres

extension Payments {
    /// A person says which seats a refund was for that somebody made in the company's pages: their tickets are void and
    /// the seats free. Money moves nowhere.
    ///
    /// All of them together did not cost more than went back, whoever else says it of other seats at that moment: no
    /// two tickets are void for the money of one.
    ///
    /// - Parameter isRestKept: They did, and the rest was kept as a fee. That can be said of the first.
    package func nameSeats(
        _ seats: [Int64], of id: Int64, isRestKept: Bool = false, by manager: Int64
    ) async throws -> RefundRow {
        guard let known = try await self.refund(id) else { throw HTTPProblem.notFound }
        return try await self.database.transaction("refund_seats", actor: "member:\(manager)") { transaction in
            let payment = try await self.lock(known.paymentID, in: transaction)
            guard let row = try await transaction.run(RefundStatements.lock, id).first else {
                throw HTTPProblem.notFound
            }
            let refund = try RefundRow(row)
            guard refund.cause == .external, refund.status == .succeeded, !payment.state.isOrphan else {
                throw PaymentProblems.invalidState
            }
            let wanted = Set(seats)
            let order = try await self.orders.refundable(payment.reservationID, in: transaction)
            let lines = (order?.lines ?? []).filter { wanted.contains($0.seatID) }
            guard !lines.isEmpty, lines.count == wanted.count else { throw PaymentProblems.invalidSeat }
            let before: Int64 = try await transaction.run(RefundStatements.linesPaid, id).single()
            let paid = lines.reduce(before) { $0 &+ max($1.paid, 0) }
            guard paid <= refund.amount.amount || (isRestKept && refund.seatIDs.isEmpty) else {
                throw PaymentProblems.seatsCostMore
            }
            _ = try await transaction.run(
                RefundStatements.addLines, payment.reservationID, id, lines.map(\.seatID), lines.map(\.paid))
            let text = lines.map { "\($0.seatID)" }.joined(separator: " ")
            try await self.note(payment, "refund-seats", ["refund": "\(id)", "seats": text], in: transaction)
            // What becomes of tickets and seats is told by whoever has them.
            _ = try await self.orders.cancel(
                payment.reservationID, seats: lines.map(\.seatID), reason: "refunded elsewhere", in: transaction)
            return try await self.reread(refund: id, in: transaction)
        }
    }
}
