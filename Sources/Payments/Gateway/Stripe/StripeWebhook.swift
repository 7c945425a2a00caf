internal import Crypto
internal import HTTPServer
internal import Observability
internal import Primitives

/// What Stripe sends by itself: signed over the raw bytes, which are looked at before anything is parsed.
enum StripeWebhook {
    static let signatureField = HTTPFieldName("stripe-signature")
    /// Elements of one signature field that are looked at.
    private static let elementCountMax = 16

    static func parse(
        _ fields: HTTPFields, _ body: [UInt8], at now: WallClock, _ settings: StripeSettings
    ) -> GatewayWebhook {
        guard body.count <= settings.limits.documentByteCountMax else { return .refused(.tooLarge) }
        if let refusal = self.check(fields[self.signatureField], body, at: now, settings) { return .refused(refusal) }
        guard let json = GatewayJSON(body, byteCountMax: settings.limits.documentByteCountMax),
            let id = GatewayText.code(json.string("id")), let type = GatewayText.code(json.string("type")),
            let object = json.object("data")?.object("object")
        else { return .refused(.malformed) }
        return self.hint(id, type, object)
    }

    // MARK: The signature

    /// `t=1700000000,v1=<hex>,…` over `t.body`; nil when one of ours made it, near enough to now.
    private static func check(
        _ field: String?, _ body: [UInt8], at now: WallClock, _ settings: StripeSettings
    ) -> GatewayWebhook.Refusal? {
        guard let field, field.utf8.count <= 4096 else { return .signatureMissing }
        var time: (text: [UInt8], seconds: Int)?
        var signatures: [[UInt8]] = []
        let elements = Array(field.utf8).split(separator: UInt8(ascii: ","), maxSplits: Self.elementCountMax)
        for element in elements.prefix(Self.elementCountMax) {
            let parts = element.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard parts.count == 2 else { continue }
            if parts[0].elementsEqual("t".utf8), time == nil {
                guard let seconds = DecimalText.parse(parts[1]) else { return .signatureMissing }
                time = (Array(parts[1]), seconds)
            }
            if parts[0].elementsEqual("v1".utf8) { signatures.append(Array(parts[1])) }
        }
        guard let time, !signatures.isEmpty else { return .signatureMissing }
        // Every one is compared with every secret, whichever fits: the time tells nothing.
        var isOurs = false
        for secret in settings.webhookSecrets {
            let expected = self.signature(time.text, body, secret)
            for signature in signatures where ConstantTime.isEqual(signature, expected) { isOurs = true }
        }
        guard isOurs else { return .signatureWrong }
        let (distance, overflowed) = Int64(time.seconds).subtractingReportingOverflow(Int64(now.unixSeconds))
        guard !overflowed, distance.magnitude <= settings.toleranceSeconds.magnitude else { return .signatureOld }
        return nil
    }

    /// In hexadecimal digits.
    static func signature(_ time: [UInt8], _ body: [UInt8], _ secret: Secret<String>) -> [UInt8] {
        let code = HMACSHA256.code(of: time + [UInt8(ascii: ".")] + body, key: Array(secret.reveal().utf8))
        var digits: [UInt8] = []
        for byte in code { HexText.append(UInt64(byte), digitCount: 2, to: &digits) }
        return digits
    }

    // MARK: The event

    private static let paymentEvents: Set<String> = [
        "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.processing",
        "payment_intent.canceled", "payment_intent.amount_capturable_updated",
    ]
    /// A refund of a card announces itself by the first two only.
    private static let refundEvents: Set<String> = [
        "charge.refunded", "refund.created", "refund.updated", "refund.failed",
    ]
    private static let disputeEvents: Set<String> = [
        "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
        "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    ]

    private static func hint(_ id: String, _ type: String, _ object: GatewayJSON) -> GatewayWebhook {
        var hint = GatewayHint(
            eventKey: id, eventType: type, subject: .payment,
            orderID: object.object("metadata")?.string("order_id", lengthMax: 64), providerKey: nil, proof: .signed)
        if self.paymentEvents.contains(type) {
            hint.providerKey = object.string("id")
            hint.saysPaid = type == "payment_intent.succeeded"
        } else if self.refundEvents.contains(type) {
            hint.subject = .refund
            hint.providerKey = object.string("payment_intent")
            if type != "charge.refunded" { hint.refundKey = object.string("id") }
        } else if self.disputeEvents.contains(type) {
            hint.subject = .dispute
            hint.providerKey = object.string("payment_intent")
        } else {
            return .ignored(eventType: type)
        }
        guard hint.providerKey != nil || hint.refundKey != nil || hint.orderID != nil else {
            return .refused(.malformed)
        }
        return .hint(hint)
    }
}
