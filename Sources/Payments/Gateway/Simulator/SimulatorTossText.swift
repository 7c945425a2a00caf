internal import Commerce
internal import HTTPServer
internal import Primitives

/// How Toss writes things.
enum SimulatorTossText {
    static func bytes(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.bytes
    }

    static func status(_ state: SimulatorPayment.State) -> String {
        switch state {
        case .ready: "READY"
        case .inProgress: "IN_PROGRESS"
        case .waitingForDeposit: "WAITING_FOR_DEPOSIT"
        case .done: "DONE"
        case .partlyCanceled: "PARTIAL_CANCELED"
        case .canceled: "CANCELED"
        case .aborted: "ABORTED"
        case .expired: "EXPIRED"
        }
    }

    /// A `Payment`. `status` and `total` in place of the true ones, for lies.
    static func payment(
        _ payment: SimulatorPayment, status: String? = nil, total: Int64? = nil, _ settings: SimulatorBank.Settings,
        to writer: inout JSONWriter
    ) {
        let currency = payment.total.currency
        let total = total ?? payment.total.amount
        func amount(_ name: StaticString, _ amount: Int64, _ writer: inout JSONWriter) {
            writer.name(name)
            GatewayAmount.writeMajor(Money(amount, currency), to: &writer)
        }
        writer.object { writer in
            writer.member("version", "2022-11-16")
            writer.member("mId", "simulator")
            writer.member("paymentKey", payment.key)
            writer.member("orderId", payment.orderID)
            writer.member("orderName", payment.orderName)
            writer.member("type", "NORMAL")
            writer.member("status", status ?? Self.status(payment.state))
            writer.member("method", payment.isVirtualAccount ? "가상계좌" : "카드")
            writer.member("currency", currency.rawValue)
            amount("totalAmount", total, &writer)
            amount("balanceAmount", min(total, max(payment.balance, 0)), &writer)
            writer.member("lastTransactionKey", payment.lastTransactionKey)
            writer.member("requestedAt", GatewayTime.korean(payment.requestedAt))
            writer.member("approvedAt", payment.approvedAt.map(GatewayTime.korean))
            writer.member("isPartialCancelable", payment.isPartialCancelable)
            writer.member("useEscrow", false)
            Self.method(payment, &writer)
            writer.name("cancels")
            if payment.cancels.isEmpty {
                writer.null()
            } else {
                writer.array { writer in
                    for cancel in payment.cancels { Self.cancel(cancel, of: payment, to: &writer) }
                }
            }
            writer.name("receipt")
            writer.object { $0.member("url", settings.pageBase + payment.key) }
            writer.name("checkout")
            writer.object { $0.member("url", settings.pageBase + payment.key) }
            writer.name("failure")
            if let code = payment.failureCode { Self.error(code, to: &writer) } else { writer.null() }
        }
    }

    private static func method(_ payment: SimulatorPayment, _ writer: inout JSONWriter) {
        guard payment.isVirtualAccount else {
            writer.name("card")
            return writer.object { writer in
                writer.member("number", "43301234****123*")
                writer.member("issuerCode", "61")
                writer.member("acquirerCode", "31")
                writer.member("approveNo", "00000000")
                writer.member("installmentPlanMonths", 0)
                writer.member("isInterestFree", false)
                writer.member("acquireStatus", "READY")
            }
        }
        writer.member("secret", payment.secret)
        writer.name("virtualAccount")
        writer.object { writer in
            writer.member("accountNumber", payment.accountNumber)
            writer.member("bankCode", "20")
            writer.member("dueDate", payment.dueAt.map(GatewayTime.korean))
            writer.member("refundStatus", "NONE")
            writer.member("expired", payment.state == .expired)
            writer.member("settlementStatus", "INCOMPLETED")
        }
    }

