internal import Commerce

/// What is known of a payment after the company was asked: its answer held against what we asked for.
enum PaymentFinding: Sendable {
    /// It took what we asked for.
    case paid(GatewaySnapshot)
    /// It has money of this payment, and it is not what we asked for.
    case mispaid(GatewaySnapshot)
    case awaitingDeposit(GatewaySnapshot)
    /// Nothing was taken, and nothing will be.
    case refused(GatewayDecline)
    /// The buyer has not finished, or it waits for us to take the money.
    case open(isAuthorized: Bool)
    /// The company knows no such payment at this moment.
    case absent
    case doubtful(GatewayDoubt)

    init(_ outcome: GatewayOutcome, of payment: PaymentRow) {
        switch outcome {
        case .approved(let snapshot), .awaitingDeposit(let snapshot): self.init(snapshot, of: payment)
        case .declined(let decline): self = .refused(decline)
        case .unknown(let doubt): self = .doubtful(doubt)
        }
    }

    init(_ reading: GatewayReading, of payment: PaymentRow) {
        switch reading {
        case .found(let snapshot): self.init(snapshot, of: payment)
        case .absent: self = .absent
        case .unknown(let doubt): self = .doubtful(doubt)
        }
    }

    init(_ snapshot: GatewaySnapshot, of payment: PaymentRow) {
        if snapshot.wasPaid {
            let isOurs = snapshot.orderID.utf8.elementsEqual(payment.orderID.utf8)
            // Money of another order is not this payment's at all: that we were told of it is a doubt.
            guard isOurs else {
                self = .doubtful(GatewayDoubt(.mismatch, code: "order"))
                return
            }
            self = snapshot.total == payment.total ? .paid(snapshot) : .mispaid(snapshot)
            return
        }
        switch snapshot.status {
        case .open: self = .open(isAuthorized: false)
        case .authorized: self = .open(isAuthorized: true)
        case .awaitingDeposit:
            self =
                snapshot.total == payment.total
                ? .awaitingDeposit(snapshot) : .doubtful(GatewayDoubt(.mismatch, code: "deposit"))
        // A deposit that we have in the books was taken back, and the time for another one is over since.
        case .failed where payment.state.hasMoney && snapshot.deposit != nil: self = .awaitingDeposit(snapshot)
        case .failed, .refunded, .paid, .partlyRefunded:
            self = .refused(PaymentProblems.ended(snapshot.providerStatus))
        }
    }

    /// What it means to a payment; nil when nothing happened yet.
    var event: PaymentEvent? {
        switch self {
        case .paid: .pay
        case .mispaid: .mispay
        case .awaitingDeposit: .awaitDeposit
        case .refused: .refuse
        case .open, .absent: nil
        case .doubtful: .doubt
        }
    }

    var snapshot: GatewaySnapshot? {
        switch self {
        case .paid(let snapshot), .mispaid(let snapshot), .awaitingDeposit(let snapshot): snapshot
        case .refused, .open, .absent, .doubtful: nil
        }
    }
}
