internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

extension Payments {
    /// A person ends a payment of which nobody can find out what became: the seats are free again for another try. It
    /// is read again all the same, and money that turns out to be there is dealt with like any that comes late.
    ///
    /// Not before an operator was told of it: until then the reconciler may still find out.
    package func giveUp(_ id: Int64, note: String, by manager: Int64) async throws -> PaymentRow {
        let (before, after) = try await self.database.transaction(
            "payment_give_up", actor: "member:\(manager)"
        ) { transaction in
            let payment = try await self.lock(id, in: transaction)
            switch payment.state.phase {
            case .inFlight, .unknown: break
            case .created, .awaitingDeposit, .settled: throw PaymentProblems.invalidState
            }
            guard payment.age >= self.limits.alarmTime else { throw PaymentProblems.invalidState }
            let detail = PaymentNews.json { $0.member("note", String(note.prefix(self.limits.reasonLengthMax))) }
            _ = try await transaction.run(PaymentStatements.note, id, "given-up", detail)
            try await self.refuse(payment, "given-up", in: transaction)
            try await self.orders.thaw(
                payment.reservationID, heldFor: self.limits.retryHoldTime, in: transaction)
            return (payment, try await self.reread(id, in: transaction))
        }
        if before.state != after.state { self.metrics.payments.add("failed", loop: nil) }
        return after
    }
}
