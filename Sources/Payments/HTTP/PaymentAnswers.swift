internal import Commerce
internal import HTTPServer
internal import Primitives

/// The first is what is meant where nothing is said.
struct PaymentMethodsAnswer: JSONEncodable {
    let methods: [GatewayOrder.Method]

    func encode(to writer: inout JSONWriter) {
        writer.object { $0.member("methods", self.methods.map(\.rawValue)) }
    }
}

/// A payment as its buyer sees it, and a manager with a little more.
struct PaymentAnswer: JSONEncodable {
    let payment: PaymentRow
    var checkout: GatewayCheckout?
    var isForManager = false

    func encode(to writer: inout JSONWriter) {
        let payment = self.payment
        writer.object { writer in
            writer.member("paymentId", payment.id)
            writer.member("reservationId", payment.reservationID)
            writer.member("concertId", payment.concertID)
            writer.member("status", payment.state.status.rawValue)
            writer.member("phase", payment.state.phase.rawValue)
            // Of money that nothing could be given for, the buyer is told that it goes back.
            writer.member("isOrphan", payment.state.isOrphan)
            writer.member("orderId", payment.orderID)
            writer.member("orderName", payment.orderName)
            writer.member("amount", payment.total)
            writer.member(
                "listAmount", Money(payment.total.amount &+ payment.discount, payment.total.currency))
            writer.member("discount", Money(payment.discount, payment.total.currency))
            writer.member("gateway", payment.gateway)
            writer.member("method", payment.method)
            writer.member("card", payment.maskedCard)
            writer.member("receiptUrl", payment.receiptURL)
            writer.member("refunded", Money(payment.refunded, payment.capturedCurrency ?? payment.total.currency))
            writer.member(
                "refundPending", Money(payment.refundPending, payment.capturedCurrency ?? payment.total.currency))
            writer.member("cancelFee", Money(payment.kept, payment.total.currency))
            writer.member("needsRefundAccount", payment.needsAccount)
            writer.member("failureCode", payment.failureCode)
            writer.member("ticketIds", payment.ticketIDs)
            writer.member("createdAt", payment.createdAt.rfc3339)
            writer.member("paidAt", payment.capturedAt?.rfc3339)
            writer.member("checkoutUrl", self.checkout?.url)
            if let checkout = self.checkout { self.encode(checkout, &writer) }
            if let deposit = payment.deposit { self.encode(deposit: deposit, &writer) }
            if self.isForManager {
                writer.member("memberId", payment.memberID)
                writer.member("sellerId", payment.sellerID)
                writer.member("providerKey", payment.providerKey)
                writer.member("captured", Money(payment.captured, payment.capturedCurrency ?? payment.total.currency))
                writer.member("isDisputed", payment.isDisputed)
            }
        }
    }

    private func encode(_ checkout: GatewayCheckout, _ writer: inout JSONWriter) {
        writer.name("checkout")
        writer.object { writer in
            writer.member("url", checkout.url)
            writer.member("clientKey", checkout.clientKey)
            writer.member("clientSecret", checkout.clientSecret)
            writer.member("providerKey", checkout.providerKey)
            writer.member("depositHours", checkout.depositHours)
        }
    }

    /// Where to transfer to, as it was stored.
    private func encode(deposit: String, _ writer: inout JSONWriter) {
        writer.name("deposit")
        // It is JSON of our own making.
        ((try? JSONParser.parse(Array(deposit.utf8))) ?? .null).encode(to: &writer)
    }
}

/// A payment as who sold it sees it: what it came to, and nothing of how it was paid.
struct SaleAnswer: JSONEncodable {
    let payment: PaymentRow

