package import Commerce
package import Postgres
package import Primitives

/// A payment as the database has it: a row of the view `payment_row`.
package struct PaymentRow: Sendable {
    package var id: Int64
    package var orderID: String
    package var reservationID: Int64
    package var memberID: Int64
    package var sellerID: Int64
    package var concertID: Int64
    package var gateway: String
    package var orderName: String
    package var total: Money
    package var state: PaymentState
    package var providerKey: String?
    package var method: String?
    package var maskedCard: String?
    package var receiptURL: String?
    /// JSON of where to transfer to.
    package var deposit: String?
    package var failureCode: String?
    package var captured: Int64
    /// What the company took may be of another currency than we asked for.
    package var capturedCurrency: Currency?
    package var capturedAt: WallClock?
    package var refunded: Int64
    /// Fees of cancelling that were not given back.
    package var kept: Int64
    package var refundPending: Int64
    package var isDisputed: Bool
    package var ticketIDs: [Int64]
    package var attemptCount: Int
    /// How often the company was asked again for the money.
    package var confirmCount = 0
    /// Since the company was asked for the money, or since it began.
    package var age: TimeAmount
    package var createdAt: WallClock
    /// Money of it goes nowhere before the buyer says to which account.
    package var needsAccount = false
    /// What a code has taken off; `total` is what is left to pay.
    package var discount: Int64
    package var promotionID: Int64?
    /// Whether it holds a use of that code.
    package var usesPromotion: Bool

    package init(_ row: PostgresRow) throws {
        guard let currency = Currency(rawValue: try row.get(9)), let status = PaymentStatus(rawValue: try row.get(10)),
            let phase = PaymentPhase(rawValue: try row.get(11))
        else { throw PostgresError(.decoding) }
        self.id = try row.get(0)
        self.orderID = try row.get(1)
        self.reservationID = try row.get(2)
        self.memberID = try row.get(3)
        self.sellerID = try row.get(4)
        self.concertID = try row.get(5)
        self.gateway = try row.get(6)
        self.orderName = try row.get(7)
        self.total = Money(try row.get(8), currency)
        self.state = PaymentState(status, phase, isOrphan: try row.get(18))
        self.providerKey = try row.get(12)
        self.method = try row.get(13)
        self.maskedCard = try row.get(14)
        self.receiptURL = try row.get(15)
        self.deposit = try row.get(16)
        self.failureCode = try row.get(17)
        self.captured = try row.get(19)
        self.capturedCurrency = try row.get(20, as: String?.self).flatMap(Currency.init(rawValue:))
        self.capturedAt = try row.get(21, as: PostgresTimestamp?.self)?.wallClock
        self.refunded = try row.get(22)
        self.kept = try row.get(23)
        self.refundPending = try row.get(24)
        self.isDisputed = try row.get(25)
        self.ticketIDs = try row.get(26)
        self.attemptCount = try row.get(27)
        self.age = .milliseconds(try row.get(28))
        self.createdAt = try row.get(29, as: PostgresTimestamp.self).wallClock
        self.discount = try row.get(30)
        self.promotionID = try row.get(31)
        self.usesPromotion = try row.get(32)
        self.confirmCount = try row.get(33)
        self.needsAccount = try row.get(34)
    }

    package var key: GatewayPaymentKey { GatewayPaymentKey(orderID: self.orderID, providerKey: self.providerKey) }

    /// What neither went back nor is promised to, nor kept.
    package var available: Int64 { self.captured - self.refunded - self.kept - self.refundPending }

    var aggregate: String { "payment:\(self.id)" }

    /// A payment is one attempt, so its number serves for it.
    var confirmKey: String { "\(self.orderID)-confirm" }
    var checkoutKey: String { "\(self.orderID)-checkout" }
}
