package import Commerce

/// Something that a buyer is about to pay for.
package struct GatewayOrder: Sendable {
    /// Seats are kept for so long for a transfer, and no longer than they are sold.
    package static let depositHoursMax = 24

    /// How the buyer pays, where that has to be said before. In the API as here.
    package enum Method: String, CaseIterable, Sendable {
        case card = "CARD"
        /// By a transfer to an account number that is made for this payment.
        case virtualAccount = "VIRTUAL_ACCOUNT"
    }

    /// Ours, never used twice: 6 to 64 of `[A-Za-z0-9_-]`.
    package var orderID: String
    /// What the buyer is shown.
    package var name: String
    package var total: Money
    /// Where the company sends the browser back to, with what the reference of each company says.
    package var successURL: String
    package var failURL: String
    /// For searching in the company's own pages.
    package var reservationID: Int64
    package var paymentID: Int64
    /// Sent with the call that creates something, where the company creates something.
    package var idempotencyKey: String
    package var method: Method
    /// How long a transfer is waited for.
    package var depositHours: Int

    package init(
        orderID: String, name: String, total: Money, successURL: String, failURL: String, reservationID: Int64,
        paymentID: Int64, idempotencyKey: String, method: Method = .card,
        depositHours: Int = GatewayOrder.depositHoursMax
    ) {
        self.orderID = orderID
        self.name = name
        self.total = total
        self.successURL = successURL
        self.failURL = failURL
        self.reservationID = reservationID
        self.paymentID = paymentID
        self.idempotencyKey = idempotencyKey
        self.method = method
        self.depositHours = depositHours
    }
}

/// What a browser needs to pay. Exactly one of `url` and `clientKey` leads on.
package struct GatewayCheckout: Equatable, Sendable {
    /// A page of the company to go to; nil where the company's script is to be run in ours.
    package var url: String?
    /// The company's public key for its script.
    package var clientKey: String?
    /// For this payment and this buyer only (Stripe): shown to nobody else, and not logged.
    package var clientSecret: String?
    /// The company's key, where there is one already.
    package var providerKey: String?
    /// How long a transfer is waited for, where the browser has to tell the company's script.
    package var depositHours: Int?

    package init(
        url: String? = nil, clientKey: String? = nil, clientSecret: String? = nil, providerKey: String? = nil,
        depositHours: Int? = nil
    ) {
        self.url = url
        self.clientKey = clientKey
        self.clientSecret = clientSecret
        self.providerKey = providerKey
        self.depositHours = depositHours
    }
}

package enum GatewayCheckoutOutcome: Equatable, Sendable {
    case ready(GatewayCheckout)
    /// The company will not have it: a total below its minimum, for one.
    case refused(GatewayDecline)
    /// Nothing was charged: the buyer may be asked to try again.
    case unknown(GatewayDoubt)
}

/// One try to take the money of a payment.
package struct GatewayAttempt: Sendable {
    package var orderID: String
    package var providerKey: String
    /// Computed by us. The company's answer has to say the same.
    package var total: Money
    /// One per attempt, stored before the call: never the reservation's number alone.
    package var idempotencyKey: String

    package init(orderID: String, providerKey: String, total: Money, idempotencyKey: String) {
        self.orderID = orderID
        self.providerKey = providerKey
        self.total = total
        self.idempotencyKey = idempotencyKey
    }

    package var payment: GatewayPaymentKey { GatewayPaymentKey(orderID: self.orderID, providerKey: self.providerKey) }
}
