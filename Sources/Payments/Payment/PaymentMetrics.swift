package import Observability
internal import Synchronization

/// Everything about payments that is counted, and what an operator has to look at.
package struct PaymentMetrics: Sendable {
    static let paymentOutcomes: [StaticString] = [
        "begun", "free", "completed", "late", "failed", "unknown", "awaiting-deposit", "orphaned", "mispaid",
        "hold-expired", "amount-mismatch",
    ]
    static let webhookOutcomes: [StaticString] = [
        "stored", "twin", "known", "ignored", "refused", "unasked", "read", "nobody", "later", "gave-up",
    ]
    static let refundOutcomes: [StaticString] = [
        "requested", "succeeded", "failed", "unknown", "pending", "external", "chargeback",
        "outside", "superseded", "awaits-account",
    ]
    /// Each is a case for a person.
    static let incidentKinds: [StaticString] = [
        "mispaid", "misconfigured", "mismatch", "refund-failed", "refund-reversed", "refund-excess",
        "refund-of-unknown-seats",
        "deposit-reversed", "disputed", "dispute-won", "dispute-loss", "books-differ", "unreadable-rules",
        "unknown-gateway",
    ]

    static let works: [StaticString] = ["look", "refund", "sweep", "webhook", "settle"]

    let payments: ReasonCounters
    let webhooks: ReasonCounters
    let refunds: ReasonCounters
    let incidents: ReasonCounters
    private let failures: ReasonCounters
    private let registry: MetricsRegistry
    let log: Log
    private let invariants = PaymentInvariants.Counts()

    package init(registry: MetricsRegistry, log: Log) {
        self.registry = registry
        self.log = log
        self.payments = ReasonCounters(Self.paymentOutcomes) {
            registry.counter("podo_payments_total", help: "What became of payments.", labels: ["outcome": $0])
        }
        self.webhooks = ReasonCounters(Self.webhookOutcomes) {
            registry.counter("podo_payments_webhooks_total", help: "Webhooks of gateways.", labels: ["outcome": $0])
        }
        self.refunds = ReasonCounters(Self.refundOutcomes) {
            registry.counter("podo_payments_refunds_total", help: "What became of refunds.", labels: ["outcome": $0])
        }
        self.incidents = ReasonCounters(Self.incidentKinds) {
            registry.counter(
                "podo_payments_incidents_total", help: "What a person has to look at.", labels: ["kind": $0])
        }
        self.failures = ReasonCounters(Self.works) {
            registry.counter(
                "podo_payments_work_failures_total", help: "Rows that a worker could not deal with in a round.",
                labels: ["work": $0])
        }
        for (index, name) in PaymentInvariants.names.enumerated() {
            let counts = self.invariants
            registry.sampledGauge(
                "podo_payments_invariant_violations", help: "Rows that break a rule that holds of all money.",
                labels: ["invariant": name]
            ) { Double(counts[index]) }
        }
    }

    /// Something that no rule of the program can decide.
    func incident(_ kind: StaticString, payment: Int64, code: String? = nil) {
        self.incidents.add(kind, loop: nil)
        self.log.error(
            "payment incident",
            ["kind": .text(kind.description), "payment": .number(Int(payment)), "code": .text(code ?? "")])
    }

    func workFailed(_ work: StaticString, _ error: any Error) {
        self.failures.add(work, loop: nil)
        self.log.warning(
            "payment work failed", ["work": .text(work.description), "reason": .text(Payments.shortened("\(error)"))])
    }

    func found(_ count: Int64, ofRule index: Int) { self.invariants[index] = count }
}
