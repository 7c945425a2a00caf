package import Commerce

/// Money to give back.
package struct GatewayRefund: Sendable {
    package var payment: GatewayPaymentKey
    package var amount: Money
    /// What the payment has left before this one, by our books: with it a company can refuse a stale request.
    package var balanceBefore: Money
    /// At most 200 characters reach the company.
    package var reason: String
    /// Ours: written with the refund, so that it is found again where the company can search by it.
    package var refundID: Int64
    /// The company's key, once it has told us.
    package var providerRefundKey: String?
    /// Stored before the call; the same for the same refund, always.
    package var idempotencyKey: String
    /// For a payment that came by transfer: where to.
    package var account: GatewayRefundAccount?

    package init(
        payment: GatewayPaymentKey, amount: Money, balanceBefore: Money, reason: String, refundID: Int64,
        providerRefundKey: String? = nil, idempotencyKey: String, account: GatewayRefundAccount? = nil
    ) {
        self.payment = payment
        self.amount = amount
        self.balanceBefore = balanceBefore
        self.reason = reason
        self.refundID = refundID
        self.providerRefundKey = providerRefundKey
        self.idempotencyKey = idempotencyKey
        self.account = account
    }

    package var isWhole: Bool { self.amount == self.balanceBefore }
}

/// A buyer's bank account.
package struct GatewayRefundAccount: Equatable, Sendable {
    package var bankCode: String
    package var accountNumber: String
    package var holderName: String

    package init(bankCode: String, accountNumber: String, holderName: String) {
        self.bankCode = bankCode
        self.accountNumber = accountNumber
        self.holderName = holderName
    }
}

/// What became of a refund.
package enum GatewayRefundOutcome: Equatable, Sendable {
    /// The money is on its way back. The payment as it is after, where the company tells it.
    case refunded(GatewayCancel, GatewaySnapshot?)
    /// Accepted, and not done yet; a webhook or a reading tells.
    case pending(GatewayCancel)
    /// Final, nothing was given back: by an allow-list of codes, or because the company tried and could not.
    case refused(GatewayDecline)
    /// Not refused: the company wants it later.
    case tryLater(GatewayDoubt)
    /// Reading says that there is no such refund.
    case absent
    case unknown(GatewayDoubt)
}
