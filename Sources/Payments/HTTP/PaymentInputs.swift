internal import HTTPServer

/// Texts as clients send them.
struct BeginPaymentInput: JSONDecodable {
    let reservationID: Int64
    let isSuccess: Bool?
    let promotion: PromotionCode?
    let method: GatewayOrder.Method

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let reservation = json.integer("reservationId", in: 1...Int64.max)
        self.isSuccess = json.boolean(
            "isSuccess", isRequired: false,
            about: "Decides the payment at once. Only where payments are simulated; elsewhere it is ignored.")
        self.promotion = json.promotionCode(
            "promotionCode", isRequired: false, about: "Takes something off. Without one the list price is paid.")
        let method = json.choice(
            "method", of: GatewayOrder.Method.self, isRequired: false,
            about: "CARD by itself. VIRTUAL_ACCOUNT is a transfer to an account number made for this payment.")
        guard let reservation, json.errors.isEmpty else { throw json.failure }
        self.reservationID = reservation
        self.method = method ?? .card
    }
}

struct ConfirmPaymentInput: JSONDecodable {
    let providerKey: String
    let amount: Int64

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let key = json.string(
            "paymentKey", lengthMin: 1, lengthMax: 200, about: "The company's key, as it came back with the browser.")
        let amount = json.integer("amount", in: 0...1_000_000_000_000, about: "What the buyer was shown.")
        if let key, !GatewayPaymentKey.isKey(key) {
            json.fail("paymentKey", "malformed", "letters, digits, - and _")
        }
        guard let key, let amount, json.errors.isEmpty else { throw json.failure }
        self.providerKey = key
        self.amount = amount
    }
}

struct RefundInput: JSONDecodable {
    static let seatCountMax = 100

    let seats: [Int64]?
    let reason: String
    let amount: Int64?
    let account: GatewayRefundAccount?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.seats = json.integers(
            "seatIds", in: 0...Int64.max, countMax: Self.seatCountMax, isRequired: false,
            about: "Without them everything that is left is given back.")
        if let seats = self.seats, seats.isEmpty { json.fail("seatIds", "too-few", "at least 1") }
        self.amount = json.integer(
            "amount", in: 1...1_000_000_000_000, isRequired: false,
            about: "A sum without seats, whose tickets stay: for managers, by an Idempotency-Key, not with seatIds.")
        if self.amount != nil, self.seats != nil { json.fail("amount", "not-allowed", "not beside seatIds") }
        self.reason = json.string("reason", lengthMax: 200, isRequired: false) ?? ""
        self.account =
            json.object(
                "account", RefundAccountInput.self, isRequired: false,
                about: "Where money of a payment by transfer goes back to. Needed once."
            )?.account
    }
}

/// Which seats money from elsewhere was for.
struct SeatsInput: JSONDecodable {
    let seats: [Int64]
    let isRestKept: Bool

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let seats = json.integers(
            "seatIds", in: 0...Int64.max, countMax: RefundInput.seatCountMax, about: "Whose tickets are void by it.")
        self.isRestKept =
            json.boolean("restKept", isRequired: false, about: "They cost more than went back; the rest was a fee.")
            ?? false
        if let seats, seats.isEmpty { json.fail("seatIds", "too-few", "at least 1") }
        guard let seats, json.errors.isEmpty else { throw json.failure }
        self.seats = seats
    }
}

/// Why somebody does something that no rule of the program decides.
struct NoteInput: JSONDecodable {
    let note: String

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let note = json.string("note", lengthMin: 1, lengthMax: 200, about: "Kept with it, for whoever asks later.")
        guard let note else { throw json.failure }
        self.note = note
    }
}

struct SettlementRunInput: JSONDecodable {
    let date: String?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.date = json.string(
            "date", lengthMin: 10, lengthMax: 10, format: "date", isRequired: false,
            about: "A business day that is over; yesterday by itself.")
    }
}

struct ApproveInput: JSONDecodable {
    let net: Int64

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let net = json.integer(
            "net", in: 1...1_000_000_000_000, about: "What was looked at: one that has changed since is not approved.")
        guard let net else { throw json.failure }
        self.net = net
    }
}

struct PayoutInput: JSONDecodable {
    enum Step: String, CaseIterable {
        case request = "REQUEST"
        case paid = "PAID"
        case failed = "FAILED"
    }

    let step: Step

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.step =
            json.choice(
                "step", of: Step.self, isRequired: false, about: "REQUEST by itself; the others say what the bank said."
            )
            ?? .request
    }
}
