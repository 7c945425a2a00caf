internal import Observability
internal import Payments
internal import Postgres
internal import Primitives
internal import Reactor
internal import Ticketing

/// What must hold of all seats and all money, looked at while Podo runs: what breaks a rule is a gauge above zero and
/// an error in the log, before a buyer or a seller finds it.
///
/// Each rule is a statement over whole tables. They are asked one after the other on the connection for what takes
/// long, so that nobody's tickets wait for them; the longer a look takes, the longer is the rest after it.
struct SaleInvariants: Sendable {
    private struct Rule: Sendable {
        let name: String
        let count: @Sendable () async throws -> Int
    }

    let findings: RuleFindings
    private let rules: [Rule]
    private let lookedAt: Gauge
    private let log: Log

    /// Between two looks at least.
    private static let interval = TimeAmount.seconds(300)
    /// A rest is so many times as long as the look before it: looking takes a twentieth of one connection at most.
    private static let restFactor: Int64 = 20

    init(payments: Payments, database: PostgresDatabase, registry: MetricsRegistry, log: Log) {
        self.log = log
        self.lookedAt = registry.gauge(
            "podo_sale_rules_looked_at_timestamp_seconds",
            help: "When all rules of seats and money were last looked at, in seconds since 1970; 0 for not yet.")
        let seats = TicketingInvariants.all.map { rule in
            let gauge = registry.gauge(
                "podo_seat_invariant_violations",
                help: "What breaks a rule that holds of all seats, reservations and tickets.",
                labels: ["invariant": rule.name.description])
            return Rule(name: rule.name.description) {
                let count = try await database.run(rule.statement).single(Int.self)
                gauge.add(count - gauge.value, loop: nil)
                return count
            }
        }
        self.rules =
            seats
            + PaymentInvariants.names.map { name in
                Rule(name: name) { Int(try await payments.checkInvariant(name)) }
            }
        self.findings = RuleFindings(
            self.rules.enumerated().map { index, rule in
                RuleFindings.Finding(name: rule.name, area: index < seats.count ? "seats" : "money")
            })
    }

    func start(_ works: BackgroundWorks, on loop: EventLoop) {
        works.run(on: loop) {
            while !Task.isCancelled {
                let start = MonotonicTime.now
                await self.look()
                let took = (MonotonicTime.now - start).nanoseconds
                let (rest, isHuge) = took.multipliedReportingOverflow(by: Self.restFactor)
                await loop.pause(.nanoseconds(max(Self.interval.nanoseconds, isHuge ? .max : rest)))
            }
        }
    }

    /// A rule that cannot be looked at hides no other.
    func look() async {
        var isComplete = true
        for (index, rule) in self.rules.enumerated() where !Task.isCancelled {
            do {
                let count = try await rule.count()
                self.findings.found(count, ofRule: index)
                guard count > 0 else { continue }
                self.log.error("a rule of sales is broken", ["invariant": .text(rule.name), "count": .number(count)])
            } catch {
                isComplete = false
                self.log.warning(
                    "a rule of sales was not looked at", ["invariant": .text(rule.name), "reason": .text("\(error)")])
            }
        }
        guard isComplete, !Task.isCancelled else { return }
        self.lookedAt.add(Int(WallClock.now.unixMilliseconds / 1000) - self.lookedAt.value, loop: nil)
    }
}
