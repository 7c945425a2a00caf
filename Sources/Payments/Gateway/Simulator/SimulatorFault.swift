internal import Commerce

/// Why the simulated company says no, as it says it.
package struct SimulatorFault: Error, Equatable, Sendable {
    package let status: Int
    /// Toss's code, or Stripe's.
    package let code: String

    package init(status: Int, code: String) {
        self.status = status
        self.code = code
    }

    /// One of Toss's, with the status that its documents give it.
    static func toss(_ code: String) -> SimulatorFault { SimulatorFault(status: self.status(of: code), code: code) }

    /// 400 where nothing else is said.
    private static func status(of code: String) -> Int {
        switch code {
        case "UNAUTHORIZED_KEY": 401
        case _ where self.forbidden.contains(code): 403
        case "NOT_FOUND_PAYMENT", "NOT_FOUND_PAYMENT_SESSION": 404
        case TossCodes.running: 409
        case _ where self.failures.contains(code): 500
        default: 400
        }
    }

    private static let forbidden: Set<String> = [
        "REJECT_ACCOUNT_PAYMENT", "REJECT_CARD_PAYMENT", "REJECT_CARD_COMPANY", "REJECT_TOSSPAY_INVALID_ACCOUNT",
        "EXCEED_MAX_AUTH_COUNT", "EXCEED_MAX_ONE_DAY_AMOUNT", "NOT_AVAILABLE_BANK", "INVALID_PASSWORD", "FDS_ERROR",
        "INCORRECT_BASIC_AUTH_FORMAT", "FORBIDDEN_REQUEST", "NOT_CANCELABLE_AMOUNT", "NOT_CANCELABLE_PAYMENT",
        "FORBIDDEN_CONSECUTIVE_REQUEST", "EXCEED_MAX_REFUND_DUE", "NOT_ALLOWED_PARTIAL_REFUND",
        "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT", "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER",
        "EXCEED_CANCEL_LIMIT",
    ]

    private static let failures: Set<String> = [
        "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING", "FAILED_INTERNAL_SYSTEM_PROCESSING", "UNKNOWN_PAYMENT_ERROR",
        "FAILED_REFUND_PROCESS", "FAILED_METHOD_HANDLING_CANCEL", "FAILED_PARTIAL_REFUND", "COMMON_ERROR",
    ]
}

/// Orders that always end the same way, for tests and for whoever shows the program.
package enum SimulatorMagic {
    /// Totals that are refused, in the smallest unit.
    package static let codes: [Int64: String] = [
        400_001: "REJECT_CARD_PAYMENT", 400_002: "EXCEED_MAX_AMOUNT", 400_003: "INVALID_CARD_EXPIRATION",
        400_004: "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT", 400_005: "REJECT_ACCOUNT_PAYMENT",
        400_006: "PROVIDER_ERROR", 400_007: "FAILED_INTERNAL_SYSTEM_PROCESSING",
    ]

    /// An order's number that ends with `--CODE` gets that error.
    static func code(of payment: SimulatorPayment) -> String? {
        if let code = self.codes[payment.total.amount] { return code }
        let text = Array(payment.orderID.utf8)
        guard let mark = text.indices.dropLast().last(where: { text[$0] == 0x2d && text[$0 + 1] == 0x2d }) else {
            return nil
        }
        return GatewayText.code(String(decoding: text[(mark + 2)...], as: UTF8.self))
    }

    /// Stripe's payment methods for tests, and what becomes of them; nil for one that is accepted.
    static func decline(ofStripe method: String) -> (code: String, declineCode: String)?? {
        switch method {
        case "pm_card_visa", "pm_card_mastercard": .some(nil)
        case "pm_card_chargeDeclined", "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline")
        case "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds")
        case "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card")
        case "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", "incorrect_cvc")
        default: nil
        }
    }
}
