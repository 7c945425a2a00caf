package import Observability
internal import Primitives

/// What is counted of packaging and of delivery. Labels come from fixed sets of the source: no stream's name, and
/// nothing a viewer or a publisher sends, can make a new one.
package struct HLSMetrics: Sendable {
    /// What is asked for.
    enum RequestKind: Int, CaseIterable {
        case multivariant, playlist, blockedPlaylist, delta, initialisation, segment, part, key, poster
        /// By a cache in front, which has the media.
        case checked
        /// A name that there is nothing of.
        case unknown
        /// By the gate: nobody looked at the name.
        case refused
    }

    /// How a request that waited ended.
    enum WaitOutcome: Int, CaseIterable {
        case answered
        /// With 503: nothing came for too long.
        case timedOut
        /// The client left.
        case cancelled
        /// The gate did not admit it any more.
        case refused
        /// The stream was over, or the server ends.
        case ended
        /// What it waited for will not be.
        case abandoned
        /// Not let in: too many waited.
        case tooMany
    }

    /// Why muxers fail (`MuxerError`). A test holds the list against the source.
    static let muxerFailures: [StaticString] = [
        "formatRefused", "formatUnknown", "optionRefused", "outOfMemory", "outputRefused", "partFull", "partRefused",
        "sampleInvalid", "sampleRefused", "segmentFull", "timeInvalid",
    ]

    private let requests: [Counter]
    private let waits: [Counter]
    private let waiters: Gauge
    private let published: Histogram
    private let delivered: Histogram
    private let segments: Histogram
    private let lateKeyframes: Counter
    private let lostSamples: Counter
    private let lostTransportStreamSamples: Counter
    private let failures: ReasonCounters
    private let transportStreamFailures: Counter
    private let refusedTracks: Counter

    package init(registry: MetricsRegistry) {
        self.requests = RequestKind.allCases.map { kind in
            registry.counter(
                "podo_hls_requests_total", help: "What players asked for, by kind.",
                labels: ["kind": Self.word("\(kind)")])
        }
        self.waits = WaitOutcome.allCases.map { outcome in
            registry.counter(
                "podo_hls_waits_total", help: "Requests that waited for media, by how that ended.",
                labels: ["outcome": Self.word("\(outcome)")])
        }
        self.waiters = registry.gauge("podo_hls_waiters", help: "Requests that wait for media now.")
        (self.published, self.delivered) = Self.latencies(registry)
        self.segments = registry.histogram("podo_hls_segment_seconds", help: "How long segments are.")
        self.lateKeyframes = registry.counter(
            "podo_hls_late_keyframes_total",
            help: "Segments that begin where decoding cannot, because no keyframe came in time.")
        let lost: StaticString = "podo_hls_lost_samples_total"
        let lostHelp: StaticString = "Pictures and audio frames that no muxer took, by container."
        self.lostSamples = registry.counter(lost, help: lostHelp, labels: ["container": "mp4"])
        self.lostTransportStreamSamples = registry.counter(lost, help: lostHelp, labels: ["container": "mpeg-ts"])
        let failures: StaticString = "podo_hls_muxer_failures_total"
        let failuresHelp: StaticString = "Muxers that had to be given up, by reason."
        self.failures = ReasonCounters(Self.muxerFailures) {
            registry.counter(failures, help: failuresHelp, labels: ["label": Self.word($0)])
        }
        self.transportStreamFailures = registry.counter(
            failures, help: failuresHelp, labels: ["label": "mpeg-ts"])
        self.refusedTracks = registry.counter(
            "podo_hls_refused_tracks_total", help: "Tracks of publishers beyond as many as a stream may have.")
    }

    private static func latencies(_ registry: MetricsRegistry) -> (published: Histogram, delivered: Histogram) {
        let name: StaticString = "podo_hls_part_latency_seconds"
        let help: StaticString = """
            From a part's last unit received to the part published, and from there to all who waited on a loop answered.
            """
        return (
            registry.histogram(name, help: help, labels: ["stage": "published"]),
            registry.histogram(name, help: help, labels: ["stage": "answered"])
        )
    }

    /// `blockedPlaylist` as labels spell it: `blocked-playlist`.
    static func word(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }

    // MARK: - Delivery

    func requested(_ kind: RequestKind, loop: Int) { self.requests[kind.rawValue].add(1, loop: loop) }

    func waiting(_ change: Int, loop: Int) { self.waiters.add(change, loop: loop) }

    func ended(_ outcome: WaitOutcome, _ count: Int, loop: Int) {
        if count > 0 { self.waits[outcome.rawValue].add(count, loop: loop) }
    }

    /// A snapshot is on a loop, and who waited there for it has been answered.
    func delivered(_ time: TimeAmount, loop: Int) { self.delivered.record(time, loop: loop) }

    // MARK: - Packaging

    func published(after time: TimeAmount, loop: Int) { self.published.record(time, loop: loop) }

    func ended(segmentOf time: TimeAmount, isLate: Bool, loop: Int) {
        self.segments.record(time, loop: loop)
        if isLate { self.lateKeyframes.add(1, loop: loop) }
    }

    /// - Parameter failure: Why muxers failed, if they did since `earlier`.
    func packaged(_ facts: PackagerFacts, since earlier: PackagerFacts, failure: MuxerError?, loop: Int) {
        self.lostSamples.add(facts.lostSampleCount - earlier.lostSampleCount, loop: loop)
        self.lostTransportStreamSamples.add(
            facts.lostTransportStreamSampleCount - earlier.lostTransportStreamSampleCount, loop: loop)
        self.transportStreamFailures.add(
            facts.transportStreamFailureCount - earlier.transportStreamFailureCount, loop: loop)
        self.refusedTracks.add(facts.refusedTrackCount - earlier.refusedTrackCount, loop: loop)
        let failureCount = facts.muxerFailureCount - earlier.muxerFailureCount
        if failureCount > 0, let failure { self.failures.add(failure.label, count: failureCount, loop: loop) }
    }
}

extension HLSMetrics.RequestKind {
    init(_ name: MediaName?, _ directives: PlaylistRequest) {
        switch name {
        case nil: self = .unknown
        case .multivariant: self = .multivariant
        case .playlist where directives.wantsDelta: self = .delta
        case .playlist where directives.sequence != .absent: self = .blockedPlaylist
        case .playlist: self = .playlist
        case .key: self = .key
        case .poster: self = .poster
        case .initialisation: self = .initialisation
        case .segment: self = .segment
        case .part: self = .part
        }
    }
}
