internal import Commerce
internal import HTTPServer
internal import Primitives

/// Everything that the routes of payments work with.
package struct PaymentService: Sendable {
    package let payments: Payments
    let refundWorker: RefundWorker
    let webhooks: WebhookInbox
    let settlements: Settlements
    /// Where a payment is decided without a browser: the simulator.
    let decider: (any PaymentDecider)?

    package init(
        payments: Payments, refundWorker: RefundWorker, webhooks: WebhookInbox, settlements: Settlements,
        decider: (any PaymentDecider)? = nil
    ) {
        self.payments = payments
        self.refundWorker = refundWorker
        self.webhooks = webhooks
        self.settlements = settlements
        self.decider = decider
    }

    static func caller(_ request: HTTPRequest) throws(HTTPProblem) -> HTTPCaller {
        guard let caller = request.caller else { throw .internalError }
        return caller
    }

    /// What is no number of a row is nothing.
    static func id(_ values: HTTPPathParameters) throws(HTTPProblem) -> Int64 {
        guard let bytes = values.bytes("id"), let number = DecimalText.parse(bytes), let id = Int64(exactly: number),
            id > 0
        else { throw .notFound }
        return id
    }

    static func uncached(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.fields.append(.cacheControl, "no-store")
        return response
    }

    static func before(_ page: PageRequest) throws(HTTPProblem) -> Int64 {
        guard let cursor = page.cursor else { return .max }
        return try cursor.number(0)
    }
}
