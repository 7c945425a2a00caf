internal import MediaTypes
internal import Observability

/// What is counted of publishers. Labels come from fixed sets of the source: no stream name, no key, nothing a peer
/// sends can make a new one.
struct RTMPMetrics: Sendable {
    /// Why connections and publishes are refused or end out of order. A test holds the list against the source.
    static let refusals: [StaticString] = [
        // Before there is a session.
        "accept-failed", "too-many-connections", "too-many-connections-of-address", "too-many-handshakes",
        "tls-no-shared-protocol", "tls-plaintext-http", "tls-bad-certificate", "tls-peer-alert", "tls-timeout",
        "tls-protocol-error", "tls-internal",
        // Too slow, too silent, too much.
        "handshake-timeout", "publish-timeout", "idle-timeout", "silent", "output-full", "too-much-work",
        "bit-rate-exceeded", "frame-rate-exceeded",
        // What is not RTMP, or broken.
        "tls-on-plain-port", "http-on-rtmp-port", "handshake-version", "chunk-header", "chunk-streams",
        "message-size", "unfinished-messages", "chunk-size", "too-many-messages", "too-many-commands",
        "too-many-answers", "connect-invalid", "publish-before-connect",
        // The connection under it.
        "peer-gone", "write-stalled", "system-error", "drain-timeout",
    ]
    /// What became of publishes that were asked for.
    static let outcomes: [StaticString] = [
        "accepted", "unknown-key", "in-use", "too-many-wrong-keys", "undecided", "server-stopping",
        "no-keys", "key-too-early", "key-over", "show-ended", "show-canceled",
    ]
    /// How accepted publishes ended; another end is a refusal of the connection, and counts there with its reason.
    static let ends: [StaticString] = [
        "finished", "peer-closed", "peer-gone", "replaced", "silent", "server-stopping", "key-revoked",
        "show-ended", "show-canceled",
    ]

    /// What organizers are told about.
    static let adviceLabels: [StaticString] = [
        "received", "no-keyframe", "keyframe-interval-long", "keyframe-interval-short", "no-audio", "no-video",
        "audio-video-apart", "picture-large", "bitrate-over-cap", "frame-rate-over-cap", "bitrate-fell",
        "faster-than-playing", "clock-jumped", "clock-unsteady", "video-codec-unsupported", "audio-codec-unsupported",
        "format-changes-too-often", "no-configuration", "held-back",
    ]
    /// Why media is left out.
    static let drops: [StaticString] = [
        "adts-invalid", "aggregate-truncated", "audio-codec-unsupported", "configuration-invalid",
        "configuration-too-large", "format-changes-too-often", "multitrack-type-unknown", "nal-length-overflow",
        "no-configuration-yet", "packet-type-unknown", "tag-too-short", "too-many-frames-in-message",
        "too-many-tracks", "too-much-media-in-message", "track-size-beyond-tag", "video-codec-unsupported",
    ]

    private let connectionCount: Gauge
    private let connectionTotal: Counter
    private let streamCount: Gauge
    private let pauseTotal: Counter
    private let receivedBytes: Counter
    private let sentBytes: Counter
    private let units: [Counter]
    private let unitBytes: [Counter]
    private let refused: ReasonCounters
    private let publishes: ReasonCounters
    private let publishEnds: ReasonCounters
    private let advice: ReasonCounters
    private let dropped: ReasonCounters

    init(registry: MetricsRegistry) {
        self.connectionCount = registry.gauge("podo_rtmp_connections", help: "Publisher connections open now.")
        self.connectionTotal = registry.counter(
            "podo_rtmp_connections_total", help: "Publisher connections accepted.")
        self.streamCount = registry.gauge("podo_rtmp_streams", help: "Streams being published now.")
        self.pauseTotal = registry.counter(
            "podo_rtmp_pauses_total", help: "Times that a publisher had to wait because it sent faster than real time.")
        self.receivedBytes = registry.counter(
            "podo_rtmp_received_bytes_total", help: "Bytes read from publishers' sockets.")
        self.sentBytes = registry.counter("podo_rtmp_sent_bytes_total", help: "Bytes written to publishers' sockets.")
        self.units = ["audio", "video"].map {
            registry.counter(
                "podo_rtmp_access_units_total", help: "Pictures and audio frames received, by kind.",
                labels: ["kind": $0])
        }
        self.unitBytes = ["audio", "video"].map {
            registry.counter(
                "podo_rtmp_access_unit_bytes_total", help: "Bytes of pictures and audio frames, by kind.",
                labels: ["kind": $0])
        }
        self.refused = ReasonCounters(Self.refusals) {
            registry.counter(
                "podo_rtmp_refused_total", help: "Publisher connections that ended out of order, by reason.",
                labels: ["reason": $0])
        }
        self.publishes = ReasonCounters(Self.outcomes) {
            registry.counter(
                "podo_rtmp_publishes_total", help: "Publishes asked for, by outcome.", labels: ["outcome": $0])
        }
        self.publishEnds = ReasonCounters(Self.ends) {
            registry.counter(
                "podo_rtmp_publish_ends_total", help: "Accepted publishes that ended, by reason.",
                labels: ["reason": $0])
        }
        self.advice = ReasonCounters(Self.adviceLabels) {
            registry.counter(
                "podo_rtmp_advice_total", help: "Times that a stream's organizer was told what is wrong with it.",
                labels: ["label": $0])
        }
        self.dropped = ReasonCounters(Self.drops) {
            registry.counter(
                "podo_rtmp_dropped_total", help: "Pictures, frames and messages of media left out, by reason.",
                labels: ["reason": $0])
        }
    }

    func opened(loop: Int) {
        self.connectionCount.add(1, loop: loop)
        self.connectionTotal.add(1, loop: loop)
    }

    func closed(loop: Int) { self.connectionCount.add(-1, loop: loop) }

    func transferred(receivedByteCount: Int, sentByteCount: Int, loop: Int) {
        self.receivedBytes.add(receivedByteCount, loop: loop)
        self.sentBytes.add(sentByteCount, loop: loop)
    }

    func received(_ kind: MediaKind, _ counts: MeteredReceiver.Counts, loop: Int) {
        self.units[Int(kind.rawValue)].add(counts.unitCount, loop: loop)
        self.unitBytes[Int(kind.rawValue)].add(counts.byteCount, loop: loop)
    }

    func refused(_ reason: StaticString, loop: Int) { self.refused.add(reason, loop: loop) }

    func publish(_ outcome: StaticString, loop: Int) {
        self.publishes.add(outcome, loop: loop)
        if outcome.description == "accepted" { self.streamCount.add(1, loop: loop) }
    }

    func publishEnded(_ reason: StaticString, loop: Int) {
        self.publishEnds.add(reason, loop: loop)
        self.streamCount.add(-1, loop: loop)
    }

    func dropped(_ reason: StaticString, _ count: Int, loop: Int) {
        self.dropped.add(reason, count: count, loop: loop)
    }

    func paused(loop: Int) { self.pauseTotal.add(1, loop: loop) }

    func advised(_ label: StaticString, loop: Int) { self.advice.add(label, loop: loop) }
}
