internal import Commerce
internal import HTTPServer

/// What a buyer's bank takes back without asking anybody. Stripe's charge says for ever that it was disputed; where the
/// money is and whether the matter is open stands in the disputes.
extension StripeAnswer {
    /// The payment with what its disputes say: each that took money is a refund that the bank has made, and one whose
    /// money came back is a refund that failed.
    static func disputed(_ snapshot: GatewaySnapshot, _ answer: GatewayAnswer) -> GatewayReading {
        guard answer.status == 200 else { return .unknown(self.doubt(answer, StripeError(answer))) }
        guard let json = answer.json, let rows = json.objects("data") else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        guard json.boolean("has_more") == false else {
            return .unknown(GatewayDoubt(.statusUnclear, code: "more"))
        }
        var snapshot = snapshot
        snapshot.isDisputed = false
        for row in rows {
            // One that is overlooked is money that is believed to be there.
            guard let row, let dispute = self.dispute(row), dispute.amount.currency == snapshot.total.currency else {
                return .unknown(GatewayDoubt(.unreadable))
            }
            if dispute.isOpen { snapshot.isDisputed = true }
            guard let status = dispute.status else { continue }
            var cancel = GatewayCancel(
                key: dispute.key, amount: dispute.amount, status: status, at: nil, reason: "disputed")
            cancel.isChargeback = true
            snapshot.cancels.append(cancel)
            if status == .done { snapshot.balance.amount = max(snapshot.balance.amount - dispute.amount.amount, 0) }
        }
        return .found(snapshot)
    }

    private struct Dispute {
        let key: String
        let amount: Money
        let isOpen: Bool
        /// Nil for an inquiry, which has moved nothing; failed where the money is back.
        let status: GatewayCancel.Status?
    }

    /// Its balance transactions are of what was withdrawn and of what was reinstated, as far as there are. They may be
    /// of another currency than the payment, so their signs are read, and how large a part of the one the other is: of
    /// a dispute that is lost a part may have come back.
    private static func dispute(_ json: GatewayJSON) -> Dispute? {
        guard json.string("object") == "dispute", let key = json.string("id"), let word = json.string("status"),
            let currency = Currency(code: json.string("currency", lengthMax: 3)),
            let amount = GatewayAmount.minor(json["amount"]), let moves = json.objects("balance_transactions")
        else { return nil }
        let isOpen: Bool
        switch word {
        case "needs_response", "under_review", "warning_needs_response", "warning_under_review": isOpen = true
        case "won", "lost", "warning_closed", "prevented": isOpen = false
        default: return nil
        }
        var (taken, back): (Int64, Int64) = (0, 0)
        for move in moves {
            guard let moved = move?.integer("amount"), (-Money.amountMax...Money.amountMax).contains(moved) else {
                return nil
            }
            if moved < 0 { taken &-= moved } else { back &+= moved }
        }
        var status: GatewayCancel.Status? = back > 0 ? .failed : taken > 0 ? .done : nil
        var lost = amount
        if word == "lost" {
            lost = self.rest(of: amount, taken: taken, back: back)
            status = lost > 0 || amount == 0 ? .done : .failed
        }
        return Dispute(
            key: key, amount: Money(lost > 0 ? lost : amount, currency), isOpen: isOpen, status: status)
    }

    /// What of an amount is gone when of so much that was taken so much came back.
    private static func rest(of amount: Int64, taken: Int64, back: Int64) -> Int64 {
        guard taken > 0, back > 0 else { return amount }
        guard back < taken else { return 0 }
        // No more than the amount, since the part is less than the whole.
        return amount - taken.dividingFullWidth(amount.multipliedFullWidth(by: back)).quotient
    }
}
