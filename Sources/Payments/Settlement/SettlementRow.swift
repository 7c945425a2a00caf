package import Commerce
package import Postgres
package import Primitives

package enum SettlementStatus: String, CaseIterable, Sendable {
    case draft = "DRAFT"
    case calculated = "CALCULATED"
    case approved = "APPROVED"
    case payoutRequested = "PAYOUT_REQUESTED"
    case paid = "PAID"
    /// The bank did not take it: it is asked again by the same key.
    case failed = "FAILED"
    /// Too little, or less than nothing: part of the next one.
    case carried = "CARRIED"
}

/// What a seller is paid for a business day.
package struct SettlementRow: Sendable {
    package var id: Int64
    package var sellerID: Int64
    /// `2026-11-29`, where business days are.
    package var date: String
    package var currency: Currency
    package var status: SettlementStatus
    package var gross: Int64
    package var refunds: Int64
    package var gatewayFee: Int64
    package var platformFee: Int64
    package var tax: Int64
    package var carriedIn: Int64
    package var net: Int64
    package var carriedTo: Int64?
    package var paidAt: WallClock?

    package init(_ row: PostgresRow) throws {
        guard let currency = Currency(rawValue: try row.get(3)), let status = SettlementStatus(rawValue: try row.get(4))
        else { throw PostgresError(.decoding) }
        self.id = try row.get(0)
        self.sellerID = try row.get(1)
        self.date = try row.get(2)
        self.currency = currency
        self.status = status
        self.gross = try row.get(5)
        self.refunds = try row.get(6)
        self.gatewayFee = try row.get(7)
        self.platformFee = try row.get(8)
        self.tax = try row.get(9)
        self.carriedIn = try row.get(10)
        self.net = try row.get(11)
        self.carriedTo = try row.get(12)
        self.paidAt = try row.get(13, as: PostgresTimestamp?.self)?.wallClock
    }
}
