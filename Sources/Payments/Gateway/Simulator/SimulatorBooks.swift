package import Commerce
package import Primitives

/// One movement of money. Rows are added and never changed.
package struct SimulatorMovement: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case capture
        /// The bank had told of a deposit by mistake.
        case captureReversed
        case refund
        /// The refund has failed after all: the money is back here.
        case refundReversed
        /// The buyer's bank has taken it,
        case dispute
        /// or has given it back.
        case disputeReversed

        /// Which way the money goes, seen from the merchant.
        package var sign: Int64 {
            switch self {
            case .capture, .refundReversed, .disputeReversed: 1
            case .captureReversed, .refund, .dispute: -1
            }
        }
    }

    package let key: String
    package let paymentKey: String
    package let orderID: String
    package let company: SimulatorPayment.Company
    package let kind: Kind
    /// Above zero.
    package let amount: Money
    /// What the company keeps, or gives back with the money: above zero too.
    package let fee: Int64
    package let at: WallClock
}

/// What the company has taken and given back for one order: what a merchant's own books are held against.
package struct SimulatorBook: Equatable, Sendable {
    package var captured: Int64 = 0
    package var refunded: Int64 = 0

    package init(captured: Int64 = 0, refunded: Int64 = 0) {
        self.captured = captured
        self.refunded = refunded
    }

    package var kept: Int64 { self.captured - self.refunded }
}

extension SimulatorBank {
    /// By order: only orders for which money moved.
    package var books: [String: SimulatorBook] {
        var books: [String: SimulatorBook] = [:]
        for movement in self.movements {
            switch movement.kind {
            case .capture, .captureReversed:
                books[movement.orderID, default: SimulatorBook()].captured +=
                    movement.kind.sign * movement.amount.amount
            case .refund, .refundReversed, .dispute, .disputeReversed:
                books[movement.orderID, default: SimulatorBook()].refunded -=
                    movement.kind.sign * movement.amount.amount
            }
        }
        return books
    }

    mutating func move(_ kind: SimulatorMovement.Kind, _ amount: Int64, of payment: SimulatorPayment, at now: WallClock)
        -> String
    {
        // What was taken is taken once, and its key is made of the payment's, so that whoever remembers the payment
        // knows it. A deposit that was taken back may come again.
        let isKnown = kind == .capture && payment.company == .toss && !payment.isVirtualAccount
        let key = isKnown ? payment.key + "_t" : self.makeKey(payment.company == .stripe ? "txn_" : "")
        self.movements.append(
            SimulatorMovement(
                key: key, paymentKey: payment.key, orderID: payment.orderID, company: payment.company, kind: kind,
                amount: Money(amount, payment.total.currency), fee: self.fee(of: amount), at: now))
        return key
    }

    /// In basis points, rounded once, half up.
    func fee(of amount: Int64) -> Int64 { (amount * self.settings.feeBasisPoints + 5000) / 10_000 }

    /// Of a time, in order; after the row of this key, where one is given.
    func movements(
        of company: SimulatorPayment.Company, from: WallClock, to: WallClock, after cursor: String?, countMax: Int
    ) -> (rows: [SimulatorMovement], hasMore: Bool) {
        var rows = self.movements.filter { $0.company == company && $0.at >= from && $0.at < to }
        if let cursor, let index = rows.firstIndex(where: { $0.key == cursor }) { rows.removeSubrange(...index) }
        return (Array(rows.prefix(countMax)), rows.count > countMax)
    }
}
