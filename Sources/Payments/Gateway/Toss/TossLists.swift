package import Commerce
internal import HTTPServer

/// One row of what Toss pays out.
package struct TossSettlement: Equatable, Sendable {
    package var transactionKey: String
    package var paymentKey: String
    package var orderID: String?
    /// Below zero for what was given back.
    package var amount: Money
    /// With the tax on it.
    package var fee: Money
    package var payout: Money
    /// `yyyy-MM-dd`, in Korea.
    package var soldDate: String?
    package var paidOutDate: String?
}

package enum TossSettlementsOutcome: Equatable, Sendable {
    /// `next` is the number of the next page; nil at the end.
    case page([TossSettlement], next: Int?, unreadableCount: Int)
    case unknown(GatewayDoubt)
}

/// Lists for comparing books. A row that cannot be read is counted, and does not hide the others.
enum TossLists {
    static func transactions(_ answer: GatewayAnswer) -> GatewayTransactionsOutcome {
        guard answer.status == 200 else {
            return .unknown(TossAnswer.doubt(answer, TossAnswer.errorCode(answer)))
        }
        guard let rows = GatewayJSON.list(answer.body, byteCountMax: answer.byteCountMax) else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        var page = GatewayTransactionPage(items: [], next: nil, unreadableCount: 0)
        for row in rows {
            switch row.map(self.transaction) ?? .unreadable {
            case .money(let transaction): page.items.append(transaction)
            case .noMoney: continue
            case .unreadable: page.unreadableCount += 1
            }
        }
        if rows.count >= TossRequest.transactionCountMax {
            // Without it the list would seem to be at its end.
            guard let last = rows.last.flatMap({ $0 })?.string("transactionKey", lengthMax: 64) else {
                return .unknown(GatewayDoubt(.unreadable))
            }
            page.next = last
        }
        return .page(page)
    }

    private enum Row {
        case money(GatewayTransaction)
        /// A payment that has moved nothing yet.
        case noMoney
        case unreadable
    }

    private static func transaction(_ row: GatewayJSON) -> Row {
        guard let key = row.string("transactionKey", lengthMax: 64), let paymentKey = row.string("paymentKey"),
            let currency = Currency(code: row.string("currency", lengthMax: 3)),
            let amount = self.magnitude(row, "amount", currency),
            let at = GatewayTime.rfc3339(row.string("transactionAt")), let status = row.string("status")
        else { return .unreadable }
        let sign: Int64
        switch status {
        case "DONE": sign = 1
        case "CANCELED", "PARTIAL_CANCELED": sign = -1
        case "READY", "IN_PROGRESS", "WAITING_FOR_DEPOSIT", "ABORTED", "EXPIRED": return .noMoney
        default: return .unreadable
        }
        return .money(
            GatewayTransaction(
                key: key, providerKey: paymentKey, orderID: row.string("orderId", lengthMax: 64),
                amount: Money(sign * amount, currency), fee: nil, at: at))
    }

    static func settlements(_ answer: GatewayAnswer, page: Int) -> TossSettlementsOutcome {
        guard answer.status == 200 else {
            return .unknown(TossAnswer.doubt(answer, TossAnswer.errorCode(answer)))
        }
        guard let rows = GatewayJSON.list(answer.body, byteCountMax: answer.byteCountMax) else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        let settlements = rows.compactMap { $0.flatMap(self.settlement) }
        let isLast = rows.count < TossRequest.settlementCountMax
        return .page(settlements, next: isLast ? nil : page + 1, unreadableCount: rows.count - settlements.count)
    }

    private static func settlement(_ row: GatewayJSON) -> TossSettlement? {
        guard let key = row.string("transactionKey", lengthMax: 64), let paymentKey = row.string("paymentKey"),
            let currency = Currency(code: row.string("currency", lengthMax: 3)),
            let amount = self.signed(row, "amount", currency), let fee = self.signed(row, "fee", currency),
            let payout = self.signed(row, "payOutAmount", currency)
        else { return nil }
        return TossSettlement(
            transactionKey: key, paymentKey: paymentKey, orderID: row.string("orderId", lengthMax: 64),
            amount: Money(amount, currency), fee: Money(fee, currency), payout: Money(payout, currency),
            soldDate: row.string("soldDate", lengthMax: 10), paidOutDate: row.string("paidOutDate", lengthMax: 10))
    }

    /// Without its sign: the status says which way the money went.
    private static func magnitude(_ row: GatewayJSON, _ name: String, _ currency: Currency) -> Int64? {
        self.signed(row, name, currency).map { $0 < 0 ? -$0 : $0 }
    }

    private static func signed(_ row: GatewayJSON, _ name: String, _ currency: Currency) -> Int64? {
        switch row[name] {
        case .integer(let number) where number < 0 && number > .min:
            return GatewayAmount.major(.integer(-number), currency).map { -$0 }
        case .number(let number) where number < 0:
            return GatewayAmount.major(.number(-number), currency).map { -$0 }
        case let value: return GatewayAmount.major(value, currency)
        }
    }
}
