internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

/// How the promise of a refund is kept.
extension Payments {
    /// A row, and the sum held in the payment.
    func insertRefund(
        _ payment: PaymentRow, _ amount: Money, fee: Int64, _ cause: RefundCause, reason: String,
        in transaction: PostgresTransaction
    ) async throws -> Int64 {
        let id: Int64 = try await transaction.run(
            RefundStatements.insert, payment.id, amount.amount, fee, amount.currency.rawValue, cause.rawValue,
            self.reason(reason), self.newRefundKey()
        ).single()
        _ = try await transaction.run(RefundStatements.hold, payment.id, amount.amount + fee)
        return id
    }

    func newRefundKey() -> String { "refund-\(PostgresUUID.random().description)" }

    func reason(_ text: String) -> String {
        String(text.unicodeScalars.prefix(self.limits.reasonLengthMax).map(Character.init))
    }

    /// Money that nothing can be given for goes back whole.
    func promiseOrphan(
        _ payment: PaymentRow, _ snapshot: GatewaySnapshot, in transaction: PostgresTransaction
    ) async throws {
        guard payment.available > 0 else { return }
        let amount = Money(payment.available, snapshot.total.currency)
        let id = try await self.insertRefund(
            payment, amount, fee: 0, .orphan, reason: "Nothing could be given for this payment.", in: transaction)
        try await PaymentNews.tell(
            .refundRequested, of: payment, refund: id, amount: amount, cause: .orphan, in: transaction)
    }

    /// The money of a refund went back: refund, payment, books and news. The payment is locked already.
    func finish(
        _ id: Int64, of paymentID: Int64, providerKey: String?, in transaction: PostgresTransaction
    ) async throws {
        let refund = try await self.reread(refund: id, in: transaction)
        guard refund.status.after(.succeed) != nil else { return }
        if let providerKey { try await self.freeKey(providerKey, for: id, of: paymentID, in: transaction) }
        let payment = try await self.reread(paymentID, in: transaction)
        _ = try await transaction.run(RefundStatements.succeed, id, providerKey)
        try await self.repay(
            payment, refund.amount, fee: refund.fee, pending: refund.amount.amount + refund.fee, in: transaction)
        try await Ledger.post(.refunded(id, of: payment, refund.amount), in: transaction)
        let repaid = try await self.reread(paymentID, in: transaction)
        try await self.forgetTransfer(of: repaid, in: transaction)
        try await PaymentNews.tell(
            .refundCompleted, of: repaid, refund: id, amount: refund.amount, cause: refund.cause, in: transaction)
    }

    func repay(
        _ payment: PaymentRow, _ amount: Money, fee: Int64, pending: Int64, in transaction: PostgresTransaction
    ) async throws {
        let gone = payment.refunded + payment.kept + amount.amount + fee
        var isAll = gone == payment.captured
        if payment.captured == 0 {
            // What cost nothing is over when nothing of it is left.
            isAll = try await self.orders.refundable(payment.reservationID, in: transaction)?.lines.isEmpty ?? true
        }
        // A part that cost nothing changes no sum, and with it no state.
        let isPart = !isAll && gone > 0
        let event: PaymentEvent? = isAll ? .repayAll : (isPart ? .repaySome : nil)
        let next = event.flatMap(payment.state.after) ?? payment.state
        _ = try await transaction.run(
            RefundStatements.repaid, payment.id, next.status.rawValue, amount.amount, fee, pending)
    }

    /// Refunds that were done, as we were told, and are not: the money is the seller's again until a person has seen to
    /// it that the buyer gets it. The promise stays, unless it was none: a bank that gives back what it took by a
    /// dispute gives it to the seller, whose it is, and the tickets are a person's to decide about.
    func reverseRefunds(
        _ snapshot: GatewaySnapshot, of payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws {
        let failed = snapshot.cancels.filter { $0.status == .failed }
        guard !failed.isEmpty else { return }
        for row in try await transaction.run(RefundStatements.lockOfPayment, payment.id) {
            let refund = try RefundRow(row)
            guard refund.status.after(.reverse) != nil,
                failed.contains(where: { Self.isSame(refund.providerKey, $0.key) })
            else { continue }
            let isOwed = refund.cause != .chargeback || payment.state.isOrphan
            try await self.reverse(refund, of: payment.id, isOwed: isOwed, in: transaction)
            self.metrics.incident(isOwed ? "refund-reversed" : "dispute-won", payment: payment.id)
        }
    }

    /// A refund was not done. What is owed still is promised by another in its place, which a person tries.
    func reverse(
        _ refund: RefundRow, of paymentID: Int64, isOwed: Bool, in transaction: PostgresTransaction
    ) async throws {
        let before = try await self.reread(paymentID, in: transaction)
        _ = try await transaction.run(RefundStatements.reverse, refund.id)
        if isOwed { _ = try await transaction.run(RefundStatements.replace, refund.id, self.newRefundKey()) }
        let back = refund.amount.amount + refund.fee
        let isAll = before.refunded + before.kept == back
        let next = before.state.after(isAll ? .unpayAll : .unpaySome) ?? before.state
        _ = try await transaction.run(
            RefundStatements.repaid, paymentID, next.status.rawValue, -refund.amount.amount, -refund.fee,
            isOwed ? -back : 0)
        try await Ledger.post(.reversed(refund, of: before), in: transaction)
        let after = try await self.reread(paymentID, in: transaction)
        try await PaymentNews.tell(
            .refundFailed, of: after, refund: refund.id, amount: refund.amount, cause: refund.cause, in: transaction)
    }

    /// The company says by our number whose its refund is, and a reading has taken it for another one of ours of the
    /// same sum: that one was not done. It is not sent by itself, since it may be under way still: a person tries it.
    private func freeKey(
        _ key: String, for id: Int64, of paymentID: Int64, in transaction: PostgresTransaction
    ) async throws {
        let payment = try await self.reread(paymentID, in: transaction)
        for row in try await transaction.run(RefundStatements.lockOfPayment, paymentID) {
            let other = try RefundRow(row)
            guard other.id != id, Self.isSame(other.providerKey, key) else { continue }
            if other.status.after(.reverse) != nil {
                // What seemed to be from elsewhere is owed to nobody but him whose this is.
                let isOwed = payment.state.isOrphan || (other.cause != .external && other.cause != .chargeback)
                try await self.reverse(other, of: paymentID, isOwed: isOwed, in: transaction)
                self.metrics.incident("refund-reversed", payment: paymentID, code: "mistaken")
            }
            _ = try await transaction.run(RefundStatements.forgetKey, other.id)
        }
    }
}
