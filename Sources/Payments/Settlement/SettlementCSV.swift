internal import Commerce
internal import Primitives

/// A settlement as a table for spreadsheets (RFC 4180). All that is in it is ours but order numbers, which a company
/// may have sent back.
struct SettlementCSV {
    private var text = "\u{FEFF}type,id,order_id,at,amount,currency\r\n"
    private let settlement: SettlementRow

    init(_ settlement: SettlementRow) { self.settlement = settlement }

    mutating func add(kind: String, id: Int64, orderID: String, amount: Int64, at: WallClock) {
        self.line([kind, "\(id)", CSVField.quoted(orderID), at.rfc3339, "\(amount)"])
    }

    var bytes: [UInt8] { Array(self.text.utf8) }

    mutating func finished() -> [UInt8] {
        let settlement = self.settlement
        for (name, amount) in [
            ("GROSS", settlement.gross), ("REFUNDS", -settlement.refunds), ("GATEWAY_FEE", -settlement.gatewayFee),
            ("PLATFORM_FEE", -settlement.platformFee), ("VAT", -settlement.tax), ("CARRIED_IN", settlement.carriedIn),
            ("NET", settlement.net),
        ] { self.line([name, "\(settlement.id)", "", settlement.date, "\(amount)"]) }
        return Array(self.text.utf8)
    }

    private mutating func line(_ fields: [String]) {
        self.text += (fields + [self.settlement.currency.rawValue]).joined(separator: ",") + "\r\n"
    }
}
