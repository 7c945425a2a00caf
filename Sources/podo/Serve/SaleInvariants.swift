internal import Observability
internal import Payments
internal import Postgres
internal import Primitives
internal import Ticketing

/// What must hold of all seats and all money, looked at while Podo runs: what breaks a rule is a gauge above zero and
/// an error in the log, before a buyer or a seller finds it.
struct SaleInvariants: Sendable {
    /// Between two looks. Each reads the tables of sales whole, on the connection for background work.
    static let interval = TimeAmount.seconds(300)

    private let payments: Payments
    private let database: PostgresDatabase
    private let gauges: [String: Gauge]
    private let log: Log

    init(payments: Payments, database: PostgresDatabase, registry: MetricsRegistry, log: Log) {
        self.payments = payments
        self.database = database
        self.log = log
        self.gauges = Dictionary(
            uniqueKeysWithValues: TicketingInvariants.all.map { rule in
                let name = rule.name.description
                let gauge = registry.gauge(
                    "podo_seat_invariant_violations",
                    help: "What breaks a rule that holds of all seats, reservations and tickets.",
                    labels: ["invariant": name])
                return (name, gauge)
            })
    }

    func look() async throws {
        let broken = try await TicketingInvariants.broken(in: self.database)
        for (name, gauge) in self.gauges {
            let count = broken.first { $0.name.description == name }?.count ?? 0
            gauge.add(count - gauge.value, loop: nil)
        }
        let names = broken.map(\.name.description) + (try await self.payments.checkInvariants())
        for name in names { self.log.error("a rule of sales is broken", ["invariant": .text(name)]) }
    }
}
