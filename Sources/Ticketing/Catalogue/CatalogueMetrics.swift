package import Observability

/// Everything about the catalogue that is counted.
package struct CatalogueMetrics: Sendable {
    static let changeKinds: [StaticString] = [
        "stage-created", "stage-changed", "stage-deleted", "created", "changed", "published", "closed", "canceled",
        "deleted", "schedule-created", "schedule-deleted", "schedule-canceled", "poster", "team",
    ]
    static let readKinds: [StaticString] = ["asked", "shared", "shed"]

    private let changes: ReasonCounters
    private let reads: ReasonCounters
    private let seats: Counter

    package init(registry: MetricsRegistry) {
        self.changes = ReasonCounters(Self.changeKinds) {
            registry.counter(
                "podo_catalogue_changes_total", help: "Changes of what is for sale.", labels: ["change": $0])
        }
        self.reads = ReasonCounters(Self.readKinds) {
            registry.counter(
                "podo_catalogue_reads_total", help: "Looks at a concert, by who asked the database.",
                labels: ["how": $0])
        }
        self.seats = registry.counter("podo_catalogue_seats_total", help: "Seats made for schedules.")
    }

    func changed(_ kind: StaticString, count: Int = 1) { self.changes.add(kind, count: count, loop: nil) }

    func read(_ how: StaticString) { self.reads.add(how, loop: nil) }

    func made(seatCount: Int) { self.seats.add(seatCount, loop: nil) }
}
