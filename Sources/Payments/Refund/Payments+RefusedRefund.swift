internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres

/// What a person does about a refund that the company has refused, or that nobody has said where to send.
extension Payments {
    /// It is tried once more, as another refund: a company answers the key of a refused one with the same refusal for
    /// days, whatever has changed. Tickets stay void and the money promised.
    package func retry(_ id: Int64, by manager: Int64) async throws -> RefundRow {
        try await self.change(
            id, "refund_retry", by: manager, where: { $0.status.after(.retry) != nil }
        ) { refund, payment, transaction in
            try await self.note(
                payment, "refund-retry", ["refund": "\(id)", "code": refund.failureCode], in: transaction)
            _ = try await transaction.run(RefundStatements.supersede, id)
            return try await transaction.run(RefundStatements.retry, id, self.newRefundKey()).single()
        }
    }

    /// The buyer has got the money by another way than the company, from the house's bank: it is booked as that.
    package func settleOutside(_ id: Int64, note: String, by manager: Int64) async throws -> RefundRow {
        let refund = try await self.change(
            id, "refund_outside", by: manager, where: \.canBeSettledOutside
        ) { refund, payment, transaction in
            let settled = try await transaction.run(RefundStatements.settleOutside, id, self.reason(note))
            guard settled.affectedCount == 1 else { throw PaymentProblems.invalidState }
            try await self.note(payment, "refund-outside", ["refund": "\(id)"], in: transaction)
            try await self.repay(
                payment, refund.amount, fee: refund.fee, pending: refund.amount.amount + refund.fee, in: transaction)
            try await Ledger.post(.repaidOutside(id, of: payment, refund.amount), in: transaction)
            let repaid = try await self.reread(payment.id, in: transaction)
            try await self.forgetTransfer(of: repaid, in: transaction)
            try await PaymentNews.tell(
                .refundCompleted, of: repaid, refund: id, amount: refund.amount, cause: refund.cause, in: transaction)
            return id
        }
        self.metrics.refunds.add("outside", loop: nil)
        return refund
    }

    /// The payment is locked before the refund, as everywhere. `body` returns the refund to answer with.
    private func change(
        _ id: Int64, _ name: StaticString, by manager: Int64, where isRight: (RefundRow) -> Bool,
        _ body: (RefundRow, PaymentRow, PostgresTransaction) async throws -> Int64
    ) async throws -> RefundRow {
        guard let known = try await self.refund(id) else { throw HTTPProblem.notFound }
        return try await self.database.transaction(name, actor: "member:\(manager)") { transaction in
            let payment = try await self.lock(known.paymentID, in: transaction)
            guard let row = try await transaction.run(RefundStatements.lock, id).first else {
                throw HTTPProblem.notFound
            }
            let refund = try RefundRow(row)
            guard isRight(refund) else { throw PaymentProblems.invalidState }
            return try await self.reread(refund: try await body(refund, payment, transaction), in: transaction)
        }
    }
}

extension RefundRow {
    /// The company will not do it, or was never asked because nobody has said where to.
    fileprivate var canBeSettledOutside: Bool {
        switch self.status {
        case .failed: true
        case .requested, .processing: self.awaitsAccount && self.providerKey == nil
        // What was asked for may have been done.
        case .unknown, .succeeded, .reversed, .superseded: false
        }
    }
}
