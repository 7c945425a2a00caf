internal import Commerce

/// What has to go so that money that others gave back fits into our books: a company's books are right, so whatever of
/// ours they leave no room for will never be. Refunds of ours that the company cannot make any more, newest first, and
/// then fees that were given back after all.
struct RefundRoom {
    /// Newest first.
    private(set) var superseded: [RefundRow] = []
    /// Of refunds that stay: what of their fees is not kept.
    private(set) var waived: [(refund: RefundRow, fee: Int64)] = []
    /// What there is no room for, whatever goes: a bank takes it all the same.
    private(set) var excess: Int64 = 0

    /// Nil when there is not so much, whatever goes.
    ///
    /// - Parameters:
    ///   - refunds: All that there are of the payment.
    ///   - snapshot: The company's books, with the refund in question in them.
    ///   - isForced: There need not be so much.
    init?(
        for amount: Int64, in payment: PaymentRow, _ refunds: [RefundRow], _ snapshot: GatewaySnapshot,
        isForced: Bool = false
    ) {
        var lack = amount - payment.available
        guard lack > 0 else { return }
        let underWay = snapshot.cancels.filter { $0.status == .pending }
        let newestFirst = refunds.sorted { $0.id > $1.id }
        let ours = newestFirst.filter { refund in
            refund.status.isPromised && !underWay.contains { RefundMatch.mayBe(refund, $0, []) }
        }
        var promised = ours.reduce(0 as Int64) { $0 + $1.amount.amount }
        for refund in ours where promised > snapshot.balance.amount {
            promised -= refund.amount.amount
            lack -= refund.amount.amount + refund.fee
            self.superseded.append(refund)
        }
        for refund in newestFirst where lack > 0 && refund.fee > 0 {
            let isThere = refund.status == .succeeded || refund.status.isPromised
            guard isThere, !self.superseded.contains(where: { $0.id == refund.id }) else { continue }
            let fee = min(refund.fee, lack)
            lack -= fee
            self.waived.append((refund, fee))
        }
        guard lack <= 0 || isForced else { return nil }
        self.excess = max(lack, 0)
    }

    /// What those promised that are superseded, with the fees.
    var supersededTotal: Int64 { self.superseded.reduce(0) { $0 + $1.amount.amount + $1.fee } }

    /// What is not kept any more of what was done.
    var waivedKept: Int64 { self.waived.reduce(0) { $1.refund.status == .succeeded ? $0 + $1.fee : $0 } }

    /// What is not held for promises any more.
    var released: Int64 {
        self.supersededTotal + self.waived.reduce(0) { $1.refund.status == .succeeded ? $0 : $0 + $1.fee }
    }

    var gained: Int64 { self.released + self.waivedKept }

    /// What is still owed of what was promised when so much came from elsewhere, and what is kept of it.
    func rest(after amount: Int64) -> RefundPolicy.Share {
        let promised = self.superseded.reduce(0 as Int64) { $0 + $1.amount.amount }
        let fee = self.supersededTotal - promised
        return RefundPolicy.Share(
            back: max(promised - amount, 0), fee: min(fee, max(self.supersededTotal - amount, 0)))
    }
}
