internal import Commerce
internal import HTTPServer
internal import Primitives

/// Refunds are objects of their own at Stripe, and carry our number in their metadata.
extension StripeAnswer {
    /// A `refund`; nil when something that decides is missing.
    static func refund(_ json: GatewayJSON) -> GatewayCancel? {
        guard let key = json.string("id"), let currency = Currency(code: json.string("currency", lengthMax: 3)),
            let amount = GatewayAmount.minor(json["amount"])
        else { return nil }
        let status: GatewayCancel.Status
        switch json.string("status") {
        case "succeeded": status = .done
        case "pending", "requires_action": status = .pending
        case "failed", "canceled": status = .failed
        default: return nil
        }
        var cancel = GatewayCancel(
            key: key, amount: Money(amount, currency), status: status,
            at: GatewayTime.unix(json.integer("created")), reason: json.string("reason"))
        let number = json.object("metadata")?.string("refund_id", lengthMax: 32)
        cancel.refundID = number.flatMap { DecimalText.parse($0.utf8) }.flatMap { Int64(exactly: $0) }
        return cancel
    }

    /// The answer to making a refund, or to asking for one by its key.
    static func refund(_ answer: GatewayAnswer, of refund: GatewayRefund) -> GatewayRefundOutcome {
        guard answer.status == 200 else {
            let error = StripeError(answer)
            let doubt = self.doubt(answer, error)
            if doubt.reason == .throttled { return .tryLater(doubt) }
            if let code = error?.code, let wording = StripeCodes.refundRefusals[code], answer.status < 500 {
                return .refused(GatewayDecline(code: code, message: wording))
            }
            if answer.status == 404, refund.providerRefundKey != nil, error?.code == "resource_missing" {
                return .absent
            }
            return .unknown(doubt)
        }
        guard let json = answer.json, let found = self.refund(json) else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        return self.outcome(of: refund, found, json)
    }

    /// The refunds of one intent, in which ours may be.
    static func refundList(_ answer: GatewayAnswer, of refund: GatewayRefund) -> GatewayRefundOutcome {
        guard answer.status == 200 else { return .unknown(self.doubt(answer, StripeError(answer))) }
        guard let json = answer.json, let rows = json.objects("data") else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        let ours = rows.compactMap { $0 }.filter { row in
            row.object("metadata")?.string("refund_id", lengthMax: 32) == "\(refund.refundID)"
        }
        guard !ours.isEmpty else {
            // Ours may be on the next page.
            return json.boolean("has_more") == false ? .absent : .unknown(GatewayDoubt(.statusUnclear, code: "more"))
        }
        let found = ours.compactMap { row in self.refund(row).map { (row, $0) } }
        guard let best = found.first(where: { $0.1.status != .failed }) ?? found.first else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        return self.outcome(of: refund, best.1, best.0)
    }

    /// One page of the refunds of one intent, and the key after which the next one begins.
    static func refundPage(_ answer: GatewayAnswer) -> Result<(cancels: [GatewayCancel], next: String?), RefundDoubt> {
        guard answer.status == 200 else { return .failure(RefundDoubt(self.doubt(answer, StripeError(answer)))) }
        guard let json = answer.json, let rows = json.objects("data"), let hasMore = json.boolean("has_more") else {
            return .failure(RefundDoubt(GatewayDoubt(.unreadable)))
        }
        var cancels: [GatewayCancel] = []
        for row in rows {
            // One that is overlooked would be paid twice.
            guard let cancel = row.flatMap({ self.refund($0) }) else {
                return .failure(RefundDoubt(GatewayDoubt(.unreadable)))
            }
            cancels.append(cancel)
        }
        guard hasMore else { return .success((cancels, nil)) }
        guard let last = cancels.last else { return .failure(RefundDoubt(GatewayDoubt(.unreadable))) }
        return .success((cancels, last.key))
    }

    /// Why a page is none.
    struct RefundDoubt: Error {
        let doubt: GatewayDoubt

        init(_ doubt: GatewayDoubt) { self.doubt = doubt }
    }

    private static func outcome(
        of refund: GatewayRefund, _ found: GatewayCancel, _ json: GatewayJSON
    ) -> GatewayRefundOutcome {
        guard found.amount == refund.amount, json.string("payment_intent") == refund.payment.providerKey else {
            return .unknown(GatewayDoubt(.mismatch))
        }
        switch found.status {
        case .done: return .refunded(found, nil)
        case .pending: return .pending(found)
        case .failed:
            let code = GatewayText.code(json.string("failure_reason")) ?? "failed"
            return .refused(GatewayDecline(code: code, message: GatewayWording.refund))
        }
    }

    // MARK: Lists

    private static let movements: Set<String> = [
        "charge", "payment", "refund", "payment_refund", "payment_failure_refund", "refund_failure",
    ]

    static func transactions(_ answer: GatewayAnswer) -> GatewayTransactionsOutcome {
        guard answer.status == 200 else { return .unknown(self.doubt(answer, StripeError(answer))) }
        guard let json = answer.json, let rows = json.objects("data") else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        var page = GatewayTransactionPage(items: [], next: nil, unreadableCount: 0)
        for row in rows {
            // Payouts, Stripe's own bills and the like are no payment of anybody's.
            let type = row?.string("type") ?? ""
            // What a bank took by a dispute, and gave back, comes as a correction.
            let isDispute = type == "adjustment" && row?.object("source")?.string("object") == "dispute"
            guard row == nil || isDispute || self.movements.contains(type) else { continue }
            if let transaction = row.flatMap(self.transaction) {
                page.items.append(transaction)
            } else {
                page.unreadableCount += 1
            }
        }
        if json.boolean("has_more") != false {
            // Without it the list would seem to be at its end.
            guard let last = rows.last.flatMap({ $0 })?.string("id") else { return .unknown(GatewayDoubt(.unreadable)) }
            page.next = last
        }
        return .page(page)
    }

    /// A `balance_transaction` with its `source` expanded.
    private static func transaction(_ row: GatewayJSON) -> GatewayTransaction? {
        guard let key = row.string("id"), let currency = Currency(code: row.string("currency", lengthMax: 3)),
            let amount = row.integer("amount"), (-Money.amountMax...Money.amountMax).contains(amount),
            let fee = row.integer("fee"), (-Money.amountMax...Money.amountMax).contains(fee),
            let at = GatewayTime.unix(row.integer("created")),
            let intent = row.object("source")?.string("payment_intent")
        else { return nil }
        return GatewayTransaction(
            key: key, providerKey: intent, orderID: nil, amount: Money(amount, currency), fee: Money(fee, currency),
            at: at)
    }
}
