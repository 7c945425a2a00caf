package import Commerce
package import Primitives

/// A payment in the simulated company's books.
package struct SimulatorPayment: Sendable {
    package enum Company: String, Sendable, CaseIterable {
        case toss, stripe
    }

    package enum State: String, Sendable, CaseIterable {
        /// The buyer has not come, or was declined and may try again (Stripe).
        case ready
        /// Authenticated or authorised: waits to be confirmed or captured.
        case inProgress
        case waitingForDeposit
        case done
        case partlyCanceled
        case canceled
        case aborted
        case expired
    }

    package let key: String
    package let company: Company
    package let orderID: String
    package let orderName: String
    package let isVirtualAccount: Bool
    package let total: Money
    package let successURL: String
    package let failURL: String
    /// Of the browser (Stripe), or of the deposit's webhook (Toss).
    package let secret: String
    package let requestedAt: WallClock
    /// What the merchant wrote to it (Stripe).
    package let metadata: [String: String]
    package let depositTime: TimeAmount?
    package let isPartialCancelable: Bool

    package internal(set) var state = State.ready
    package internal(set) var authenticatedAt: WallClock?
    package internal(set) var approvedAt: WallClock?
    package internal(set) var dueAt: WallClock?
    package internal(set) var accountNumber = ""
    package internal(set) var lastTransactionKey: String
    package internal(set) var cancels: [SimulatorCancel] = []
    package internal(set) var failureCode: String?
    package internal(set) var dispute: SimulatorDispute?

    /// What was given back, refunds that failed not counted.
    package var canceledAmount: Int64 {
        self.cancels.reduce(0) { $1.state == .failed ? $0 : $0 + $1.amount }
    }

    package var balance: Int64 { self.total.amount - self.canceledAmount - self.disputedAmount }

    /// What the buyer's bank has, and not the merchant.
    var disputedAmount: Int64 {
        guard let dispute = self.dispute, dispute.state != .won else { return 0 }
        return dispute.amount
    }

    /// Money is or was here.
    package var isCaptured: Bool {
        switch self.state {
        case .done, .partlyCanceled: true
        case .canceled: self.approvedAt != nil
        case .ready, .inProgress, .waitingForDeposit, .aborted, .expired: false
        }
    }

    /// What its state is by what was given back.
    mutating func settleState() {
        guard self.isCaptured else { return }
        let amount = self.canceledAmount
        self.state = amount == 0 ? .done : amount < self.total.amount ? .partlyCanceled : .canceled
    }
}

/// What the buyer's bank has asked for back. It takes the money at once, and gives it back to a merchant who is right.
package struct SimulatorDispute: Sendable {
    package enum State: String, Sendable {
        case open, won, lost
    }

    package let key: String
    package let amount: Int64
    package internal(set) var state = State.open
}

/// One time that money was given back.
package struct SimulatorCancel: Sendable {
    package enum State: String, Sendable {
        case done, failed
    }

    package let key: String
    package let amount: Int64
    package let reason: String
    package let at: WallClock
    package let metadata: [String: String]
    package internal(set) var state = State.done
}
