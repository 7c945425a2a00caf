internal import Commerce
internal import Observability
internal import Postgres

/// What a buyer's bank takes and gives back.
extension Payments {
    /// A bank may give back a part of what it took by a dispute that was lost: what it keeps comes into the books anew,
    /// in the place of the whole.
    func shrinkChargebacks(
        _ snapshot: GatewaySnapshot, of payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws {
        let done = snapshot.cancels.filter { $0.isChargeback && $0.status == .done }
        guard !done.isEmpty else { return }
        for row in try await transaction.run(RefundStatements.lockOfPayment, payment.id) {
            let refund = try RefundRow(row)
            let isLess = done.contains {
                Self.isSame(refund.providerKey, $0.key) && $0.amount.currency == refund.amount.currency
                    && $0.amount.amount < refund.amount.amount + refund.excess
            }
            guard refund.cause == .chargeback, refund.status.after(.reverse) != nil, isLess else { continue }
            // An orphan's money is the buyer's, whoever has it.
            try await self.reverse(refund, of: payment.id, isOwed: payment.state.isOrphan, in: transaction)
            _ = try await transaction.run(RefundStatements.forgetKey, refund.id)
            self.metrics.incident("dispute-won", payment: payment.id)
        }
    }
}
