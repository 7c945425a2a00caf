internal import Commerce
internal import HTTPServer
internal import Observability
internal import Primitives

/// What Toss's answers mean. Pure: bytes in, outcomes out.
enum TossAnswer {
    /// The company's keys, as they are documented.
    private static let keyByteCountMax = 200
    private static let cancelCountMax = 1000

    // MARK: Payments

    /// A `Payment` object; nil when something that decides is missing or is no such thing.
    static func payment(_ json: GatewayJSON) -> GatewaySnapshot? {
        guard let orderID = json.string("orderId", lengthMax: 64),
            let key = json.string("paymentKey", lengthMax: Self.keyByteCountMax),
            let word = GatewayText.code(json.string("status")),
            let currency = Currency(code: json.string("currency", lengthMax: 3)),
            let total = GatewayAmount.major(json["totalAmount"], currency),
            let balance = GatewayAmount.major(json["balanceAmount"], currency), balance <= total,
            let status = Self.status(word, isPaid: json.string("approvedAt") != nil)
        else { return nil }
        guard let cancels = Self.cancels(json, currency) else { return nil }
        var snapshot = GatewaySnapshot(
            orderID: orderID, providerKey: key, status: status, providerStatus: word, total: Money(total, currency),
            balance: Money(balance, currency))
        snapshot.cancels = cancels
        snapshot.method = json.string("method", lengthMax: 64)
        snapshot.maskedCard = json.object("card")?.string("number", lengthMax: 32)
        snapshot.transactionKey = json.string("lastTransactionKey", lengthMax: 64)
        snapshot.approvedAt = GatewayTime.rfc3339(json.string("approvedAt"))
        snapshot.receiptURL = json.object("receipt")?.string("url", lengthMax: 2000)
        if let account = json.object("virtualAccount"), let number = account.string("accountNumber", lengthMax: 32) {
            snapshot.deposit = GatewayDeposit(
                bankCode: account.string("bankCode", lengthMax: 16) ?? "", accountNumber: number,
                dueAt: GatewayTime.rfc3339(account.string("dueDate")),
                secret: json.string("secret", lengthMax: 50).map(Secret.init))
        }
        return snapshot
    }

    /// Nil for a word that is none of the documented ones: nobody knows what it says of the money.
    private static func status(_ word: String, isPaid: Bool) -> GatewaySnapshot.Status? {
        switch word {
        case "READY", "IN_PROGRESS": .open
        case "WAITING_FOR_DEPOSIT": .awaitingDeposit
        case "DONE": .paid
        case "PARTIAL_CANCELED": .partlyRefunded
        // Canceled before the deposit came: no money ever moved.
        case "CANCELED": isPaid ? .refunded : .failed
        case "ABORTED", "EXPIRED": .failed
        default: nil
        }
    }

    /// Nil when one of them cannot be read: a refund that is overlooked would be paid twice.
    private static func cancels(_ json: GatewayJSON, _ currency: Currency) -> [GatewayCancel]? {
        guard let list = json["cancels"], list != .null else { return [] }
        guard let objects = json.objects("cancels"), objects.count <= Self.cancelCountMax else { return nil }
        var cancels: [GatewayCancel] = []
        for object in objects {
            guard let object, let cancel = Self.cancel(object, currency) else { return nil }
            cancels.append(cancel)
        }
        return cancels
    }

    private static func cancel(_ json: GatewayJSON, _ currency: Currency) -> GatewayCancel? {
        guard let key = json.string("transactionKey", lengthMax: 64),
            let amount = GatewayAmount.major(json["cancelAmount"], currency)
        else { return nil }
        let status: GatewayCancel.Status
        switch json.string("cancelStatus") ?? "DONE" {
        case "DONE": status = .done
        case "IN_PROGRESS": status = .pending
        case "ABORTED": status = .failed
        default: return nil
        }
        var cancel = GatewayCancel(
            key: key, amount: Money(amount, currency), status: status,
            at: GatewayTime.rfc3339(json.string("canceledAt")),
            reason: json.string("cancelReason", lengthMax: 1000))
        cancel.refundID = cancel.reason.flatMap(self.refundID(ofReason:))
        return cancel
    }

