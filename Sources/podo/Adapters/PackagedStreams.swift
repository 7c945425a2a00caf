internal import HLSPackager
internal import MediaTypes
internal import Observability
internal import Primitives
internal import RTMPIngest
internal import Reactor
internal import Synchronization

/// Packages what publishers send, for everyone who watches: a stream lives from its first publishing on, whoever
/// publishes it and on whichever loop.
final class PackagedStreams: MediaDestination {
    let board: SnapshotBoard
    private let limits: HLSLimits
    /// Where it is waited until nobody can be watching what has ended.
    private let loop: EventLoop
    private let numbers: StreamStates
    private let recordings: Recordings?
    private let posters: Posters?
    private let metrics: HLSMetrics
    private let log: Log
    private let isAwaited: @Sendable (_ stream: String) -> Bool
    /// Those that are published, or of which something is left.
    private let streams = Mutex<[String: Entry]>([:])

    /// How long the stream of a show waits for its publisher at least, whichever way that went.
    private static let showGraceTime = TimeAmount.seconds(600)

    /// How long ago the recording of a show may have been interrupted by the end of a process, to go on in the next.
    private static let showResumeTime = TimeAmount.seconds(3 * 3600)

    private struct Entry {
        let stream: PackagedStream
        let health: PackagingHealth
    }

    /// - Parameter isAwaited: Of the stream of a show that goes on, which waits for its publisher for as long as that.
    init(
        limits: HLSLimits, loops: [EventLoop], numbers: StreamStates, recordings: Recordings?, posters: Posters?,
        isAwaited: @escaping @Sendable (_ stream: String) -> Bool = { _ in false }, metrics: HLSMetrics,
        registry: MetricsRegistry, log: Log
    ) {
        self.isAwaited = isAwaited
        self.limits = limits
        self.loop = loops[0]
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
        let log = self.log
        // It begins within the lock: until then a stream that is over may be forgotten.
        let packager = self.streams.withLock { streams in
            let entry = streams[name] ?? self.makeEntry(name)
            streams[name] = entry
            return MeteredPackager(
                stream: entry.stream, environment: .on(loop), muxers: .libAV, health: entry.health,
                metrics: self.metrics, loop: loop.index,
                onLoss: { log.error("media left out", ["stream": .text(name), "what": .text($0.words)]) })
        }
        let tapped = self.posters?.tap(packager, stream: name, environment: .on(loop))
        return FormatLog(stream: name, log: self.log, receiver: tapped ?? packager)
    }

    /// Every stream of which something is left, and how it does, by name.
    var all: [WatchableStream] {
        let entries = self.streams.withLock { $0 }
        return entries.sorted { $0.key < $1.key }.map { name, entry in
            WatchableStream(name: name, summary: entry.stream.summary, figures: entry.health.figures)
        }
    }

    /// Nil when nothing is left of it.
    func stream(_ name: String) -> WatchableStream? {
        guard let entry = self.streams.withLock({ $0[name] }) else { return nil }
        return WatchableStream(name: name, summary: entry.stream.summary, figures: entry.health.figures)
    }

    /// What it showed last, as a JPEG, for somebody who looks; nil when there is no picture.
    func picture(of name: String) -> SharedBytes? { self.posters?.look(at: name)?.jpeg }

    /// The show of the stream has begun then: it is recorded from there on.
    func beginShow(_ name: String, since: WallClock) { self.recordings?.beginShow(of: name, since: since) }

    /// The show of the stream is over: nobody waits for its publisher any more.
    func endIfAbandoned(_ name: String) {
        self.recordings?.endIfAbandoned(name)
        guard let stream = self.streams.withLock({ $0[name] })?.stream, let end = stream.endIfAbandoned() else {
            return
        }
        let loop = self.loop
        loop.execute {
            _ = loop.schedule(at: loop.now + end.time) {
                stream.clearIfEnded(publishing: end.publishing, now: loop.now)
            }
        }
    }

    private var summaries: [StreamSummary] {
        self.streams.withLock { Array($0.values) }.map(\.stream.summary)
    }

    /// Goes on with the numbers of what was there by this name.
    private func makeEntry(_ name: String) -> Entry {
        let (board, numbers, recordings) = (self.board, self.numbers, self.recordings)
        let isAwaited = self.isAwaited
        let state = numbers.state(of: name).raised(to: recordings?.state(of: name) ?? StreamState())
        let limits = Self.limits(of: name, self.limits)
        let stream = PackagedStream(
            limits: limits, state: state, isAwaited: { isAwaited(name) },
            whenOver: { [weak self] in self?.forget(name) },
            publish: { snapshot in
                board.publish(snapshot, of: name)
                numbers.take(snapshot, of: name)
                recordings?.take(snapshot, of: name)
            })
        return Entry(stream: stream, health: PackagingHealth())
    }

    /// A show goes on until somebody or something ends it: viewers wait, and its recording stays one.
    static func limits(of name: String, _ limits: HLSLimits) -> HLSLimits {
        guard ShowStream.schedule(of: name) != nil else { return limits }
        var limits = limits
        limits.interruptedGraceTime = Self.showGraceTime
        limits.finishedGraceTime = Self.showGraceTime
        return limits
    }

    static func resumeTime(of name: String, _ limits: RecordingLimits) -> TimeAmount {
        ShowStream.schedule(of: name) == nil ? limits.resumeTimeMax : Self.showResumeTime
    }

    /// Unless somebody publishes it again by now.
    private func forget(_ name: String) {
        self.streams.withLock { streams in
            if streams[name]?.stream.isOver == true { streams[name] = nil }
        }
    }
}

extension PackagerLoss {
    fileprivate var words: String {
        switch self {
        case .rendition(let id, let error):
            "rendition \(id), whose muxers failed too often: \(error.label), \(error.detail)"
        case .track(let track): "\(track.kind) track \(track.number), which is one too many"
        }
    }
}

/// A stream as viewers have it, for whoever asks how things are.
struct WatchableStream: Sendable {
    var name: String
    var summary: StreamSummary
    var figures: PackagingHealth.Figures
}
