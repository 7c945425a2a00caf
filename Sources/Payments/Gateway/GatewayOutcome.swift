package import HTTPServer

/// What became of an attempt to take money.
package enum GatewayOutcome: Equatable, Sendable {
    /// The money is ours, and it is the total that was asked for.
    case approved(GatewaySnapshot)
    /// Final: no money moved and none will. Only codes of an allow-list are this.
    case declined(GatewayDecline)
    /// The buyer has an account number to pay to. `snapshot.deposit` says until when.
    case awaitingDeposit(GatewaySnapshot)
    /// Everything else. Money may have moved: read before anything is decided.
    case unknown(GatewayDoubt)
}

/// What reading a payment has told.
package enum GatewayReading: Equatable, Sendable {
    case found(GatewaySnapshot)
    /// The company knows no such payment. It may yet, as long as a request to confirm can be under way.
    case absent
    case unknown(GatewayDoubt)
}

/// What became of giving up a payment.
package enum GatewayAbandonment: Equatable, Sendable {
    /// It can never be paid any more.
    case gone
    /// Too late: money is there, or is coming. The payment goes on to be confirmed.
    case paid(GatewaySnapshot)
    /// The company offers no way to stop it; it ends by itself, and nothing is taken without our confirming it.
    case expiresByItself
    case unknown(GatewayDoubt)
}

/// A refusal.
package struct GatewayDecline: Equatable, Sendable {
    /// The company's own word, for logs and support.
    package var code: String
    /// What the buyer is told. Ours, never the company's text.
    package var message: HTTPWording

    package init(code: String, message: HTTPWording) {
        self.code = code
        self.message = message
    }
}

/// Why it is not known what happened.
package struct GatewayDoubt: Equatable, Sendable {
    package enum Reason: String, Equatable, Sendable, CaseIterable {
        /// The request never left: nothing has happened, and the same may be sent at once.
        case notSent = "not-sent"
        /// No answer in time.
        case timedOut = "timed-out"
        /// The connection ended before the answer did.
        case connectionLost = "connection-lost"
        /// An answer came that is no answer: not JSON, too large, without what it must have.
        case unreadable
        /// The company works on the same request at this moment.
        case stillRunning = "still-running"
        /// It asks us to come more slowly.
        case throttled
        /// Its own fault, or that of a bank behind it.
        case companyFailed = "company-failed"
        /// A code that is on no list, or one that says to read first.
        case codeUnclear = "code-unclear"
        /// Its status is none that decides anything yet, or none we know.
        case statusUnclear = "status-unclear"
        /// Another order, total or currency than asked for. An operator has to look.
        case mismatch
        /// Our keys or our contract. Nothing was charged, most likely; an operator has to look.
        case misconfigured
    }

    package var reason: Reason
    /// The company's own code or status, shortened; nil without one.
    package var code: String?
    package private(set) var wasTried = true

    package init(_ reason: Reason, code: String? = nil) {
        self.reason = reason
        self.code = code
    }

    /// Nobody was asked: something was missing to ask with.
    package static func notAsked(_ code: String) -> GatewayDoubt {
        var doubt = GatewayDoubt(.notSent, code: code)
        doubt.wasTried = false
        return doubt
    }

    package var needsOperator: Bool { self.reason == .mismatch || self.reason == .misconfigured }
}
