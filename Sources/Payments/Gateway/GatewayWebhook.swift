internal import Crypto
package import Observability
internal import Primitives

/// What came in by a webhook.
package enum GatewayWebhook: Sendable {
    /// To be stored, answered with 200, and followed by reading what it names.
    case hint(GatewayHint)
    /// Well formed and of no interest: 200, or the company sends it for days.
    case ignored(eventType: String)
    /// Not from the company, as far as can be told, or not readable. Answered with 400 and counted.
    case refused(Refusal)

    package enum Refusal: String, Equatable, Sendable, CaseIterable {
        case tooLarge = "too-large"
        case malformed
        case signatureMissing = "signature-missing"
        case signatureWrong = "signature-wrong"
        /// Signed at a time that is too far from ours, before or after.
        case signatureOld = "signature-old"
    }
}

/// Something has happened to what this names. What it is stands in the company's books, not here.
package struct GatewayHint: Sendable {
    /// How it was shown to be the company's.
    package enum Proof: Sendable {
        /// A signature that only the company can make.
        case signed
        /// Anybody may have sent it. Reading again is harmless, within a limit.
        case none
        /// Carries a secret, to be compared with the one that came with the payment.
        case secret(Secret<String>)
    }

    package enum Subject: String, Equatable, Sendable, CaseIterable {
        case payment, deposit, refund, dispute
    }

    /// Of one event: what a twin is known by.
    package var eventKey: String
    package var eventType: String
    package var subject: Subject
    /// At least one of the two is there, or `refundKey`.
    package var orderID: String?
    package var providerKey: String?
    /// Of a refund, where it is named.
    package var refundKey: String?
    /// It says that the payment has its money. That is never believed; but where we know it, there is nothing to read.
    package var saysPaid: Bool
    package var proof: Proof

    package init(
        eventKey: String, eventType: String, subject: Subject, orderID: String?, providerKey: String?,
        refundKey: String? = nil, saysPaid: Bool = false, proof: Proof
    ) {
        self.eventKey = eventKey
        self.eventType = eventType
        self.subject = subject
        self.orderID = orderID
        self.providerKey = providerKey
        self.refundKey = refundKey
        self.saysPaid = saysPaid
        self.proof = proof
    }

    /// Whether it can be trusted to come from the company. `secret` is that of the payment, where it has one.
    package func isVerified(by secret: Secret<String>?) -> Bool {
        switch self.proof {
        case .signed: return true
        case .none: return false
        case .secret(let given):
            guard let secret else { return false }
            return ConstantTime.isEqual(Array(given.reveal().utf8), Array(secret.reveal().utf8))
        }
    }
}
