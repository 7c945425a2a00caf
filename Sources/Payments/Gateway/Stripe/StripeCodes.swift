internal import HTTPServer

/// What Stripe's error codes mean for money. Only what is on a list here is final.
enum StripeCodes {
    /// Of taking the money: none moved, and none will for this intent as it is.
    static let declines: [String: HTTPWording] = [
        "card_declined": GatewayWording.card,
        "insufficient_funds": GatewayWording.limit,
        "card_decline_rate_limit_exceeded": GatewayWording.card,
        "expired_card": GatewayWording.cardDetails,
        "incorrect_cvc": GatewayWording.cardDetails,
        "incorrect_number": GatewayWording.cardDetails,
        "invalid_cvc": GatewayWording.cardDetails,
        "invalid_expiry_month": GatewayWording.cardDetails,
        "invalid_expiry_year": GatewayWording.cardDetails,
        "invalid_number": GatewayWording.cardDetails,
        "authentication_required": GatewayWording.card,
        "payment_intent_authentication_failure": GatewayWording.card,
        "capture_charge_authorization_expired": GatewayWording.session,
        "charge_expired_for_capture": GatewayWording.session,
        "payment_intent_payment_attempt_expired": GatewayWording.session,
        "amount_too_small": GatewayWording.amount,
        "amount_too_large": GatewayWording.amount,
    ]

    static let refundRefusals: [String: HTTPWording] = [
        "charge_disputed": GatewayWording.refund,
        "refund_disputed_payment": GatewayWording.refund,
        "charge_not_refundable": GatewayWording.refund,
    ]

    /// Nothing was charged, most likely; an operator has to look.
    static let misconfigurations: Set<String> = [
        "api_key_expired", "platform_api_key_expired", "secret_key_required", "testmode_charges_only",
        "livemode_mismatch", "account_invalid", "parameter_missing", "parameter_unknown", "parameter_invalid_empty",
        "parameter_invalid_integer", "idempotency_error",
    ]

    /// A twin of the request is under way at this moment.
    static let running: Set<String> = ["idempotency_key_in_use"]
    static let throttles: Set<String> = ["lock_timeout", "rate_limit"]
}