    private static func cancel(
        _ cancel: SimulatorCancel, of payment: SimulatorPayment, withPayment: Bool = false, to writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.member("transactionKey", cancel.key)
            writer.member("cancelReason", cancel.reason)
            writer.member("canceledAt", GatewayTime.korean(cancel.at))
            writer.name("cancelAmount")
            GatewayAmount.writeMajor(Money(cancel.amount, payment.total.currency), to: &writer)
            writer.name("refundableAmount")
            GatewayAmount.writeMajor(Money(max(payment.balance, 0), payment.total.currency), to: &writer)
            writer.member("cancelStatus", cancel.state == .done ? "DONE" : "ABORTED")
            guard withPayment else { return }
            writer.member("paymentKey", payment.key)
            writer.member("orderId", payment.orderID)
        }
    }

    static func error(_ code: String, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("code", code)
            writer.member("message", "simulated: \(code)")
        }
    }

    // MARK: Webhooks

    /// Without a zone, as Toss does.
    private static func createdAt(_ time: WallClock) -> String {
        let text = GatewayTime.korean(time)
        let milliseconds = time.unixMilliseconds.quotientAndRemainder(dividingBy: 1000).remainder.magnitude
        return text.prefix(19) + "." + "\(1000 + milliseconds)".dropFirst() + "000"
    }

    static func statusChanged(
        _ payment: SimulatorPayment, status: String?, total: Int64?, at time: WallClock,
        _ settings: SimulatorBank.Settings
    ) -> [UInt8] {
        self.bytes { writer in
            writer.object { writer in
                writer.member("eventType", "PAYMENT_STATUS_CHANGED")
                writer.member("createdAt", self.createdAt(time))
                writer.name("data")
                self.payment(payment, status: status, total: total, settings, to: &writer)
            }
        }
    }

    static func deposit(_ payment: SimulatorPayment, secret: String, at time: WallClock) -> [UInt8] {
        self.bytes { writer in
            writer.object { writer in
                writer.member("createdAt", self.createdAt(time))
                writer.member("secret", secret)
                writer.member("status", self.status(payment.state))
                writer.member("transactionKey", payment.lastTransactionKey)
                writer.member("orderId", payment.orderID)
            }
        }
    }

    static func cancelChanged(_ cancel: SimulatorCancel, of payment: SimulatorPayment, at time: WallClock) -> [UInt8] {
        self.bytes { writer in
            writer.object { writer in
                writer.member("eventType", "CANCEL_STATUS_CHANGED")
                writer.member("createdAt", self.createdAt(time))
                writer.name("data")
                self.cancel(cancel, of: payment, withPayment: true, to: &writer)
            }
        }
    }

    // MARK: Lists

    static func transaction(_ movement: SimulatorMovement, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("mId", "simulator")
            writer.member("transactionKey", movement.key)
            writer.member("paymentKey", movement.paymentKey)
            writer.member("orderId", movement.orderID)
            writer.member("method", "카드")
            writer.member("status", movement.kind.sign > 0 ? "DONE" : "CANCELED")
            writer.member("transactionAt", GatewayTime.korean(movement.at))
            writer.member("currency", movement.amount.currency.rawValue)
            writer.name("amount")
            GatewayAmount.writeMajor(movement.amount, to: &writer)
        }
    }

    static func settlement(_ movement: SimulatorMovement, to writer: inout JSONWriter) {
        let (sign, currency) = (movement.kind.sign, movement.amount.currency)
        let factor = GatewayAmount.factor(currency)
        func amount(_ name: StaticString, _ amount: Int64, _ writer: inout JSONWriter) {
            writer.name(name)
            if factor == 1 { writer.integer(amount) } else { writer.number(Double(amount) / Double(factor)) }
        }
        writer.object { writer in
            writer.member("mId", "simulator")
            writer.member("transactionKey", movement.key)
            writer.member("paymentKey", movement.paymentKey)
            writer.member("orderId", movement.orderID)
            writer.member("currency", currency.rawValue)
            writer.member("method", "카드")
            amount("amount", sign * movement.amount.amount, &writer)
            amount("fee", sign * movement.fee, &writer)
            amount("payOutAmount", sign * (movement.amount.amount - movement.fee), &writer)
            writer.member("approvedAt", GatewayTime.korean(movement.at))
            writer.member("soldDate", String(GatewayTime.korean(movement.at).prefix(10)))
            writer.member("paidOutDate", String(GatewayTime.korean(movement.at).prefix(10)))
        }
    }
}
