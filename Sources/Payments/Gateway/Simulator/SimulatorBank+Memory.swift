package import Commerce
package import Primitives

/// A payment that the simulated company had taken money of before the process ended.
package struct SimulatorMemory: Sendable {
    package struct Refund: Sendable {
        package var key: String
        package var amount: Int64
        package var at: WallClock
    }

    package var key: String
    package var orderID: String
    package var orderName: String
    package var total: Money
    package var takenAt: WallClock
    package var isVirtualAccount: Bool
    package var refunds: [Refund]
}

extension SimulatorBank {
    /// Puts a payment into the books as it was. The company's books are in memory and end with the process, but what
    /// they say that was taken is in ours: what nobody had paid for yet is forgotten, and nobody's money with it.
    mutating func remember(_ memory: SimulatorMemory) throws(SimulatorFault) {
        guard self.payment(ofOrder: memory.orderID) == nil else { return }
        var creation = SimulatorCreation(
            company: .toss, orderID: memory.orderID, orderName: memory.orderName,
            isVirtualAccount: memory.isVirtualAccount, total: memory.total)
        creation.key = memory.key
        var payment = try self.create(creation, at: memory.takenAt)
        payment.state = .done
        payment.approvedAt = memory.takenAt
        payment.lastTransactionKey = self.move(.capture, memory.total.amount, of: payment, at: memory.takenAt)
        for refund in memory.refunds where refund.amount > 0 && refund.amount <= payment.balance {
            payment.cancels.append(
                SimulatorCancel(key: refund.key, amount: refund.amount, reason: "", at: refund.at, metadata: [:]))
            self.movements.append(
                SimulatorMovement(
                    key: refund.key, paymentKey: payment.key, orderID: payment.orderID, company: .toss, kind: .refund,
                    amount: Money(refund.amount, payment.total.currency), fee: self.fee(of: refund.amount),
                    at: refund.at))
            payment.lastTransactionKey = refund.key
        }
        payment.settleState()
        self.payments[payment.key] = payment
    }
}
