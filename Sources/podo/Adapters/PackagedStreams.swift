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
    private let log: Log
    /// One for each name that a key was granted for: no more than there are keys.
    private let streams = Mutex<[String: PackagedStream]>([:])

    init(limits: HLSLimits, loops: [EventLoop], numbers: StreamStates, recordings: Recordings?, log: Log) {
        self.limits = limits
        self.numbers = numbers
        self.recordings = recordings
        self.board = SnapshotBoard(loops: loops)
        self.log = log
    }

    func receiver(for name: String, on loop: EventLoop) -> any MediaReceiver {
        let packager = StreamPackager(
            stream: self.stream(name), environment: .on(loop), muxers: .libAV)
        return FormatLog(stream: name, log: self.log, receiver: packager)
    }

    private func stream(_ name: String) -> PackagedStream {
        self.streams.withLock { streams in
            if let known = streams[name] { return known }
            let (board, numbers, recordings) = (self.board, self.numbers, self.recordings)
            let state = numbers.state(of: name).raised(to: recordings?.state(of: name) ?? StreamState())
            let stream = PackagedStream(limits: self.limits, state: state) { snapshot in
                board.publish(snapshot, of: name)
                numbers.take(snapshot, of: name)
                recordings?.take(snapshot, of: name)
            }
            streams[name] = stream
            return stream
        }
    }
}