    // MARK: Outcomes

    static func checkout(_ answer: GatewayAnswer, of order: GatewayOrder) -> GatewayCheckoutOutcome {
        guard answer.status == 200 else {
            let code = self.errorCode(answer)
            if let code, let wording = TossCodes.declines[code], answer.status < 500 {
                return .refused(GatewayDecline(code: code, message: wording))
            }
            return .unknown(self.doubt(answer, code))
        }
        guard let json = answer.json, let payment = self.payment(json),
            let url = json.object("checkout")?.string("url", lengthMax: 2000)
        else { return .unknown(GatewayDoubt(.unreadable)) }
        guard payment.orderID.utf8.elementsEqual(order.orderID.utf8), payment.total == order.total else {
            return .unknown(GatewayDoubt(.mismatch))
        }
        return .ready(GatewayCheckout(url: url, providerKey: payment.providerKey))
    }

    static func confirmation(_ answer: GatewayAnswer, of attempt: GatewayAttempt) -> GatewayOutcome {
        guard answer.status == 200 else { return self.confirmationError(answer) }
        guard let json = answer.json, let payment = self.payment(json) else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        guard self.isSame(payment, attempt.payment), payment.total == attempt.total else {
            return .unknown(GatewayDoubt(.mismatch))
        }
        switch payment.status {
        case .paid: return .approved(payment)
        case .awaitingDeposit: return .awaitingDeposit(payment)
        case .open, .authorized, .partlyRefunded, .refunded, .failed:
            return .unknown(GatewayDoubt(.statusUnclear, code: payment.providerStatus))
        }
    }

    private static func confirmationError(_ answer: GatewayAnswer) -> GatewayOutcome {
        guard let code = self.errorCode(answer) else { return .unknown(answer.doubt()) }
        // A list names codes with their statuses; the word of a server that has just failed counts for less.
        guard (400..<500).contains(answer.status) else { return .unknown(answer.doubt(code)) }
        if case .declined(let wording) = TossCodes.confirming(code) {
            return .declined(GatewayDecline(code: code, message: wording))
        }
        return .unknown(self.doubt(answer, code))
    }

    static func reading(_ answer: GatewayAnswer, of key: GatewayPaymentKey) -> GatewayReading {
        guard answer.status == 200 else {
            let code = self.errorCode(answer)
            if answer.status == 404, code == "NOT_FOUND_PAYMENT" { return .absent }
            return .unknown(self.doubt(answer, code))
        }
        guard let json = answer.json, let payment = self.payment(json) else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        return self.isSame(payment, key) ? .found(payment) : .unknown(GatewayDoubt(.mismatch))
    }

    /// Byte for byte: two texts that only look the same are two keys.
    private static func isSame(_ payment: GatewaySnapshot, _ key: GatewayPaymentKey) -> Bool {
        guard payment.orderID.utf8.elementsEqual(key.orderID.utf8) else { return false }
        guard let providerKey = key.providerKey else { return true }
        return payment.providerKey.utf8.elementsEqual(providerKey.utf8)
    }

    // MARK: Errors

    static func errorCode(_ answer: GatewayAnswer) -> String? { GatewayText.code(answer.json?.string("code")) }

    static func doubt(_ answer: GatewayAnswer, _ code: String?) -> GatewayDoubt {
        guard let code else { return answer.doubt() }
        if code == TossCodes.running { return GatewayDoubt(.stillRunning, code: code) }
        if TossCodes.misconfigurations.contains(code), answer.status < 500 {
            return GatewayDoubt(.misconfigured, code: code)
        }
        switch answer.status {
        case 429: return GatewayDoubt(.throttled, code: code)
        case 500...: return GatewayDoubt(.companyFailed, code: code)
        default: return GatewayDoubt(.codeUnclear, code: code)
        }
    }
}

extension Currency {
    /// By its code in either case; companies differ in that.
    init?(code: String?) {
        guard let code, code.utf8.count == 3, code.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let upper = code.uppercased()
        guard let currency = Currency.allCases.first(where: { $0.rawValue == upper }) else { return nil }
        self = currency
    }
}
