internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

extension Payments {
    /// A person ends a payment of which nobody can find out what became: the seats are free again for another try. It
    /// is read again all the same, and money that turns out to be there is dealt with like any that comes late.
    ///
    /// Not before an operator was told of it: until then the reconciler may still find out. A deposit that has not come
    /// is waited for no longer as soon as he says so.
    package func giveUp(_ id: Int64, note: String, by manager: Int64) async throws -> PaymentRow {
        let (before, after) = try await self.database.transaction(
            "payment_give_up", actor: "member:\(manager)"
        ) { transaction in
            let payment = try await self.lock(id, in: transaction)
            switch payment.state.phase {
            case .awaitingDeposit: break
            case .inFlight, .unknown:
                guard payment.age >= self.limits.alarmTime else { throw PaymentProblems.invalidState }
            case .created, .settled: throw PaymentProblems.invalidState
            }
            let detail = PaymentNews.json { $0.member("note", String(note.prefix(self.limits.reasonLengthMax))) }
            _ = try await transaction.run(PaymentStatements.note, id, "given-up", detail)
            return (payment, try await self.end(payment, "given-up", in: transaction))
        }
        self.metrics.payments.add("failed", loop: nil)
        return before.state.phase == .awaitingDeposit ? await self.told(after) : after
    }

    /// A buyer makes no transfer, after all: his seats are held for another way to pay. One that was made meanwhile is
    /// dealt with like any money that comes late.
    package func cancelDeposit(_ id: Int64, by member: Int64) async throws -> PaymentRow {
        let after = try await self.database.transaction("deposit_cancel", actor: "member:\(member)") { transaction in
            let payment = try await self.lock(id, in: transaction)
            guard payment.memberID == member else { throw HTTPProblem.notFound }
            guard payment.state.phase == .awaitingDeposit else { throw PaymentProblems.invalidState }
            return try await self.end(payment, "canceled", in: transaction)
        }
        self.metrics.payments.add("failed", loop: nil)
        return await self.told(after)
    }

    /// What is ended stays so, whatever becomes of telling the company at once: no answer from here on may look as if
    /// it were not. The reconciler tells it otherwise.
    private func told(_ payment: PaymentRow) async -> PaymentRow {
        do { return try await self.letGo(payment) } catch {
            self.metrics.workFailed("abandon", error)
            return payment
        }
    }

    private func end(
        _ payment: PaymentRow, _ code: String, in transaction: PostgresTransaction
    ) async throws -> PaymentRow {
        try await self.refuse(payment, code, in: transaction)
        try await self.orders.thaw(payment.reservationID, heldFor: self.limits.retryHoldTime, in: transaction)
        return try await self.reread(payment.id, in: transaction)
    }
}
