package import Observability

/// What is counted of seats and reservations.
package struct ReservationMetrics: Sendable {
    static let outcomes: [StaticString] = [
        "held", "taken", "busy", "limit", "too-often", "not-on-sale", "not-found", "invalid",
    ]

    private let holds: ReasonCounters
    private let byMap: Counter
    private let shedCount: Counter
    private let batches: Counter
    private let batched: Counter
    private let lost: Counter
    private let expiredCount: Counter
    private let blocks: ReasonCounters
    let mapLoads: Counter
    let mapRenderings: Counter
    private let registry: MetricsRegistry

    package init(registry: MetricsRegistry) {
        self.registry = registry
        self.holds = ReasonCounters(Self.outcomes) {
            registry.counter("podo_seat_holds_total", help: "Requests to hold seats.", labels: ["outcome": $0])
        }
        self.byMap = registry.counter(
            "podo_seat_holds_refused_by_map_total",
            help: "Of those that were taken, the ones that the database was not asked about.")
        self.shedCount = registry.counter(
            "podo_seat_holds_shed_total", help: "Requests to hold seats refused because too many waited.")
        self.batches = registry.counter(
            "podo_seat_hold_statements_total", help: "Statements that held seats.")
        self.batched = registry.counter(
            "podo_seat_hold_statement_requests_total", help: "Requests in statements that held seats.")
        self.lost = registry.counter(
            "podo_seat_hold_answers_lost_total", help: "Statements that held seats whose answer was lost.")
        self.expiredCount = registry.counter(
            "podo_reservations_expired_total", help: "Reservations that the sweeper ended.")
        self.blocks = ReasonCounters(["blocked", "released"]) {
            registry.counter(
                "podo_seats_blocked_total", help: "Seats that sellers took out of the sale, or gave back to it.",
                labels: ["change": $0])
        }
        self.mapLoads = registry.counter(
            "podo_seat_map_loads_total", help: "Seat maps read from the database.")
        self.mapRenderings = registry.counter(
            "podo_seat_map_renderings_total", help: "Seat maps written as bodies.")
    }

    func watch(waiting: @escaping @Sendable () -> Int) {
        self.registry.sampledGauge("podo_seat_holds_waiting", help: "Requests that wait for a statement.") {
            Double(waiting())
        }
    }

    func held(_ outcome: HoldOutcome) {
        let word: StaticString =
            switch outcome {
            case .held: "held"
            case .taken: "taken"
            case .busy: "busy"
            case .limit: "limit"
            case .tooOften: "too-often"
            case .notOnSale: "not-on-sale"
            case .notFound: "not-found"
            case .invalid: "invalid"
            }
        self.holds.add(word, loop: nil)
    }

    func refusedByMap() { self.byMap.add(loop: nil) }

    func shed() { self.shedCount.add(loop: nil) }

    func batch(requestCount: Int) {
        self.batches.add(loop: nil)
        self.batched.add(requestCount, loop: nil)
    }

    func resolved() { self.lost.add(loop: nil) }

    func blocked(_ count: Int) { self.blocks.add("blocked", count: count, loop: nil) }

    func released(_ count: Int) { self.blocks.add("released", count: count, loop: nil) }

    func expired(_ count: Int) { self.expiredCount.add(count, loop: nil) }
}
