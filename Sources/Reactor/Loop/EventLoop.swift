internal import CLinux
internal import Glibc
package import Primitives
internal import Synchronization

/// One thread, one epoll set (and within it one for gathered reads), one timer wheel, and the connections that live on
/// them for life.
///
/// A loop is also a `SerialExecutor` and a `TaskExecutor` (see `EventLoop+Executor`): asynchronous code of the
/// control plane runs on the loop of its connection. Everything marked "on the loop" must be called from its thread.
package final class EventLoop: @unchecked Sendable {
    // SAFETY: `remote` and `thread` are synchronised; all other mutable state is touched by the loop's thread only,
    // which `assertIsOnLoop` checks at the entry points.

    /// Bytes read from a socket at a time, into one buffer that all connections of the loop share.
    package static let readByteCountMax = 64 * 1024

    /// How often in one turn the jobs are run that jobs have enqueued.
    static let jobRoundCountMax = 8
    /// After so many jobs a turn begins no further round: what thousands of tasks have to do is spread over turns.
    static let jobCountMax = 256

    /// Work handed over from other threads, and whether the loop was already woken for it.
    struct Remote {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []
        var isWoken = false
        var isStopped = false
    }

    /// Counts from 0 within its group; chooses the row of every per-loop metric.
    package let index: Int
    let remote = Mutex(Remote())
    let threadIdentity = Atomic<UInt>(0)

    /// Open connections, and those that other loops have handed over but that have not begun here.
    let connectionCount = Atomic<Int>(0)
    let arrivingCount = Atomic<Int>(0)
    /// Of the connections, those that agree on TLS now.
    @exclusivity(unchecked) var handshakeCount = 0
    /// From any thread: how many connections this loop has to serve.
    package var load: Int {
        self.connectionCount.load(ordering: .relaxed) + self.arrivingCount.load(ordering: .relaxed)
    }

    private var poller: Poller
    /// Made for the first connection that asks for it.
    private(set) var gathered: GatheredReads?
    private var timers: TimerWheel<() -> Void>
    private let wakeUp: WakeUp
    var localJobs: [UnownedJob] = []
    private var runningJobs: [UnownedJob] = []
    private var flushing: [Connection] = []
    private var beingFlushed: [Connection] = []
    private var isStopping = false

    /// The time of this turn of the loop: read once per turn, right to a few microseconds.
    @exclusivity(unchecked) package private(set) var now: MonotonicTime

    // Scratch memory shared by the loop's connections, used within one call and never across.
    let readBuffer: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) var spareOutput: [UInt8] = []
    @exclusivity(unchecked) var sealed = ByteQueue()

    package init(index: Int) throws(SystemError) {
        // A peer that has gone must come back as EPIPE, also from `sendfile`, which knows no MSG_NOSIGNAL.
        signal(SIGPIPE, SIG_IGN)
        self.index = index
        self.now = .now
        self.poller = try Poller()
        self.timers = TimerWheel(start: .now)
        self.wakeUp = try WakeUp()
        self.readBuffer = .allocate(byteCount: Self.readByteCountMax, alignment: 64)
        try self.poller.register(self.wakeUp.descriptor, .readable, self.wakeUp)
    }

    deinit { self.readBuffer.deallocate() }

    // MARK: Life

    /// Runs on the calling thread until `stop`. Called once.
    package func run() {
        podo_thread_name("podo-loop-\(self.index)")
        self.threadIdentity.store(UInt(pthread_self()), ordering: .releasing)
        while !self.isStopping { self.turn() }
    }

    /// From any thread: the loop ends after its present turn. Connections are not drained; see `EventLoopGroup`.
    package func stop() {
        self.execute { self.isStopping = true }
    }

    package var isOnLoop: Bool { self.threadIdentity.load(ordering: .relaxed) == UInt(pthread_self()) }

    package func assertIsOnLoop() {
        assert(self.isOnLoop, "must be called on the loop")
    }

    /// From any thread: runs `call` on the loop, after what was handed over before it.
    package func execute(_ call: @escaping @Sendable () -> Void) {
        let mustWake = self.remote.withLock { remote in
            remote.calls.append(call)
            return remote.takeWakeUp()
        }
        if mustWake { self.wakeUp.signal() }
    }

    func wakeUpFromOtherThread() { self.wakeUp.signal() }

    // MARK: One turn

    private func turn() {
        let count = self.poller.wait(timeoutMilliseconds: self.waitMilliseconds())
        self.now = .now
        for index in 0..<count {
            guard let (source, events) = self.poller.event(at: index) else { continue }
            source.ready(events)
        }
        self.gathered?.readIfDue()
        self.expireTimers()
        self.runJobs()
        self.flushConnections()
    }

    private func waitMilliseconds() -> CInt {
        if !self.localJobs.isEmpty || !self.flushing.isEmpty { return 0 }
        guard let deadline = self.nextDeadline else { return -1 }
        let nanoseconds = max((deadline - .now).nanoseconds, 0)
        return CInt(min((nanoseconds + 999_999) / 1_000_000, 60_000))
    }

    private var nextDeadline: MonotonicTime? {
        guard let sweep = self.gathered?.nextLook else { return self.timers.nextDeadline }
        return min(sweep, self.timers.nextDeadline ?? sweep)
    }

    private func expireTimers() {
        while let fire = self.timers.expireOne(now: self.now) { fire() }
    }

    /// Runs what is there, and what these jobs enqueue in turn for some rounds: a task changes its executor several
    /// times between two waits, and a turn of the loop for each would cost more than the work. A longer chain of jobs
    /// goes on in the next turn, so that it cannot keep sockets waiting; and so does what many tasks enqueue.
    private func runJobs() {
        let (remoteJobs, calls) = self.remote.withLock { $0.take() }
        for call in calls { call() }
        for job in remoteJobs { self.run(job) }
        var (roundCount, jobCount) = (0, 0)
        while !self.localJobs.isEmpty, roundCount < Self.jobRoundCountMax, jobCount < Self.jobCountMax {
            // The two arrays change places, so that a turn with jobs allocates nothing.
            swap(&self.localJobs, &self.runningJobs)
            for job in self.runningJobs { self.run(job) }
            jobCount += self.runningJobs.count
            roundCount += 1
            self.runningJobs.removeAll(keepingCapacity: true)
        }
    }

    // MARK: On the loop: descriptors

    package func register(_ fd: CInt, _ events: ReadyEvents, _ source: any EventSource) throws(SystemError) {
        self.assertIsOnLoop()
        try self.poller.register(fd, events, source)
    }

    package func change(_ fd: CInt, _ events: ReadyEvents) {
        self.assertIsOnLoop()
        self.poller.change(fd, events)
    }

    package func remove(_ fd: CInt) {
        self.assertIsOnLoop()
        self.poller.remove(fd)
    }

    /// Moves a registered descriptor among those that are read together. When it throws, nothing has changed.
    func gather(
        _ fd: CInt, _ events: ReadyEvents, _ source: any EventSource, interval: TimeAmount
    ) throws(SystemError) {
        self.assertIsOnLoop()
        if self.gathered == nil { self.gathered = try GatheredReads(loop: self, interval: interval) }
        try self.gathered?.register(fd, events, source, interval: interval)
        self.poller.remove(fd)
    }

    // MARK: On the loop: timers

    /// Calls `fire` once at `time` or up to a millisecond later.
    package func schedule(at time: MonotonicTime, _ fire: @escaping () -> Void) -> TimerID {
        self.assertIsOnLoop()
        return self.timers.schedule(at: time, fire)
    }

    /// Forgets a timer; one that has fired or was cancelled is ignored.
    package func cancel(_ timer: TimerID) {
        self.assertIsOnLoop()
        self.timers.cancel(timer)
    }

    // MARK: On the loop: output

    /// The connection's output is sent at the end of this turn.
    func flushLater(_ connection: Connection) {
        self.assertIsOnLoop()
        self.flushing.append(connection)
    }

    private func flushConnections() {
        guard !self.flushing.isEmpty else { return }
        // As with jobs; what asks again meanwhile has its turn next time.
        swap(&self.flushing, &self.beingFlushed)
        for connection in self.beingFlushed { connection.flushNow() }
        self.beingFlushed.removeAll(keepingCapacity: true)
    }
}

extension EventLoop.Remote {
    /// True for the caller that has to write to the eventfd; false while an earlier wake-up is still on its way.
    mutating func takeWakeUp() -> Bool {
        guard !self.isWoken else { return false }
        self.isWoken = true
        return true
    }

    mutating func take() -> (jobs: [UnownedJob], calls: [@Sendable () -> Void]) {
        self.isWoken = false
        guard !self.jobs.isEmpty || !self.calls.isEmpty else { return ([], []) }
        defer {
            self.jobs = []
            self.calls = []
        }
        return (self.jobs, self.calls)
    }
}
