internal import Commerce
package import Primitives

/// Giving money back.
extension SimulatorBank {
    /// `amount` nil: all that is left. Without `isExternal` the merchant has asked for it.
    package mutating func cancel(
        _ key: String, amount: Int64?, reason: String, metadata: [String: String] = [:], at now: WallClock
    ) throws(SimulatorFault) -> (payment: SimulatorPayment, cancel: SimulatorCancel) {
        self.advance(to: now)
        guard var payment = self.payments[key] else { throw .toss("NOT_FOUND_PAYMENT") }
        guard !reason.isEmpty, reason.unicodeScalars.count <= 200 else { throw .toss("INVALID_REQUEST") }
        let wanted = amount ?? payment.balance
        guard wanted > 0 else {
            throw .toss(payment.state == .canceled ? "ALREADY_CANCELED_PAYMENT" : "INVALID_REQUEST")
        }
        switch payment.state {
        case .done, .partlyCanceled: break
        case .waitingForDeposit:
            guard wanted == payment.total.amount else { throw .toss("NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT") }
        case .canceled: throw .toss("ALREADY_CANCELED_PAYMENT")
        case .ready, .inProgress, .aborted, .expired: throw .toss("NOT_CANCELABLE_PAYMENT")
        }
        // As Stripe has it: it would be given back twice.
        guard payment.dispute?.state != .open else { throw SimulatorFault(status: 400, code: "charge_disputed") }
        guard payment.cancels.count < self.settings.cancelCountMax else { throw .toss("EXCEED_CANCEL_LIMIT") }
        guard wanted <= payment.balance else { throw .toss("NOT_CANCELABLE_AMOUNT") }
        guard wanted == payment.total.amount || payment.isPartialCancelable else {
            throw .toss("NOT_ALLOWED_PARTIAL_REFUND")
        }
        let cancel = self.giveBack(wanted, reason, metadata, of: &payment, at: now)
        if payment.isCaptured, self.draw(\.refundFailsLater) {
            self.schedule(.refundFails(cancel.key), key, after: .seconds(self.drawTime(1...30)), now)
        }
        return (payment, cancel)
    }

    /// Somebody does it by hand on the company's pages: so much, or all that is left.
    package mutating func refundExternally(_ key: String, amount: Int64? = nil, at now: WallClock) {
        guard var payment = self.payments[key], payment.isCaptured, payment.balance > 0 else { return }
        _ = self.giveBack(min(amount ?? .max, payment.balance), "by hand", [:], of: &payment, at: now)
    }

    private mutating func giveBack(
        _ amount: Int64, _ reason: String, _ metadata: [String: String], of payment: inout SimulatorPayment,
        at now: WallClock
    ) -> SimulatorCancel {
        let isCaptured = payment.isCaptured
        // Stripe's refunds and its movements have keys of their own.
        var key = self.makeKey(payment.company == .stripe ? "re_" : "")
        if isCaptured {
            let moved = self.move(.refund, amount, of: payment, at: now)
            if payment.company == .toss { key = moved }
        }
        let cancel = SimulatorCancel(key: key, amount: amount, reason: reason, at: self.stamp(now), metadata: metadata)
        payment.cancels.append(cancel)
        payment.lastTransactionKey = key
        if isCaptured { payment.settleState() } else { payment.state = .canceled }
        self.payments[payment.key] = payment
        self.tell(.refunded(cancel.key), of: payment, at: now)
        return cancel
    }

    /// A refund that was done is not: the money is back at the company.
    mutating func failRefund(_ cancelKey: String, of key: String, at now: WallClock) {
        guard var payment = self.payments[key],
            let index = payment.cancels.firstIndex(where: { $0.key == cancelKey && $0.state == .done })
        else { return }
        payment.cancels[index].state = .failed
        payment.lastTransactionKey = self.move(.refundReversed, payment.cancels[index].amount, of: payment, at: now)
        payment.settleState()
        self.payments[key] = payment
        self.tell(.refundFailed(cancelKey), of: payment, at: now)
    }

    /// The buyer's bank takes all that is left (Stripe).
    package mutating func openDispute(_ key: String, at now: WallClock) {
        guard var payment = self.payments[key], payment.company == .stripe, payment.isCaptured, payment.balance > 0,
            payment.dispute == nil
        else { return }
        let dispute = SimulatorDispute(key: self.makeKey("dp_"), amount: payment.balance)
        _ = self.move(.dispute, dispute.amount, of: payment, at: now)
        payment.dispute = dispute
        self.payments[key] = payment
        self.tell(.disputed("created"), of: payment, at: now)
        self.tell(.disputed("funds_withdrawn"), of: payment, at: now)
    }

    /// It keeps it, or gives it back.
    package mutating func closeDispute(_ key: String, isWon: Bool, at now: WallClock) {
        guard var payment = self.payments[key], let dispute = payment.dispute, dispute.state == .open else { return }
        payment.dispute?.state = isWon ? .won : .lost
        if isWon { _ = self.move(.disputeReversed, dispute.amount, of: payment, at: now) }
        self.payments[key] = payment
        self.tell(.disputed("closed"), of: payment, at: now)
        if isWon { self.tell(.disputed("funds_reinstated"), of: payment, at: now) }
    }

    /// Lets an authorisation go (Stripe). No money was there.
    package mutating func void(_ key: String, at now: WallClock) throws(SimulatorFault) -> SimulatorPayment {
        self.advance(to: now)
        guard var payment = self.payments[key] else { throw SimulatorFault(status: 404, code: "resource_missing") }
        switch payment.state {
        case .ready, .inProgress: break
        case .canceled where payment.approvedAt == nil: return payment
        case .waitingForDeposit, .done, .partlyCanceled, .canceled, .aborted, .expired:
            throw SimulatorFault(status: 400, code: "payment_intent_unexpected_state")
        }
        payment.state = .canceled
        self.payments[key] = payment
        self.tell(.voided, of: payment, at: now)
        return payment
    }
}
