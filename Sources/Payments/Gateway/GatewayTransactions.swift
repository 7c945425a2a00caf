package import Commerce
package import Primitives

/// One movement of money in the company's books.
package struct GatewayTransaction: Equatable, Sendable {
    /// Of this movement: one key, one row.
    package var key: String
    package var providerKey: String
    /// Nil where the company does not tell it in lists (Stripe): found by `providerKey` then.
    package var orderID: String?
    /// Above zero when taken, below when given back.
    package var amount: Money
    /// What the company keeps of it; nil where it tells that elsewhere.
    package var fee: Money?
    package var at: WallClock

    package init(
        key: String, providerKey: String, orderID: String?, amount: Money, fee: Money?, at: WallClock
    ) {
        self.key = key
        self.providerKey = providerKey
        self.orderID = orderID
        self.amount = amount
        self.fee = fee
        self.at = at
    }
}

package struct GatewayTransactionPage: Equatable, Sendable {
    package var items: [GatewayTransaction]
    /// Of the next page; nil at the end.
    package var next: String?
    /// Rows that could not be read: more than none, and somebody has to look.
    package var unreadableCount: Int

    package init(items: [GatewayTransaction], next: String?, unreadableCount: Int) {
        self.items = items
        self.next = next
        self.unreadableCount = unreadableCount
    }
}

package enum GatewayTransactionsOutcome: Equatable, Sendable {
    case page(GatewayTransactionPage)
    case unknown(GatewayDoubt)
}
