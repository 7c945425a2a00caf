internal import HTTPServer

/// What Toss's error codes mean for money. Only what is on a list here is final; a code that is on none is unknown.
enum TossCodes {
    enum Confirming {
        /// No money moved, and none will for this try.
        case declined(HTTPWording)
        /// Keys, contract or our request: nothing was charged, most likely, and an operator has to look.
        case misconfigured
        case running
        /// Read before anything is decided.
        case unclear
    }

    enum Canceling {
        case refused(HTTPWording)
        case later
        case misconfigured
        case running
        case unclear
    }

    static func confirming(_ code: String) -> Confirming {
        if let wording = self.declines[code] { return .declined(wording) }
        if self.misconfigurations.contains(code) { return .misconfigured }
        return code == self.running ? .running : .unclear
    }

    static func canceling(_ code: String) -> Canceling {
        if let wording = self.refundRefusals[code] { return .refused(wording) }
        if self.laterCodes.contains(code) { return .later }
        if self.misconfigurations.contains(code) { return .misconfigured }
        return code == self.running ? .running : .unclear
    }

    static let running = "IDEMPOTENT_REQUEST_PROCESSING"

    static let declines: [String: HTTPWording] = [
        "EXCEED_MAX_CARD_INSTALLMENT_PLAN": GatewayWording.installment,
        "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT": GatewayWording.installment,
        "INVALID_CARD_INSTALLMENT_PLAN": GatewayWording.installment,
        "NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN": GatewayWording.installment,
        "NOT_ALLOWED_POINT_USE": GatewayWording.card,
        "INVALID_REJECT_CARD": GatewayWording.card,
        "INVALID_STOPPED_CARD": GatewayWording.card,
        "INVALID_CARD_LOST_OR_STOLEN": GatewayWording.card,
        "REJECT_CARD_PAYMENT": GatewayWording.card,
        "REJECT_CARD_COMPANY": GatewayWording.card,
        "INVALID_CARD_EXPIRATION": GatewayWording.cardDetails,
        "INVALID_CARD_NUMBER": GatewayWording.cardDetails,
        "BELOW_MINIMUM_AMOUNT": GatewayWording.amount,
        "EXCEED_MAX_DAILY_PAYMENT_COUNT": GatewayWording.limit,
        "EXCEED_MAX_PAYMENT_AMOUNT": GatewayWording.limit,
        "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT": GatewayWording.limit,
        "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT": GatewayWording.limit,
        "EXCEED_MAX_AMOUNT": GatewayWording.limit,
        "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT": GatewayWording.limit,
        "EXCEED_MAX_AUTH_COUNT": GatewayWording.limit,
        "EXCEED_MAX_ONE_DAY_AMOUNT": GatewayWording.limit,
        "RESTRICTED_TRANSFER_ACCOUNT": GatewayWording.account,
        "INVALID_ACCOUNT_INFO_RE_REGISTER": GatewayWording.account,
        "REJECT_ACCOUNT_PAYMENT": GatewayWording.account,
        "REJECT_TOSSPAY_INVALID_ACCOUNT": GatewayWording.account,
        "NOT_AVAILABLE_BANK": GatewayWording.account,
        "NOT_AVAILABLE_PAYMENT": GatewayWording.refused,
        "UNAPPROVED_ORDER_ID": GatewayWording.session,
        "INVALID_PASSWORD": GatewayWording.password,
        "FDS_ERROR": GatewayWording.refused,
        "NOT_FOUND_PAYMENT": GatewayWording.session,
        "NOT_FOUND_PAYMENT_SESSION": GatewayWording.session,
    ]

    static let misconfigurations: Set<String> = [
        "INVALID_API_KEY", "UNAUTHORIZED_KEY", "INCORRECT_BASIC_AUTH_FORMAT", "FORBIDDEN_REQUEST",
        "NOT_FOUND_TERMINAL_ID", "INVALID_AUTHORIZE_AUTH", "INVALID_UNREGISTERED_SUBMALL", "NOT_REGISTERED_BUSINESS",
        "INVALID_REQUEST", "INVALID_IDEMPOTENCY_KEY",
    ]

    static let refundRefusals: [String: HTTPWording] = [
        "INVALID_REFUND_ACCOUNT_INFO": GatewayWording.refundAccount,
        "INVALID_REFUND_ACCOUNT_NUMBER": GatewayWording.refundAccount,
        "INVALID_BANK": GatewayWording.refundAccount,
        "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT": GatewayWording.refund,
        "REFUND_REJECTED": GatewayWording.refund,
        "FORBIDDEN_BANK_REFUND_REQUEST": GatewayWording.refund,
        "NOT_CANCELABLE_AMOUNT": GatewayWording.refund,
        "NOT_CANCELABLE_PAYMENT": GatewayWording.refund,
        "EXCEED_MAX_REFUND_DUE": GatewayWording.refund,
        "NOT_ALLOWED_PARTIAL_REFUND": GatewayWording.partialRefund,
        "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT": GatewayWording.partialRefund,
        "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER": GatewayWording.refund,
        "EXCEED_CANCEL_LIMIT": GatewayWording.refund,
    ]

    /// Refusals that another account of the buyer's may end.
    static let accountRefusals: Set<String> = [
        "INVALID_REFUND_ACCOUNT_INFO", "INVALID_REFUND_ACCOUNT_NUMBER", "INVALID_BANK",
    ]

    /// A bank that is closed for the night opens again.
    static let laterCodes: Set<String> = ["FORBIDDEN_CONSECUTIVE_REQUEST", "NOT_AVAILABLE_BANK"]
}
