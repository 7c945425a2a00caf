internal import Observability
internal import Synchronization

/// What of business days was closed, for whoever scrapes.
final class DailyBooksMetrics: Sendable {
    private struct Closed {
        var day: Int64 = 0
        var finishedAt: Int64 = 0
        var differenceCount = 0
    }

    /// By company; settlements have none.
    private let closed = Mutex<[String?: Closed]>([:])

    init(companies: [String], registry: MetricsRegistry) {
        for company in companies.map(Optional.some) + [nil] {
            let labels: KeyValuePairs<StaticString, String> = ["work": company.map { "compare " + $0 } ?? "settle"]
            registry.sampledGauge(
                "podo_payments_closed_day_timestamp_seconds",
                help: "The latest business day that was compared or settled; 0 for none.", labels: labels
            ) { [weak self] in Double(self?[company].day ?? 0) }
            registry.sampledGauge(
                "podo_payments_day_closed_timestamp_seconds",
                help: "When a business day was last compared or settled; 0 for never.", labels: labels
            ) { [weak self] in Double(self?[company].finishedAt ?? 0) }
        }
        for company in companies {
            registry.sampledGauge(
                "podo_payments_book_differences",
                help: "What differs between a company's list and our books, by the latest comparison.",
                labels: ["company": company]
            ) { [weak self] in Double(self?[company].differenceCount ?? 0) }
        }
    }

    private subscript(company: String?) -> Closed { self.closed.withLock { $0[company] ?? Closed() } }

    func set(_ company: String?, closedDay: Int64, finishedAt: Int64, differenceCount: Int) {
        self.closed.withLock {
            $0[company] = Closed(day: closedDay, finishedAt: finishedAt, differenceCount: differenceCount)
        }
    }
}
