internal import Commerce
internal import HTTPServer
internal import Primitives

/// What Stripe's answers mean. Pure: bytes in, outcomes out.
enum StripeAnswer {
    // MARK: Intents

    /// A `payment_intent`; nil when something that decides is missing or is no such thing. `latest_charge` is expanded
    /// where refunds, card and dispute matter.
    static func payment(_ json: GatewayJSON) -> GatewaySnapshot? {
        guard json.string("object") == "payment_intent", let key = json.string("id"),
            let word = GatewayText.code(json.string("status")),
            let currency = Currency(code: json.string("currency", lengthMax: 3)),
            let total = GatewayAmount.minor(json["amount"]),
            let received = GatewayAmount.minor(json["amount_received"]), received <= total
        else { return nil }
        let charge = json.object("latest_charge")
        // What was given back stands there alone.
        guard charge != nil || word != "succeeded" else { return nil }
        var refunded: Int64 = 0
        if let charge {
            guard let amount = GatewayAmount.minor(charge["amount_refunded"]) else { return nil }
            // An authorisation that was let go counts as refunded there: no money of ours moved.
            refunded = min(amount, received)
        }
        guard let status = self.status(word, received: received, refunded: refunded),
            let cancels = self.cancels(charge, currency)
        else { return nil }
        var snapshot = GatewaySnapshot(
            orderID: json.object("metadata")?.string("order_id", lengthMax: 64) ?? "", providerKey: key,
            // What was taken counts, where something was: less can be captured than was authorised.
            status: status, providerStatus: word, total: Money(received > 0 ? received : total, currency),
            balance: Money(received - refunded, currency))
        snapshot.cancels = cancels
        if word == "succeeded" { snapshot.approvedAt = GatewayTime.unix(charge?.integer("created")) }
        snapshot.transactionKey = charge?.string("id") ?? json.string("latest_charge")
        snapshot.receiptURL = charge?.string("receipt_url", lengthMax: 2000)
        snapshot.isDisputed = charge?.boolean("disputed") ?? false
        if let details = charge?.object("payment_method_details") {
            snapshot.method = details.string("type", lengthMax: 64)
            if let card = details.object("card"), let last = card.string("last4", lengthMax: 4) {
                snapshot.maskedCard = "**** " + last
            }
        }
        return snapshot
    }

    private static func status(_ word: String, received: Int64, refunded: Int64) -> GatewaySnapshot.Status? {
        switch word {
        case "requires_payment_method", "requires_confirmation", "requires_action", "processing": .open
        case "requires_capture": .authorized
        case "succeeded": refunded == 0 ? .paid : refunded < received ? .partlyRefunded : .refunded
        case "canceled": .failed
        default: nil
        }
    }

    private static func cancels(_ charge: GatewayJSON?, _ currency: Currency) -> [GatewayCancel]? {
        guard let refunds = charge?.object("refunds") else { return [] }
        guard let objects = refunds.objects("data") else { return nil }
        var cancels: [GatewayCancel] = []
        for object in objects {
            guard let object, let cancel = self.refund(object) else { return nil }
            cancels.append(cancel)
        }
        return cancels
    }

    // MARK: Outcomes

    static func checkout(
        _ answer: GatewayAnswer, of order: GatewayOrder, publishableKey: String, pageBase: String?
    ) -> GatewayCheckoutOutcome {
        guard answer.status == 200 else {
            let error = StripeError(answer)
            if let error, answer.status == 400 || answer.status == 402, let decline = error.decline {
                return .refused(decline)
            }
            return .unknown(self.doubt(answer, error))
        }
        guard let json = answer.json, let payment = self.payment(json), let secret = json.string("client_secret")
        else { return .unknown(GatewayDoubt(.unreadable)) }
        guard payment.total == order.total, payment.orderID.utf8.elementsEqual(order.orderID.utf8) else {
            return .unknown(GatewayDoubt(.mismatch))
        }
        return .ready(
            GatewayCheckout(
                url: pageBase.map { StripeRequest.page($0, payment.providerKey, of: order) },
                clientKey: pageBase == nil ? publishableKey : nil, clientSecret: secret,
                providerKey: payment.providerKey))
    }

