package import Observability
internal import Synchronization

/// What is counted of watching. Labels come from fixed sets: neither tickets nor streams are among them, the log has
/// the ticket of a session that was too fast.
package final class PlaybackMetrics: Sendable {
    private let refusals: [Counter]
    private let sessions: ReasonCounters
    private let viewers = Atomic<Int>(0)
    private let registry: MetricsRegistry
    private let log: Log

    /// What became of requests for a session, and how sessions ended.
    static let sessionWords: [StaticString] = [
        "began", "previewed", "replaced", "ended", "refused", "full", "unwritten",
        "shared",
    ]

    package init(registry: MetricsRegistry, log: Log) {
        self.log = log
        self.refusals = PlaybackRefusal.allCases.map { refusal in
            registry.counter(
                "podo_playback_refusals_total", help: "Requests for media that the gate refused, by cause.",
                labels: ["cause": refusal.word.description])
        }
        self.sessions = ReasonCounters(Self.sessionWords) {
            registry.counter("podo_playback_sessions_total", help: "Playback sessions.", labels: ["event": $0])
        }
        self.registry = registry
        registry.sampledGauge("podo_playback_viewers", help: "Tickets with a session that watches now.") {
            [self] in Double(self.viewers.load(ordering: .relaxed))
        }
    }

    func refused(_ refusal: PlaybackRefusal, loop: Int) { self.refusals[refusal.rawValue].add(loop: loop) }

    /// Once for each session that its loops remember.
    func tooFast(ticket: Int64, schedule: Int64) {
        self.log.warning(
            "session too fast", ["ticket": .number(Int(ticket)), "schedule": .number(Int(schedule))])
    }

    /// The same.
    func shared(ticket: Int64, schedule: Int64) {
        self.log.warning("session shared", ["ticket": .number(Int(ticket)), "schedule": .number(Int(schedule))])
    }

    package func watch(holders: @escaping @Sendable () -> Int) {
        self.registry.sampledGauge(
            "podo_playback_holders", help: "Tickets and previews whose sessions the gate knows."
        ) { Double(holders()) }
    }

    func happened(_ word: StaticString, _ count: Int = 1) { self.sessions.add(word, count: count, loop: nil) }

    package func watching(_ count: Int) { self.viewers.store(count, ordering: .relaxed) }
}
