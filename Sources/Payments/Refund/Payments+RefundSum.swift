package import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres

/// Money without seats.
extension Payments {
    /// A manager gives a sum back, for whatever reason: no ticket changes. All that is left is not given back so as
    /// long as there are tickets for it: those go with it, by `refund`.
    ///
    /// - Parameter key: Nothing else tells a second wish for the same sum from the first one that is sent again. By the
    ///   same key there is one refund, which is the answer.
    package func refund(
        _ id: Int64, amount: Int64, reason: String, by manager: Int64, key: IdempotencyKey
    ) async throws -> RefundRow {
        let asked = "member:\(manager) \(key.text)"
        do {
            let (refund, isNew) = try await self.database.transaction(
                "refund_amount", actor: "member:\(manager)"
            ) { transaction in
                let payment = try await self.lock(id, in: transaction)
                if let known = try await transaction.run(RefundStatements.findAskedBy, asked).first {
                    return (try Self.same(RefundRow(known), payment, amount), false)
                }
                let made = try await self.promise(amount, of: payment, reason: reason, in: transaction)
                _ = try await transaction.run(RefundStatements.askedBy, made, asked)
                return (try await self.reread(refund: made, in: transaction), true)
            }
            if isNew { self.metrics.refunds.add("requested", loop: nil) }
            return refund
        } catch let error as PostgresError {
            // At the same moment, for another payment.
            guard case .uniqueViolation = error.code else { throw error }
            throw PaymentProblems.keyReused
        }
    }

    private static func same(_ refund: RefundRow, _ payment: PaymentRow, _ amount: Int64) throws(HTTPProblem)
        -> RefundRow
    {
        guard refund.paymentID == payment.id, refund.amount.amount == amount else { throw PaymentProblems.keyReused }
        return refund
    }

    private func promise(
        _ amount: Int64, of payment: PaymentRow, reason: String, in transaction: PostgresTransaction
    ) async throws -> Int64 {
        switch payment.state.status {
        case .completed, .partCanceled: break
        case .waiting, .failed, .canceled: throw PaymentProblems.invalidState
        }
        guard !payment.state.isOrphan else { throw PaymentProblems.refundNotAllowed }
        _ = try self.gateway(of: payment)
        guard amount <= payment.available else { throw PaymentProblems.exceedsBalance }
        if amount == payment.available {
            let lines = try await self.orders.refundable(payment.reservationID, in: transaction)?.lines ?? []
            guard lines.isEmpty else { throw PaymentProblems.refundNotAllowed }
        }
        let money = Money(amount, payment.total.currency)
        let made = try await self.insertRefund(payment, money, fee: 0, .manager, reason: reason, in: transaction)
        try await PaymentNews.tell(
            .refundRequested, of: payment, refund: made, amount: money, cause: .manager, in: transaction)
        return made
    }
}
