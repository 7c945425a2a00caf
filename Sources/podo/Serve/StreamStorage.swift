internal import HLSPackager
internal import Observability
internal import Primitives
internal import Reactor

/// What of streams outlives the process: their numbers always, their media if they are recorded.
final class StreamStorage: Sendable {
    let numbers: StreamStates
    let recordings: Recordings?
    private let pool: BlockingPool

    // A slow disk keeps a thread of the pool for seconds. Streams that wait for one lose nothing before their queues
    // are full.
    private static let threadCount = 4
    private static let waitingCountMax = 1024
    private static let maintenanceTime = TimeAmount.seconds(1)
    /// What the end of the process waits for the disk at most.
    private static let flushTime = TimeAmount.seconds(5)

    /// Reads what the process before has left.
    init(_ configuration: Configuration, log: Log) throws(StartError) {
        let pool = BlockingPool(name: "disk", threadCount: Self.threadCount, waitingCountMax: Self.waitingCountMax)
        self.pool = pool
        self.numbers = StreamStates(directory: configuration.dataDirectory, pool: pool, log: log)
        self.numbers.open()
        guard configuration.hlsRecording else {
            self.recordings = nil
            return
        }
        var limits = RecordingLimits()
        limits.byteCountMax = configuration.hlsRecordingByteCountMax
        let directory = configuration.dataDirectory + "/recordings"
        let recordings = Recordings(
            directory: directory, pool: pool, hls: configuration.streamLimits, limits: limits, log: log,
            graceTime: { PackagedStreams.limits(of: $0, configuration.streamLimits).interruptedGraceTime },
            resumeTime: { [limits] in PackagedStreams.resumeTime(of: $0, limits) })
        do throws(SystemError) { try recordings.open() } catch {
            throw StartError("hls-recording: cannot use \(directory): \(error)")
        }
        self.recordings = recordings
    }

    /// Once a second from now on.
    ///
    /// - Parameter isAwaited: Whether the publisher of a stream is waited for, however late it comes back.
    func maintain(on loop: EventLoop, isAwaited: @escaping @Sendable (_ stream: String) -> Bool) {
        loop.execute { self.maintainAgain(on: loop, isAwaited) }
    }

    private func maintainAgain(on loop: EventLoop, _ isAwaited: @escaping @Sendable (String) -> Bool) {
        self.numbers.maintain()
        self.recordings?.maintain(isAwaited: isAwaited)
        _ = loop.schedule(at: loop.now + Self.maintenanceTime) { self.maintainAgain(on: loop, isAwaited) }
    }

    /// No stream goes on: what is still on its way is written, as far as the disk takes it in time.
    func close() {
        self.recordings?.flush(within: Self.flushTime)
        self.numbers.close()
        self.pool.stop()
    }
}
