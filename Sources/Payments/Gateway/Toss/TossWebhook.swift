internal import Crypto
internal import HTTPServer
internal import Observability
internal import Primitives

/// What Toss sends by itself. It signs none of what payments are about, so a hint of it is worth a reading and nothing
/// more; only a deposit brings a secret.
enum TossWebhook {
    /// Nobody has signed it, so it is not parsed without end either. Toss's own are a few kilobytes.
    static let byteCountMax = 64 * 1024

    private static let transmissionID = HTTPFieldName("tosspayments-webhook-transmission-id")

    static func parse(_ fields: HTTPFields, _ body: [UInt8], byteCountMax: Int) -> GatewayWebhook {
        guard body.count <= min(byteCountMax, self.byteCountMax) else { return .refused(.tooLarge) }
        guard let json = GatewayJSON(body, byteCountMax: byteCountMax) else { return .refused(.malformed) }
        let eventKey = self.eventKey(fields, body)
        guard let type = json.string("eventType", lengthMax: 64) else { return self.deposit(json, eventKey) }
        guard let code = GatewayText.code(type) else { return .refused(.malformed) }
        switch code {
        case "PAYMENT_STATUS_CHANGED": return self.change(json, code, eventKey, .payment)
        case "CANCEL_STATUS_CHANGED": return self.change(json, code, eventKey, .refund)
        case "DEPOSIT_CALLBACK": return self.deposit(json, eventKey)
        default: return .ignored(eventType: code)
        }
    }

    /// Toss's own number of the event, the same when it is sent again; else the digest of what was sent.
    private static func eventKey(_ fields: HTTPFields, _ body: [UInt8]) -> String {
        if let id = GatewayText.code(fields[self.transmissionID]) { return id }
        return String(decoding: Base64Text.url.encode(SHA256.hash(body)), as: UTF8.self)
    }

    private static func change(
        _ json: GatewayJSON, _ type: String, _ eventKey: String, _ subject: GatewayHint.Subject
    ) -> GatewayWebhook {
        guard let data = json.object("data") else { return .refused(.malformed) }
        let orderID = data.string("orderId", lengthMax: 64)
        let paymentKey = data.string("paymentKey")
        let refundKey = subject == .refund ? data.string("transactionKey", lengthMax: 64) : nil
        guard orderID != nil || paymentKey != nil || refundKey != nil else { return .refused(.malformed) }
        return .hint(
            GatewayHint(
                eventKey: eventKey, eventType: type, subject: subject, orderID: orderID, providerKey: paymentKey,
                refundKey: refundKey, saysPaid: subject == .payment && data.string("status") == "DONE", proof: .none))
    }

    private static func deposit(_ json: GatewayJSON, _ eventKey: String) -> GatewayWebhook {
        guard let orderID = json.string("orderId", lengthMax: 64), json.string("status") != nil else {
            return .refused(.malformed)
        }
        guard let secret = json.string("secret", lengthMax: 50) else { return .refused(.signatureMissing) }
        return .hint(
            GatewayHint(
                eventKey: eventKey, eventType: "DEPOSIT_CALLBACK", subject: .deposit, orderID: orderID,
                providerKey: nil, proof: .secret(Secret(secret))))
    }
}
