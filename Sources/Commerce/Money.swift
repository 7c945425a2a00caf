package import HTTPServer

/// An amount in the smallest unit of its currency: whole, never a fraction, and never divided but for people to read.
package struct Money: Equatable, Hashable, Sendable {
    package var amount: Int64
    package var currency: Currency

    package init(_ amount: Int64, _ currency: Currency = .krw) {
        self.amount = amount
        self.currency = currency
    }

    /// No price or total is larger: sums of millions of them still fit.
    package static let amountMax: Int64 = 1_000_000_000_000
}

/// A currency that something can be sold in, by its code (ISO 4217).
package enum Currency: String, CaseIterable, Sendable {
    case krw = "KRW"
    case jpy = "JPY"
    case usd = "USD"
    case eur = "EUR"
    case kwd = "KWD"

    /// Decimal places of its smallest unit.
    package var exponent: Int {
        switch self {
        case .krw, .jpy: 0
        case .usd, .eur: 2
        case .kwd: 3
        }
    }
}

extension Money: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("amount", self.amount)
            writer.member("currency", self.currency.rawValue)
        }
    }
}
