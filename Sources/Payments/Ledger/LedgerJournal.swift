package import Commerce
internal import Crypto
package import Postgres

/// Where money is, or whom it is owed to.
package enum LedgerAccount: Hashable, Sendable {
    /// What payment companies have of ours.
    case gatewayReceivable
    /// What a seller is owed.
    case sellerPayable(Int64)
    /// What buyers are owed for nothing that they got.
    case customerOwed
    case platformRevenue
    case vatPayable
    case bank
    /// What buyers' banks took that had gone back to the buyers before.
    case disputeLoss

    package var code: String {
        switch self {
        case .gatewayReceivable: "GATEWAY_RECEIVABLE"
        case .sellerPayable: "SELLER_PAYABLE"
        case .customerOwed: "CUSTOMER_OWED"
        case .platformRevenue: "PLATFORM_REVENUE"
        case .vatPayable: "VAT_PAYABLE"
        case .bank: "BANK"
        case .disputeLoss: "DISPUTE_LOSS"
        }
    }

    /// The seller; 0 for accounts of the house.
    package var owner: Int64 {
        switch self {
        case .sellerPayable(let seller): seller
        case .gatewayReceivable, .customerOwed, .platformRevenue, .vatPayable, .bank, .disputeLoss: 0
        }
    }
}

/// One thing that happened to money, in lines that sum to zero: debits above it, credits below.
///
/// It has one number, made from what it is and what it is about: told twice, it is written once.
package struct LedgerJournal: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case sale = "SALE"
        case refund = "REFUND"
        /// What went back from the house's own bank.
        case refundOutside = "REFUND_OUTSIDE"
        /// What went back is back.
        case refundReversed = "REFUND_REVERSED"
        /// Money that came for nothing, and money of that kind that went back.
        case orphan = "ORPHAN"
        case orphanRefund = "ORPHAN_REFUND"
        case settlementFees = "SETTLEMENT_FEES"
        case payout = "PAYOUT"
    }

    package struct Line: Equatable, Sendable {
        package var account: LedgerAccount
        package var amount: Int64
    }

    package let kind: Kind
    /// The table and the row that it is about.
    package let subject: String
    package let subjectID: Int64
    package let currency: Currency
    package let lines: [Line]

    /// Moves an amount from what is credited to what is debited. Nil for nothing.
    package init?(
        _ kind: Kind, of subject: String, _ subjectID: Int64, _ amount: Money, from credited: LedgerAccount,
        to debited: LedgerAccount
    ) {
        self.init(
            kind, of: subject, subjectID, amount.currency,
            [Line(account: debited, amount: amount.amount), Line(account: credited, amount: -amount.amount)])
    }

    /// Lines of nothing are left out. Nil without a line, and for lines that do not sum to zero: the database would not
    /// take them either.
    package init?(_ kind: Kind, of subject: String, _ subjectID: Int64, _ currency: Currency, _ lines: [Line]) {
        let lines = lines.filter { $0.amount != 0 }
        var sum: Int64 = 0
        for line in lines { sum &+= line.amount }
        guard !lines.isEmpty, sum == 0 else { return nil }
        self.kind = kind
        self.subject = subject
        self.subjectID = subjectID
        self.currency = currency
        self.lines = lines
    }

    /// Version 8 (RFC 9562 §5.8): a hash of what it is about.
    package var id: PostgresUUID {
        let hash = SHA256.hash("podo ledger:\(self.kind.rawValue):\(self.subject):\(self.subjectID)")
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return PostgresUUID(
            high: (number(hash[0..<8]) & 0xFFFF_FFFF_FFFF_0FFF) | 0x8000,
            low: (number(hash[8..<16]) & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000)
    }
}

extension LedgerJournal {
    /// What a payment has brought: the seller's, or, where nothing can be given for it, the buyer's still.
    static func captured(_ payment: PaymentRow, _ amount: Money, isOrphan: Bool) -> LedgerJournal? {
        LedgerJournal(
            isOrphan ? .orphan : .sale, of: "payment", payment.id, amount,
            from: isOrphan ? .customerOwed : .sellerPayable(payment.sellerID), to: .gatewayReceivable)
    }

    /// What a refund has not taken, after all.
    static func reversed(_ refund: RefundRow, of payment: PaymentRow) -> LedgerJournal? {
        let lines = Self.lines(refund.amount.amount, refund.excess, of: payment)
        return LedgerJournal(
            .refundReversed, of: "refund", refund.id, refund.amount.currency,
            lines.map { Line(account: $0.account, amount: -$0.amount) })
    }

    /// What the house has paid to a buyer whose company could not.
    static func repaidOutside(_ refund: Int64, of payment: PaymentRow, _ amount: Money) -> LedgerJournal? {
        LedgerJournal(
            .refundOutside, of: "refund", refund, amount, from: .bank,
            to: payment.state.isOrphan ? .customerOwed : .sellerPayable(payment.sellerID))
    }

    /// What a refund has taken, and what of the house's own beyond that.
    static func refunded(
        _ refund: Int64, of payment: PaymentRow, _ amount: Money, excess: Int64 = 0
    ) -> LedgerJournal? {
        LedgerJournal(
            payment.state.isOrphan ? .orphanRefund : .refund, of: "refund", refund, amount.currency,
            Self.lines(amount.amount, excess, of: payment))
    }

    private static func lines(_ amount: Int64, _ excess: Int64, of payment: PaymentRow) -> [Line] {
        [
            Line(
                account: payment.state.isOrphan ? .customerOwed : .sellerPayable(payment.sellerID), amount: amount),
            Line(account: .disputeLoss, amount: excess),
            Line(account: .gatewayReceivable, amount: -(amount + excess)),
        ]
    }
}
