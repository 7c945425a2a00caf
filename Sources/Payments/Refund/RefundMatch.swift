internal import Commerce

/// Which of a company's refunds is which of ours. Those that we have asked for carry our number there. One without it
/// was made by somebody else, and may all the same be in the place of one of ours: of one that is under way or was
/// refused, and that is of the same sum.
enum RefundMatch {
    /// Those that carry a number of ours, and then the others. A number is believed where it is that of a refund of
    /// this payment and of this sum: what a person writes on the company's pages may look like one.
    static func sorted(_ cancels: [GatewayCancel], by refunds: [RefundRow]) -> [GatewayCancel] {
        var (ours, others): ([GatewayCancel], [GatewayCancel]) = ([], [])
        for var cancel in cancels {
            let isOurs = refunds.contains {
                // What has taken the place of a superseded one is found by the sum.
                $0.id == cancel.refundID && $0.amount == cancel.amount && $0.status != .superseded
            }
            if isOurs {
                ours.append(cancel)
            } else {
                cancel.refundID = nil
                others.append(cancel)
            }
        }
        return ours + others
    }

    /// The refund of ours, whose answer we do not have, that is what the company lists.
    static func index(of cancel: GatewayCancel, in refunds: [RefundRow], _ cancels: [GatewayCancel]) -> Int? {
        refunds.firstIndex { self.mayBe($0, cancel, cancels) }
    }

    /// Whether a refund of ours, whose answer we do not have, can be what the company lists.
    ///
    /// - Parameter cancels: All that it lists, sorted: a refund whose own one is there is no other one.
    static func mayBe(_ refund: RefundRow, _ cancel: GatewayCancel, _ cancels: [GatewayCancel]) -> Bool {
        guard refund.amount == cancel.amount, refund.status.after(.succeed) != nil else { return false }
        if let number = cancel.refundID { return number == refund.id }
        guard refund.status != .requested, refund.attemptCount > 0 else { return false }
        if refund.providerKey != nil, !Payments.isSame(refund.providerKey, cancel.key) { return false }
        return !cancels.contains { $0.refundID == refund.id && $0.status != .failed }
    }
}
