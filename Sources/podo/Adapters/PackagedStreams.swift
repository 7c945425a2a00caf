internal import HLSPackager
internal import MediaTypes
internal import Observability
internal import RTMPIngest
internal import Reactor
internal import Synchronization

/// Packages what publishers send, for everyone who watches: a stream lives from its first publishing on, whoever
/// publishes it and on whichever loop.
final class PackagedStreams: MediaDestination {
    let board: SnapshotBoard
    private let limits: HLSLimits
    private let numbers: StreamStates
    private let recordings: Recordings?
    private let posters: Posters?
    private let metrics: HLSMetrics
    private let log: Log
    /// One for each name that a key was granted for: no more than there are keys.
    private let streams = Mutex<[String: Entry]>([:])

    private struct Entry {
        let stream: PackagedStream
        let health: PackagingHealth
    }

    init(
        limits: HLSLimits, loops: [EventLoop], numbers: StreamStates, recordings: Recordings?, posters: Posters?,
        metrics: HLSMetrics, registry: MetricsRegistry, log: Log
    ) {
        self.limits = limits
        self.numbers = numbers
        self.recordings = recordings
        self.posters = posters
        self.board = SnapshotBoard(loops: loops, metrics: metrics)
        self.metrics = metrics
        self.log = log
        registry.sampledGauge("podo_hls_streams", help: "Streams that can be watched, or whose publisher may be back.")
        {
            [weak self] in Double(self?.summaries.count { $0.phase != .over } ?? 0)
        }
        registry.sampledGauge("podo_hls_window_bytes", help: "Memory of the segments of all streams.") {
            [weak self] in Double(self?.summaries.reduce(0) { $0 + $1.byteCount } ?? 0)
        }
    }

    func receiver(for name: String, on loop: EventLoop) -> any MediaReceiver {
        let entry = self.entry(name)
        let packager = MeteredPackager(
            stream: entry.stream, environment: .on(loop), muxers: .libAV, health: entry.health, metrics: self.metrics,
            loop: loop.index)
        let tapped = self.posters?.tap(packager, stream: name, environment: .on(loop))
        return FormatLog(stream: name, log: self.log, receiver: tapped ?? packager)
    }

    /// Every stream there has been, and how it does, by name.
    var all: [WatchableStream] {
        let entries = self.streams.withLock { $0 }
        return entries.sorted { $0.key < $1.key }.map { name, entry in
            WatchableStream(name: name, summary: entry.stream.summary, figures: entry.health.figures)
        }
    }

    private var summaries: [StreamSummary] {
        self.streams.withLock { Array($0.values) }.map(\.stream.summary)
    }

    private func entry(_ name: String) -> Entry {
        self.streams.withLock { streams in
            if let known = streams[name] { return known }
            let (board, numbers, recordings) = (self.board, self.numbers, self.recordings)
            let state = numbers.state(of: name).raised(to: recordings?.state(of: name) ?? StreamState())
            let stream = PackagedStream(limits: self.limits, state: state) { snapshot in
                board.publish(snapshot, of: name)
                numbers.take(snapshot, of: name)
                recordings?.take(snapshot, of: name)
            }
            let entry = Entry(stream: stream, health: PackagingHealth())
            streams[name] = entry
            return entry
        }
    }
}

/// A stream as viewers have it, for whoever asks how things are.
struct WatchableStream: Sendable {
    var name: String
    var summary: StreamSummary
    var figures: PackagingHealth.Figures
}
