internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// Records one stream: finds in each snapshot what is complete, and hands it to a job of the pool. Who publishes
/// snapshots never waits: what does not fit into the queue is lost to the recording.
final class StreamRecorder: Sendable {
    private let context: RecordingContext
    private let pool: BlockingPool
    private let job: RecorderJob
    private let state: Mutex<State>

    private struct State {
        var queue = RecordingQueue()
        /// Of the media that the job is writing.
        var writingByteCount = 0
        var isWorking = false
        /// The last segment of each rendition that was seen.
        var last: [RenditionID: Int] = [:]
        /// Something came since the last end.
        var hasShow = false
        /// When that began.
        var beganAt: WallClock?
        /// When the stream's show began, while it goes on.
        var since: WallClock?
        /// The show of an earlier process ends then, unless its publisher comes back.
        var deadline: MonotonicTime?
        /// The stream is gone.
        var isOver = false
        var isBehind = false

        /// Whether a job has to be started, which then counts as started.
        mutating func start() -> Bool {
            guard !self.isWorking, !self.queue.work.isEmpty else { return false }
            self.isWorking = true
            return true
        }
    }

    /// - Parameter since: When the stream's show began, if it goes on.
    init(stream: String, since: WallClock?, context: RecordingContext, pool: BlockingPool) {
        self.context = context
        self.pool = pool
        self.job = RecorderJob(stream: stream, context: context)
        var state = State()
        state.since = since
        self.state = Mutex(state)
    }

    /// Goes on with a show of an earlier process, until then at the latest. Before anything else.
    func resume(_ stored: StoredShow, number: Int, until deadline: MonotonicTime) {
        self.job.resume(stored, number: number)
        self.state.withLock { state in
            for rendition in stored.show.index.renditions { state.last[rendition.id] = rendition.lastSequence }
            state.hasShow = true
            state.beganAt = stored.show.index.earliestStart
            state.deadline = deadline
        }
    }

    /// Nothing is held or under way, and the stream is gone.
    var isIdle: Bool {
        self.state.withLock { $0.isOver && !$0.isWorking && $0.queue.work.isEmpty && !$0.hasShow }
    }

    /// Everything that came was written, or lost.
    var isFlushed: Bool { self.state.withLock { !$0.isWorking && $0.queue.work.isEmpty } }

    /// Nil when the stream is gone.
    func take(_ snapshot: StreamSnapshot?) {
        let (isStarting, isFallingBehind) = self.state.withLock { state in
            let wasBehind = state.isBehind
            state.isOver = snapshot == nil
            if let snapshot {
                state.deadline = nil
                for var item in RecordingItem.new(in: snapshot, after: state.last) {
                    // It may be over when this is written.
                    item.since = state.since
                    self.add(item, &state)
                }
            }
            let hasEnded = snapshot.map { stream in
                !stream.renditions.isEmpty && stream.renditions.allSatisfy { $0.snapshot.hasEnded }
            }
            if hasEnded ?? true { Self.end(&state) }
            return (state.start(), state.isBehind && !wasBehind)
        }
        if isStarting { self.start() }
        if isFallingBehind {
            self.context.log.warning("recording behind", ["stream": .text(self.job.stream)])
        }
    }

    /// What began long before the show is not of it.
    func beginShow(since: WallClock) {
        let isStarting = self.state.withLock { state in
            state.since = since
            let margin = RecordingLimits.beginningTimeMax.milliseconds
            guard let beganAt = state.beganAt, beganAt.unixMilliseconds < since.unixMilliseconds - margin else {
                return false
            }
            Self.end(&state)
            return state.start()
        }
        if isStarting { self.start() }
    }

    /// The stream's show is over. Ends a recording of an earlier process that waits for its publisher.
    func endIfAbandoned() {
        self.state.withLock { $0.since = nil }
        self.maintain(now: MonotonicTime(nanoseconds: .max))
    }

    /// Does what could not be done when it was time: the pool was full.
    func startAgain() {
        if self.state.withLock({ $0.start() }) { self.start() }
    }

    /// Now and then: does what could not be done when it was time.
    func maintain(now: MonotonicTime, isAwaited: () -> Bool = { false }) {
        let isStarting = self.state.withLock { state in
            if let deadline = state.deadline, deadline <= now, !isAwaited() {
                state.deadline = nil
                state.isOver = true
                Self.end(&state)
            }
            return state.start()
        }
        if isStarting { self.start() }
    }

    // MARK: - The queue

    private func add(_ item: RecordingItem, _ state: inout State) {
        state.last[item.id] = item.segment.sequence
        if !state.hasShow { state.beganAt = item.segment.startsAt }
        let (limits, counts) = (self.context.limits, self.context.counts)
        let others = counts.queuedByteCount.load(ordering: .relaxed) - state.queue.byteCount - state.writingByteCount
        let room = min(limits.queuedByteCountMax, limits.allQueuedByteCountMax - others) - state.writingByteCount
        switch state.queue.add(item, byteCountMax: room, countMax: limits.queuedSegmentCountMax) {
        case .queued:
            state.hasShow = true
            counts.queuedByteCount.add(item.byteCount, ordering: .relaxed)
        case .lostMedia:
            state.hasShow = true
            state.isBehind = true
        case .full:
            counts.lost(1)
            Self.end(&state)
            state.isBehind = true
        }
    }

    private static func end(_ state: inout State) {
        guard state.hasShow else { return }
        state.hasShow = false
        state.beganAt = nil
        state.queue.addEnd()
    }

    // MARK: - On the pool

    private func start() {
        // A full pool: `maintain` tries again.
        if !self.pool.submit({ self.work() }) { self.state.withLock { $0.isWorking = false } }
    }

    private func work() {
        while true {
            let ((items, isEnd), since) = self.state.withLock { state in
                let work = state.queue.take()
                state.writingByteCount = work.items.reduce(0) { $0 + $1.byteCount }
                if work.items.isEmpty, !work.isEnd {
                    state.isWorking = false
                    state.isBehind = false
                }
                return (work, work.items.first?.since ?? state.since)
            }
            guard !items.isEmpty || isEnd else { return }
            self.job.record(items, isEnd: isEnd, since: since, now: .now)
            let byteCount = items.reduce(0) { $0 + $1.byteCount }
            self.context.counts.queuedByteCount.subtract(byteCount, ordering: .relaxed)
            self.state.withLock { $0.writingByteCount = 0 }
        }
    }
}
