package import Commerce
package import Observability
package import Primitives

/// A payment as the company's books have it at one moment.
package struct GatewaySnapshot: Equatable, Sendable {
    package enum Status: String, Equatable, Sendable, CaseIterable {
        /// The buyer has not finished: nothing was taken. Also what awaits our confirming it.
        case open
        /// The buyer has authorised it, and it waits for us to take it (Stripe's manual capture).
        case authorized
        case awaitingDeposit
        case paid
        case partlyRefunded
        case refunded
        /// Ended without money: aborted, expired, or canceled before any was there.
        case failed
    }

    package var orderID: String
    package var providerKey: String
    package var status: Status
    /// The company's own word for the status.
    package var providerStatus: String
    package var total: Money
    /// What has not been given back.
    package var balance: Money
    package var method: String?
    /// As the company masks it.
    package var maskedCard: String?
    /// Of the newest movement of money.
    package var transactionKey: String?
    package var approvedAt: WallClock?
    package var cancels: [GatewayCancel]
    /// Only of a payment by transfer to an account number.
    package var deposit: GatewayDeposit?
    package var receiptURL: String?
    /// A chargeback or an inquiry of the buyer's bank is open.
    package var isDisputed: Bool

    package init(
        orderID: String, providerKey: String, status: Status, providerStatus: String, total: Money, balance: Money
    ) {
        self.orderID = orderID
        self.providerKey = providerKey
        self.status = status
        self.providerStatus = providerStatus
        self.total = total
        self.balance = balance
        self.cancels = []
        self.isDisputed = false
    }

    /// Money was taken at some time, whatever became of it.
    package var wasPaid: Bool {
        switch self.status {
        case .paid, .partlyRefunded: true
        case .refunded: self.cancels.contains { $0.status != .failed }
        case .open, .authorized, .awaitingDeposit, .failed: false
        }
    }
}

/// One time that money was given back, or is to be.
package struct GatewayCancel: Equatable, Sendable {
    package enum Status: String, Equatable, Sendable, CaseIterable {
        case pending, done, failed
    }

    /// The company's key of this refund: what refunds made elsewhere are told from ours by.
    package var key: String
    package var amount: Money
    package var status: Status
    package var at: WallClock?
    package var reason: String?
    /// Our number of the refund, as it was written with it; nil for what was not asked for by us.
    package var refundID: Int64?
    /// The buyer's bank has taken it, and nobody gave it: `failed` when it was given back.
    package var isChargeback = false

    package init(key: String, amount: Money, status: Status, at: WallClock?, reason: String?) {
        self.key = key
        self.amount = amount
        self.status = status
        self.at = at
        self.reason = reason
    }
}

/// Where a buyer has to transfer the money to.
package struct GatewayDeposit: Equatable, Sendable {
    package var bankCode: String
    package var accountNumber: String
    package var dueAt: WallClock?
    /// Comes again with the webhook of the deposit: kept encrypted, compared by `GatewayHint.isVerified(by:)`.
    package var secret: Secret<String>?

    package init(bankCode: String, accountNumber: String, dueAt: WallClock?, secret: Secret<String>?) {
        self.bankCode = bankCode
        self.accountNumber = accountNumber
        self.dueAt = dueAt
        self.secret = secret
    }

    package static func == (left: GatewayDeposit, right: GatewayDeposit) -> Bool {
        left.bankCode == right.bankCode && left.accountNumber == right.accountNumber && left.dueAt == right.dueAt
            && left.secret?.reveal() == right.secret?.reveal()
    }
}
