internal import Observability

/// Counts refused requests and ended connections by reason.
///
/// The reasons are words of the source, a few dozen; the list here makes every one visible from the start, at zero.
/// A test holds the list against the source.
struct HTTPReasonCounters: Sendable {
    static let reasons: [StaticString] = [
        // Before there is a session.
        "accept-failed", "too-many-connections", "too-many-connections-of-address", "sniff-timeout",
        "too-many-handshakes", "tls-no-shared-protocol", "tls-plaintext-http", "tls-bad-certificate", "tls-peer-alert",
        "tls-timeout", "tls-protocol-error", "tls-internal",
        // HTTP/1: a request that cannot be read.
        "request-line-too-long", "field-too-long", "head-too-long", "too-many-fields", "trailers-too-long",
        "chunk-line-too-long", "bare-line-feed", "request-line-malformed", "version-malformed", "version-unsupported",
        "method-malformed", "method-unknown", "target-malformed", "target-illegal-byte", "connect-refused",
        "folded-line", "field-malformed", "illegal-field", "host-missing", "host-repeated", "host-invalid",
        "host-contradicts-target", "content-length-repeated", "content-length-invalid", "transfer-encoding-invalid",
        "framing-field-disguised", "two-lengths", "chunked-in-http-1-0", "expectation-unknown", "chunk-size-invalid",
        "chunk-extension-invalid", "chunk-not-ended", "trailer-forbidden", "body-too-large",
        // HTTP/2: a request that cannot be read.
        "scheme-unknown", "h2-too-much-body",
        // HTTP/2: a connection that breaks the protocol or asks for too much.
        "h2-preface-invalid", "h2-protocol-error", "h2-flow-control-error", "h2-frame-size-error",
        "h2-compression-error", "h2-stream-closed-error", "h2-settings-error", "h2-internal-error",
        "h2-continuation-flood", "h2-header-block-too-large", "h2-header-list-too-large", "h2-control-frame-flood",
        "h2-reset-flood", "h2-acknowledgement-flood", "h2-window-stalled",
        // HTTP/2: an answer that its client does not let out.
        "h2-stream-stalled",
        // Both: too slow.
        "head-too-slow", "body-too-slow", "request-truncated",
        // A handler that cannot be run or does not come back.
        "too-many-handlers", "handler-too-slow",
        // The connection under it.
        "peer-gone", "write-stalled", "system-error", "file-truncated", "stream-aborted", "drain-timeout",
    ]

    private let counters: ReasonCounters

    init(frontend: String, registry: MetricsRegistry) {
        self.counters = ReasonCounters(Self.reasons) { reason in
            registry.counter(
                "podo_http_refused_total", help: "Requests refused and connections ended, by reason.",
                labels: ["frontend": frontend, "reason": reason])
        }
    }

    func count(_ reason: StaticString, loop: Int) { self.counters.add(reason, loop: loop) }
}