    static func confirmation(_ answer: GatewayAnswer, of attempt: GatewayAttempt) -> GatewayOutcome {
        guard answer.status == 200 else {
            let error = StripeError(answer)
            if let error, answer.status == 400 || answer.status == 402, let decline = error.decline {
                return .declined(decline)
            }
            return .unknown(self.doubt(answer, error))
        }
        guard let json = answer.json, let payment = self.payment(json) else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        guard self.isSame(payment, attempt.payment), payment.total == attempt.total,
            GatewayAmount.minor(json["amount"]) == attempt.total.amount
        else { return .unknown(GatewayDoubt(.mismatch)) }
        guard payment.status == .paid else {
            return .unknown(GatewayDoubt(.statusUnclear, code: payment.providerStatus))
        }
        // Less can be captured than was authorised; we never ask for that.
        return payment.balance == attempt.total ? .approved(payment) : .unknown(GatewayDoubt(.mismatch))
    }

    static func reading(_ answer: GatewayAnswer, of key: GatewayPaymentKey) -> GatewayReading {
        guard answer.status == 200 else {
            let error = StripeError(answer)
            if answer.status == 404, error?.code == "resource_missing" { return .absent }
            return .unknown(self.doubt(answer, error))
        }
        guard let json = answer.json else { return .unknown(GatewayDoubt(.unreadable)) }
        if self.isList(json) {
            guard let objects = json.objects("data") else { return .unknown(GatewayDoubt(.unreadable)) }
            if objects.isEmpty { return .absent }
            // One intent per order is all we ever make.
            guard objects.count == 1 else { return .unknown(GatewayDoubt(.mismatch)) }
        }
        guard let found = self.intent(json), let payment = self.payment(found) else {
            return .unknown(GatewayDoubt(.unreadable))
        }
        return self.isSame(payment, key) ? .found(payment) : .unknown(GatewayDoubt(.mismatch))
    }

    /// Whether refunds of the payment that was read are not all in the answer: a charge has the latest ten.
    static func hasMoreRefunds(_ answer: GatewayAnswer) -> Bool {
        let refunds = answer.json.flatMap(self.intent)?.object("latest_charge")?.object("refunds")
        return refunds?.boolean("has_more") == true
    }

    private static func isList(_ json: GatewayJSON) -> Bool {
        json.string("object") == "search_result" || json.string("object") == "list"
    }

    /// The intent that was read, or the only one that was found.
    private static func intent(_ json: GatewayJSON) -> GatewayJSON? {
        self.isList(json) ? json.objects("data")?.first.flatMap { $0 } : json
    }

    private static func isSame(_ payment: GatewaySnapshot, _ key: GatewayPaymentKey) -> Bool {
        guard payment.orderID.utf8.elementsEqual(key.orderID.utf8) else { return false }
        guard let providerKey = key.providerKey else { return true }
        return payment.providerKey.utf8.elementsEqual(providerKey.utf8)
    }

    static func doubt(_ answer: GatewayAnswer, _ error: StripeError?) -> GatewayDoubt {
        guard let error else { return answer.doubt() }
        let code = error.code ?? error.type
        if StripeCodes.running.contains(code) { return GatewayDoubt(.stillRunning, code: code) }
        if StripeCodes.throttles.contains(code) || answer.status == 429 {
            return GatewayDoubt(.throttled, code: code)
        }
        if answer.status == 409 { return GatewayDoubt(.stillRunning, code: code) }
        if answer.status >= 500 { return GatewayDoubt(.companyFailed, code: code) }
        let isOurs = StripeCodes.misconfigurations.contains(code) || error.type == "idempotency_error"
        if isOurs || answer.status == 401 || answer.status == 403 {
            return GatewayDoubt(.misconfigured, code: code)
        }
        return GatewayDoubt(.codeUnclear, code: code)
    }
}

/// Stripe's `error` object.
struct StripeError: Sendable {
    let type: String
    let code: String?
    let declineCode: String?

    init?(_ answer: GatewayAnswer) {
        guard let error = answer.json?.object("error"), let type = GatewayText.code(error.string("type")) else {
            return nil
        }
        self.type = type
        self.code = GatewayText.code(error.string("code"))
        self.declineCode = GatewayText.code(error.string("decline_code"))
    }

    /// What the buyer is told, when this is final.
    var decline: GatewayDecline? {
        guard let code, let wording = StripeCodes.declines[code] else { return nil }
        // A bank that says more says it in the second code.
        let closer = self.declineCode.flatMap { StripeCodes.declines[$0] }
        return GatewayDecline(code: self.declineCode ?? code, message: closer ?? wording)
    }
}
