internal import Commerce
internal import HTTPServer
internal import Postgres

/// What buyers are told, by the codes of the API.
enum PaymentProblems {
    static let inProgress = HTTPProblem(
        .conflict, code: "payment-in-progress",
        detail: "This reservation is being paid at the moment. Look at the payment to see what became of it.")
    static let alreadyPaid = HTTPProblem(.conflict, code: "already-paid", detail: "This reservation is paid.")
    static let invalidState = HTTPProblem(
        .conflict, code: "invalid-state", detail: "That is not possible any more. Look at the payment.")
    static let holdExpired = HTTPProblem(
        .gone, code: "hold-expired", detail: "The seats are not held any more. Nothing was charged.")
    /// Money came, and the seats were gone.
    static let seatsLost = HTTPProblem(
        .gone, code: "hold-expired",
        detail: "The seats were lost before the money came. All of it goes back by itself.")
    static let amountMismatch = HTTPProblem(
        .unprocessableContent, code: "amount-mismatch",
        detail: "The amount is not that of the reservation. Nothing was charged.")
    /// Which codes there are is not for those to find out who try some.
    static let promotionInvalid = HTTPProblem(
        .unprocessableContent, code: "promotion-invalid",
        detail: "There is no such code for this concert at this time. Nothing was charged.")
    static let promotionUsedUp = HTTPProblem(
        .conflict, code: "promotion-used-up", detail: "The code was used as often as it may be.")
    static let promotionLimit = HTTPProblem(
        .conflict, code: "promotion-limit", detail: "You have used this code as often as you may.")
    /// Money of another sum came than was asked for.
    static let mispaid = HTTPProblem(
        .unprocessableContent, code: "amount-mismatch",
        detail: "Another amount was charged than that of the reservation. All of it goes back by itself.")
    static let givenAway = HTTPProblem(
        .unprocessableContent, code: "refund-not-allowed",
        detail: "A ticket that was given to somebody else is not yours to give back.")
    static let invalidSeat = HTTPProblem(
        .badRequest, code: "invalid-seat", detail: "A seat is none of this payment, or was given back.")
    static let refundNotAllowed = HTTPProblem(
        .unprocessableContent, code: "refund-not-allowed", detail: "This cannot be given back.")
    static let windowClosed = HTTPProblem(
        .unprocessableContent, code: "policy-window-closed", detail: "It is too late to give this back.")
    static let exceedsBalance = HTTPProblem(
        .unprocessableContent, code: "refund-exceeds-balance", detail: "There is not so much left to give back.")
    static let seatsCostMore = HTTPProblem(
        .unprocessableContent, code: "refund-exceeds-balance",
        detail: "The seats that were named for this refund cost more than went back by it.")
    static let refundAccountRequired = HTTPProblem(
        .unprocessableContent, code: "refund-account-required",
        detail: "This was paid by transfer: say by account which bank account the money goes back to.")
    static let refundAccountNotNeeded = HTTPProblem(
        .conflict, code: "invalid-state", detail: "Money of this payment goes back the way it came.")
    static let refundInProgress = HTTPProblem(
        .conflict, code: "refund-in-progress", detail: "Some of these seats are being given back already.")

    static let keyRequired = HTTPProblem(
        .badRequest, code: "idempotency-key-required",
        detail: "A sum without seats is given back by an Idempotency-Key, so that it is not given back twice.")
    static let keyReused = HTTPProblem(
        .unprocessableContent, code: "idempotency-key-reused",
        detail: "Another refund was asked for by this Idempotency-Key.")

    static var gatewayUnavailable: HTTPProblem {
        var problem = HTTPProblem(
            .serviceUnavailable, code: "pg-unavailable",
            detail: "The payment company does not answer. Nothing was charged; try again.")
        problem.fields.append(.retryAfter, 3)
        return problem
    }

    /// The company of this payment is not one of ours any more.
    static var companyGone: HTTPProblem {
        var problem = HTTPProblem(
            .serviceUnavailable, code: "payment-company-gone",
            detail: "The company of this payment is not configured at the moment. Nothing was changed.")
        problem.fields.append(.retryAfter, 60)
        return problem
    }

    /// The company said no, in words of ours.
    static func declined(_ decline: GatewayDecline?) -> HTTPProblem {
        HTTPProblem(
            .paymentRequired, code: "payment-declined",
            detail: decline?.message.english ?? "The payment was declined. Nothing was charged; try another way to pay."
        )
    }

    /// A payment that has ended at the company without money.
    static func ended(_ word: String) -> GatewayDecline {
        GatewayDecline(
            code: word,
            message: HTTPWording("The payment was not finished.", korean: "결제가 완료되지 않았습니다."))
    }

    /// Turns what the database says into what a client is told.
    static func guarded<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw HTTPProblem.database(error)
        }
    }
}
