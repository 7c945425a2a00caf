package import HTTPServer
package import Observability
package import Primitives

/// A gateway that counts what its company says. Nothing else is different.
package struct MeteredGateway: PaymentGateway {
    private enum Call: String, CaseIterable {
        case checkout, confirm, fetch, abandon, refund, webhook, transactions
        case fetchRefund = "fetch-refund"
    }

    /// What each call can come to, beside the reasons of `GatewayDoubt`.
    private static func outcomes(of call: Call) -> [String] {
        let doubts = GatewayDoubt.Reason.allCases.map(\.rawValue)
        let refunds = ["refunded", "pending", "refused", "try-later", "absent"]
        return switch call {
        case .checkout: ["ready", "refused"] + doubts
        case .confirm: ["approved", "declined", "awaiting-deposit"] + doubts
        case .fetch: ["found", "absent"] + doubts
        case .abandon: ["gone", "paid", "expires-by-itself"] + doubts
        case .refund, .fetchRefund: refunds + doubts
        case .transactions: ["page"] + doubts
        case .webhook: ["hint", "ignored"] + GatewayWebhook.Refusal.allCases.map { "refused-" + $0.rawValue }
        }
    }

    package let pulse: GatewayPulse
    private let inner: any PaymentGateway
    private let counters: [String: Counter]

    package init(_ inner: any PaymentGateway, registry: MetricsRegistry) {
        self.inner = inner
        self.pulse = GatewayPulse(inner.name)
        var counters: [String: Counter] = [:]
        for call in Call.allCases {
            for outcome in Self.outcomes(of: call) {
                counters[call.rawValue + " " + outcome] = registry.counter(
                    "podo_gateway_outcomes_total", help: "What payment companies were asked, and what became of it.",
                    labels: ["gateway": inner.name, "call": call.rawValue, "outcome": outcome])
            }
        }
        self.counters = counters
    }

    private func count(_ call: Call, _ outcome: String) {
        self.counters[call.rawValue + " " + outcome]?.add(loop: nil)
        // What it sends us by itself is not an answer.
        if call != .webhook { self.pulse.answered() }
    }

    private func count(_ call: Call, _ doubt: GatewayDoubt) {
        self.counters[call.rawValue + " " + doubt.reason.rawValue]?.add(loop: nil)
        switch doubt.reason {
        case .timedOut, .connectionLost, .companyFailed, .unreadable: self.pulse.wasSilent(doubt.reason.rawValue)
        // A company that answers what nobody can use is there. Only who was asked can be silent.
        case .stillRunning, .throttled, .codeUnclear, .statusUnclear, .mismatch, .misconfigured: self.pulse.answered()
        case .notSent: if doubt.wasTried { self.pulse.wasSilent(doubt.reason.rawValue) }
        }
    }

    package var name: String { self.inner.name }
    package var methods: [GatewayOrder.Method] { self.inner.methods }
    package var tellsKeyAtCheckout: Bool { self.inner.tellsKeyAtCheckout }
    package var pagePolicy: HTTPPagePolicy? { self.inner.pagePolicy }

    package func checkout(for order: GatewayOrder) async -> GatewayCheckoutOutcome {
        CrashPoint.pass("before-call", "checkout")
        let outcome = await self.inner.checkout(for: order)
        CrashPoint.pass("after-call", "checkout")
        switch outcome {
        case .ready: self.count(.checkout, "ready")
        case .refused: self.count(.checkout, "refused")
        case .unknown(let doubt): self.count(.checkout, doubt)
        }
        return outcome
    }

    package func confirm(_ attempt: GatewayAttempt) async -> GatewayOutcome {
        CrashPoint.pass("before-call", "confirm")
        let outcome = await self.inner.confirm(attempt)
        CrashPoint.pass("after-call", "confirm")
        switch outcome {
        case .approved: self.count(.confirm, "approved")
        case .declined: self.count(.confirm, "declined")
        case .awaitingDeposit: self.count(.confirm, "awaiting-deposit")
        case .unknown(let doubt): self.count(.confirm, doubt)
        }
        return outcome
    }

    package func fetch(_ payment: GatewayPaymentKey) async -> GatewayReading {
        CrashPoint.pass("before-call", "fetch")
        let reading = await self.inner.fetch(payment)
        CrashPoint.pass("after-call", "fetch")
        switch reading {
        case .found: self.count(.fetch, "found")
        case .absent: self.count(.fetch, "absent")
        case .unknown(let doubt): self.count(.fetch, doubt)
        }
        return reading
    }

    package func abandon(_ payment: GatewayPaymentKey) async -> GatewayAbandonment {
        CrashPoint.pass("before-call", "abandon")
        let abandonment = await self.inner.abandon(payment)
        CrashPoint.pass("after-call", "abandon")
        switch abandonment {
        case .gone: self.count(.abandon, "gone")
        case .paid: self.count(.abandon, "paid")
        case .expiresByItself: self.count(.abandon, "expires-by-itself")
        case .unknown(let doubt): self.count(.abandon, doubt)
        }
        return abandonment
    }

    package func refund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        CrashPoint.pass("before-call", "refund")
        let outcome = await self.inner.refund(refund)
        CrashPoint.pass("after-call", "refund")
        self.count(.refund, outcome)
        return outcome
    }

    package func fetchRefund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        CrashPoint.pass("before-call", "fetchRefund")
        let outcome = await self.inner.fetchRefund(refund)
        CrashPoint.pass("after-call", "fetchRefund")
        self.count(.fetchRefund, outcome)
        return outcome
    }

    private func count(_ call: Call, _ outcome: GatewayRefundOutcome) {
        switch outcome {
        case .refunded: self.count(call, "refunded")
        case .pending: self.count(call, "pending")
        case .refused: self.count(call, "refused")
        case .tryLater: self.count(call, "try-later")
        case .absent: self.count(call, "absent")
        case .unknown(let doubt): self.count(call, doubt)
        }
    }

    package func parseWebhook(_ fields: HTTPFields, _ body: [UInt8], at now: WallClock) -> GatewayWebhook {
        let webhook = self.inner.parseWebhook(fields, body, at: now)
        switch webhook {
        case .hint: self.count(.webhook, "hint")
        case .ignored: self.count(.webhook, "ignored")
        case .refused(let refusal): self.count(.webhook, "refused-" + refusal.rawValue)
        }
        return webhook
    }

    package func transactions(
        from: WallClock, to: WallClock, after cursor: String?
    ) async -> GatewayTransactionsOutcome {
        let outcome = await self.inner.transactions(from: from, to: to, after: cursor)
        switch outcome {
        case .page: self.count(.transactions, "page")
        case .unknown(let doubt): self.count(.transactions, doubt)
        }
        return outcome
    }
}
