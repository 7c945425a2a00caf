internal import Commerce
internal import Primitives

// What the API's description shows.

extension PaymentRow {
    private static let begun = WallClock(unixMilliseconds: 1_795_910_400_000)

    static let waiting = PaymentRow(example: .created)
    static let unknown = PaymentRow(example: PaymentState(.waiting, .unknown))

    static var completed: PaymentRow {
        var payment = PaymentRow(example: .completed)
        payment.providerKey = "tviva20261129abcdef"
        payment.method = "카드"
        payment.maskedCard = "43301234****123*"
        payment.receiptURL = "https://dashboard.tosspayments.com/receipt/abc"
        payment.captured = payment.total.amount
        payment.capturedCurrency = .krw
        payment.capturedAt = self.begun
        payment.ticketIDs = [9001, 9002]
        return payment
    }

    static var deposit: PaymentRow {
        var payment = PaymentRow(example: PaymentState(.waiting, .awaitingDeposit))
        payment.method = "가상계좌"
        payment.deposit = #"{"bankCode":"20","accountNumber":"X6505636518308","dueAt":"2026-12-02T15:00:00.000Z"}"#
        return payment
    }

    private init(example state: PaymentState) {
        self.id = 17
        self.orderID = "podo-0b9a5f1e-8f5c-4a6e-9a38-8e1f0b6d7c21"
        self.reservationID = 4711
        self.memberID = 4_503_599_627_370_497
        self.sellerID = 4_503_599_627_370_499
        self.concertID = 12
        self.gateway = "toss"
        self.orderName = "포도 콘서트 2석"
        self.total = Money(198_000)
        self.state = state
        self.captured = 0
        self.refunded = 0
        self.kept = 0
        self.refundPending = 0
        self.isDisputed = false
        self.ticketIDs = []
        self.attemptCount = 0
        self.age = .seconds(1)
        self.createdAt = Self.begun
        self.discount = 0
        self.usesPromotion = false
    }
}

extension GatewayCheckout {
    static let page = GatewayCheckout(url: "https://checkout.example.com/pay/abc")
    static let script = GatewayCheckout(clientKey: "test_ck_abc", depositHours: 24)
}

extension RefundRow {
    static let example = RefundRow(example: .succeeded)
    static let requested = RefundRow(example: .requested)

    private init(example status: RefundStatus) {
        self.id = 5
        self.paymentID = 17
        self.amount = Money(89_100)
        self.fee = 9900
        self.cause = .member
        self.reason = "일정 변경"
        self.status = status
        self.idempotencyKey = ""
        self.attemptCount = 1
        self.age = .seconds(1)
        self.seatIDs = [44_040_192]
        self.createdAt = WallClock(unixMilliseconds: 1_795_910_400_000)
        self.completedAt = status == .succeeded ? WallClock(unixMilliseconds: 1_795_910_401_000) : nil
    }
}

extension RefundQuote {
    static let example = RefundQuote(
        seatIDs: [12_582_917], paid: 99_000, back: 89_100, fee: 9900, currency: .krw, daysBefore: 8,
        feeBasisPoints: 1000)
}

extension SettlementRow {
    static let example = SettlementRow(
        id: 3, sellerID: 4_503_599_627_370_499, date: "2026-11-28", currency: .krw, status: .calculated,
        gross: 1_980_000, refunds: 89_100, gatewayFee: 49_500, platformFee: 94_545, tax: 9454, carriedIn: 0,
        net: 1_737_401, carriedTo: nil, paidAt: nil)

    private init(
        id: Int64, sellerID: Int64, date: String, currency: Currency, status: SettlementStatus, gross: Int64,
        refunds: Int64, gatewayFee: Int64, platformFee: Int64, tax: Int64, carriedIn: Int64, net: Int64,
        carriedTo: Int64?, paidAt: WallClock?
    ) {
        self.id = id
        self.sellerID = sellerID
        self.date = date
        self.currency = currency
        self.status = status
        self.gross = gross
        self.refunds = refunds
        self.gatewayFee = gatewayFee
        self.platformFee = platformFee
        self.tax = tax
        self.carriedIn = carriedIn
        self.net = net
        self.carriedTo = carriedTo
        self.paidAt = paidAt
    }
}

extension BookDifference {
    static let example = BookDifference(
        .amount, place: 1, id: 9, gateway: "toss", paymentID: 17, orderID: "podo-0b9a5f1e-8f5c-4a6e-9a38-8e1f0b6d7c21",
        providerKey: "9C62B18EEF0DE3EB7F4422EB6D14BC6E", amount: Money(198_000),
        at: WallClock(unixMilliseconds: 1_795_910_400_000))
    /// Of nobody's payment.
    static let stranger = BookDifference(
        .companyOnly, place: 1, id: 10, gateway: "toss", paymentID: nil, orderID: nil, providerKey: nil,
        amount: Money(1000), at: WallClock(unixMilliseconds: 1_795_910_400_000))
}

extension PaymentAnswer {
    /// Every shape that one can have.
    static var examples: [PaymentAnswer] {
        [
            PaymentAnswer(payment: .completed), PaymentAnswer(payment: .waiting, checkout: .page),
            PaymentAnswer(payment: .waiting, checkout: .script), PaymentAnswer(payment: .unknown),
            PaymentAnswer(payment: .deposit), PaymentAnswer(payment: .completed, isForManager: true),
        ]
    }
}

extension RefundAnswer {
    static var examples: [RefundAnswer] {
        [
            RefundAnswer(refund: .example, paymentStatus: .partCanceled),
            RefundAnswer(refund: .requested, paymentStatus: .completed), RefundAnswer(refund: .example),
        ]
    }
}