    func encode(to writer: inout JSONWriter) {
        let payment = self.payment
        writer.object { writer in
            writer.member("paymentId", payment.id)
            writer.member("reservationId", payment.reservationID)
            writer.member("concertId", payment.concertID)
            writer.member("orderName", payment.orderName)
            writer.member("status", payment.state.status.rawValue)
            writer.member("amount", payment.total)
            writer.member("refunded", Money(payment.refunded, payment.total.currency))
            writer.member("refundPending", Money(payment.refundPending, payment.total.currency))
            writer.member("cancelFee", Money(payment.kept, payment.total.currency))
            writer.member("isDisputed", payment.isDisputed)
            writer.member("paidAt", payment.capturedAt?.rfc3339)
        }
    }
}

struct RefundAnswer: JSONEncodable {
    let refund: RefundRow
    var paymentStatus: PaymentStatus?

    func encode(to writer: inout JSONWriter) {
        let refund = self.refund
        writer.object { writer in
            writer.member("refundId", refund.id)
            writer.member("paymentId", refund.paymentID)
            if let status = self.paymentStatus { writer.member("paymentStatus", status.rawValue) }
            writer.member("status", refund.status.rawValue)
            writer.member("amount", refund.amount)
            writer.member("cancelFee", Money(refund.fee, refund.amount.currency))
            writer.member("cause", refund.cause.rawValue)
            writer.member("reason", refund.reason)
            writer.member("seatIds", refund.seatIDs)
            writer.member("awaitsAccount", refund.awaitsAccount)
            writer.member("failureCode", refund.failureCode)
            writer.member("settledNote", refund.settledNote)
            writer.member("createdAt", refund.createdAt.rfc3339)
            writer.member("completedAt", refund.completedAt?.rfc3339)
        }
    }
}

struct QuoteAnswer: JSONEncodable {
    let quote: RefundQuote

    func encode(to writer: inout JSONWriter) {
        let quote = self.quote
        writer.object { writer in
            writer.member("seatIds", quote.seatIDs)
            writer.member("paid", Money(quote.paid, quote.currency))
            writer.member("amount", Money(quote.back, quote.currency))
            writer.member("cancelFee", Money(quote.fee, quote.currency))
            writer.member("daysBefore", quote.daysBefore)
            writer.member("feeBasisPoints", quote.feeBasisPoints)
        }
    }
}

struct SettlementAnswer: JSONEncodable {
    let settlement: SettlementRow

    func encode(to writer: inout JSONWriter) {
        let settlement = self.settlement
        func money(_ amount: Int64) -> Money { Money(amount, settlement.currency) }
        writer.object { writer in
            writer.member("settlementId", settlement.id)
            writer.member("sellerId", settlement.sellerID)
            writer.member("date", settlement.date)
            writer.member("status", settlement.status.rawValue)
            writer.member("gross", money(settlement.gross))
            writer.member("refunds", money(settlement.refunds))
            writer.member("gatewayFee", money(settlement.gatewayFee))
            writer.member("platformFee", money(settlement.platformFee))
            writer.member("vat", money(settlement.tax))
            writer.member("carriedIn", money(settlement.carriedIn))
            writer.member("net", money(settlement.net))
            writer.member("carriedTo", settlement.carriedTo)
            writer.member("paidAt", settlement.paidAt?.rfc3339)
        }
    }
}

struct DifferenceAnswer: JSONEncodable {
    let difference: BookDifference

    func encode(to writer: inout JSONWriter) {
        let difference = self.difference
        writer.object { writer in
            writer.member("kind", difference.kind.rawValue)
            writer.member("gateway", difference.gateway)
            writer.member("paymentId", difference.paymentID)
            writer.member("orderId", difference.orderID)
            writer.member("providerKey", difference.providerKey)
            writer.member("amount", difference.amount)
            writer.member("at", difference.at.rfc3339)
        }
    }
}

struct SettlementRunAnswer: JSONEncodable {
    let run: Settlements.Run

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("date", self.run.day)
            writer.member("sellerCount", self.run.sellerCount)
            writer.member("failureCount", self.run.failureCount)
        }
    }
}
