internal import Observability
internal import Primitives

/// What is counted of one client's requests, by results from a fixed list.
struct HTTPClientMetrics: Sendable {
    private static let statusClasses: [StaticString] = ["1xx", "2xx", "3xx", "4xx", "5xx"]

    private let results: ReasonCounters
    private let duration: Histogram
    private let running: Gauge
    private let waiting: Gauge

    init(client: String, registry: MetricsRegistry) {
        self.results = ReasonCounters(Self.statusClasses + HTTPClientError.Code.allCases.map(\.name)) { result in
            registry.counter(
                "podo_http_client_requests_total",
                help: "Requests to other servers that ended, by class of status or why there is none.",
                labels: ["client": client, "result": result])
        }
        self.duration = registry.histogram(
            "podo_http_client_duration_seconds",
            help: "From a request to another server to its whole answer or its failure, waiting included.",
            labels: ["client": client])
        self.running = registry.gauge(
            "podo_http_client_running", help: "Requests to other servers that are under way.",
            labels: ["client": client])
        self.waiting = registry.gauge(
            "podo_http_client_waiting", help: "Requests to other servers that wait for their turn.",
            labels: ["client": client])
    }

    func ended(_ result: Result<HTTPClientResponse, HTTPClientError>, time: TimeAmount, loop: Int) {
        switch result {
        case .success(let response):
            self.results.add(Self.statusClasses[min(max(response.status / 100, 1), 5) - 1], loop: loop)
        case .failure(let error):
            self.results.add(error.code.name, loop: loop)
        }
        self.duration.record(time, loop: loop)
    }

    func changed(running: Int, waiting: Int, loop: Int) {
        self.running.add(running, loop: loop)
        self.waiting.add(waiting, loop: loop)
    }
}
