internal import Observability
internal import Primitives

/// What is counted of one front end's HTTP traffic. Labels come from fixed sets: routes are templates, reasons are
/// words of the source; nothing a client sends can make a new one.
struct HTTPMetrics: Sendable {
    /// Responses of one route by class of status: 1xx to 5xx.
    private struct Route: Sendable {
        let responses: [Counter]
        let duration: Histogram
    }

    private let routes: [Route]
    private let refusals: HTTPReasonCounters
    private let connectionCount: Gauge
    private let connectionTotal: Counter
    private let responseBytes: Counter
    private let receivedBytes: Counter
    private let sentBytes: Counter
    private let cancellations: Counter
    private let resetsByPeer: Counter
    private let resetsByUs: Counter

    init(frontend: String, registry: MetricsRegistry, routeLabels: [String]) {
        self.routes = routeLabels.map { label in
            Route(
                responses: ["1xx", "2xx", "3xx", "4xx", "5xx"].map { code in
                    registry.counter(
                        "podo_http_responses_total",
                        help: "Responses whose last byte was queued for sending, by route and class of status.",
                        labels: ["frontend": frontend, "route": label, "code": code])
                },
                duration: registry.histogram(
                    "podo_http_request_duration_seconds",
                    help: "From a request's head to the last byte of its response queued for sending.",
                    labels: ["frontend": frontend, "route": label]))
        }
        self.refusals = HTTPReasonCounters(frontend: frontend, registry: registry)
        self.connectionCount = registry.gauge(
            "podo_http_connections", help: "Connections open now.", labels: ["frontend": frontend])
        self.connectionTotal = registry.counter(
            "podo_http_connections_total", help: "Connections accepted.", labels: ["frontend": frontend])
        self.responseBytes = registry.counter(
            "podo_http_response_body_bytes_total", help: "Bytes of response bodies.", labels: ["frontend": frontend])
        self.receivedBytes = registry.counter(
            "podo_http_received_bytes_total", help: "Bytes read from sockets, counted when a connection ends.",
            labels: ["frontend": frontend])
        self.sentBytes = registry.counter(
            "podo_http_sent_bytes_total", help: "Bytes written to sockets, counted when a connection ends.",
            labels: ["frontend": frontend])
        self.cancellations = registry.counter(
            "podo_http_requests_cancelled_total", help: "Requests whose client left before the answer.",
            labels: ["frontend": frontend])
        let resets: StaticString = "podo_http2_stream_resets_total"
        let resetsHelp: StaticString = "HTTP/2 streams reset, by who did it."
        self.resetsByPeer = registry.counter(
            resets, help: resetsHelp, labels: ["frontend": frontend, "origin": "peer"])
        self.resetsByUs = registry.counter(resets, help: resetsHelp, labels: ["frontend": frontend, "origin": "podo"])
    }

    func opened(loop: Int) {
        self.connectionCount.add(1, loop: loop)
        self.connectionTotal.add(1, loop: loop)
    }

    func closed(receivedByteCount: Int, sentByteCount: Int, loop: Int) {
        self.connectionCount.add(-1, loop: loop)
        self.receivedBytes.add(receivedByteCount, loop: loop)
        self.sentBytes.add(sentByteCount, loop: loop)
    }

    func answered(route: Int, status: HTTPStatus, bodyByteCount: Int, time: TimeAmount, loop: Int) {
        let route = self.routes[route]
        route.responses[min(max(status.code / 100, 1), 5) - 1].add(1, loop: loop)
        route.duration.record(time, loop: loop)
        self.responseBytes.add(bodyByteCount, loop: loop)
    }

    func refused(_ reason: StaticString, loop: Int) { self.refusals.count(reason, loop: loop) }

    func cancelled(loop: Int) { self.cancellations.add(1, loop: loop) }

    func reset(byPeer: Bool, loop: Int) { (byPeer ? self.resetsByPeer : self.resetsByUs).add(1, loop: loop) }
}
