internal import CLinux
internal import Glibc
internal import Primitives
internal import Synchronization

/// The queue between those who log and the descriptor, and the thread that empties it.
///
/// Holds at most `LogLimits.queueByteCountMax` bytes, those being written included. What does not fit is dropped and
/// counted, and the thread writes one line saying how many when there is room again. A write that fails loses its lines
/// to the metric alone: a line about it would fail as well.
@safe
final class LogWriter: @unchecked Sendable {
    // SAFETY: `pending`, `writingByteCount`, `droppedCount` and `isClosed` are touched only with `lock` held; the lock
    // and the condition are at a fixed address from `init` to `deinit`, and the thread holds a reference to `self`.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var pending: [UInt8] = []
    private var writingByteCount = 0
    private var droppedCount = 0
    private var isClosed = false

    private let descriptor: Int32
    private let limits: LogLimits
    private let counts: LogCounts
    private let clock: @Sendable () -> WallClock

    init(descriptor: Int32, limits: LogLimits, counts: LogCounts, clock: @escaping @Sendable () -> WallClock) {
        self.descriptor = descriptor
        self.limits = limits
        self.counts = counts
        self.clock = clock
        unsafe self.lock = .allocate(capacity: 1)
        unsafe self.changed = .allocate(capacity: 1)
        unsafe pthread_mutex_init(self.lock, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(self.changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
        self.startThread()
    }

    deinit {
        unsafe pthread_cond_destroy(self.changed)
        unsafe pthread_mutex_destroy(self.lock)
        unsafe self.changed.deallocate()
        unsafe self.lock.deallocate()
    }

    /// Queues a line, or drops it when it does not fit. Never waits for the descriptor.
    func append(_ line: [UInt8]) {
        unsafe pthread_mutex_lock(self.lock)
        defer { unsafe pthread_mutex_unlock(self.lock) }
        guard self.pending.count + self.writingByteCount + line.count <= self.limits.queueByteCountMax else {
            self.droppedCount += 1
            self.counts.dropped.wrappingAdd(1, ordering: .relaxed)
            unsafe pthread_cond_broadcast(self.changed)
            return
        }
        let wasEmpty = self.pending.isEmpty
        self.pending.append(contentsOf: line)
        if wasEmpty { unsafe pthread_cond_broadcast(self.changed) }
    }

    /// Waits until the queue is empty and written; false when it was not by `deadline`.
    func flush(until deadline: MonotonicTime) -> Bool {
        var time = timespec()
        time.tv_sec = Int(deadline.nanoseconds / 1_000_000_000)
        time.tv_nsec = Int(deadline.nanoseconds % 1_000_000_000)
        unsafe pthread_mutex_lock(self.lock)
        defer { unsafe pthread_mutex_unlock(self.lock) }
        while !self.isIdle {
            if unsafe pthread_cond_timedwait(self.changed, self.lock, &time) == ETIMEDOUT { return self.isIdle }
        }
        return true
    }

    /// The thread writes what is queued and ends.
    func close() {
        unsafe pthread_mutex_lock(self.lock)
        self.isClosed = true
        unsafe pthread_cond_broadcast(self.changed)
        unsafe pthread_mutex_unlock(self.lock)
    }

    private var isIdle: Bool { self.pending.isEmpty && self.writingByteCount == 0 && self.droppedCount == 0 }

    /// The body of the thread.
    private func run() {
        unsafe podo_thread_name("podo-log")
        while let batch = self.takeBatch() { self.writeOut(batch) }
    }

    /// Waits for lines and takes all of them; nil when there are none and never will be.
    private func takeBatch() -> [UInt8]? {
        unsafe pthread_mutex_lock(self.lock)
        defer { unsafe pthread_mutex_unlock(self.lock) }
        self.writingByteCount = 0
        while true {
            if self.droppedCount > 0 { self.reportDropped() }
            if !self.pending.isEmpty { break }
            unsafe pthread_cond_broadcast(self.changed)
            if self.isClosed { return nil }
            unsafe pthread_cond_wait(self.changed, self.lock)
        }
        let batch = self.pending
        self.pending = []
        self.writingByteCount = batch.count
        return batch
    }

    /// Goes behind the bound if it must: it is one line, and there is no other while it waits.
    private func reportDropped() {
        let line = LogLine(
            .warning, "log_dropped", ["count": .number(self.droppedCount)], at: self.clock(), limits: self.limits)
        self.droppedCount = 0
        self.pending.append(contentsOf: line.bytes)
    }

    private func writeOut(_ batch: [UInt8]) {
        var rest = batch[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(self.descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: self.waitUntilWritable()
            default:
                let lineCount = rest.count { $0 == UInt8(ascii: "\n") }
                self.counts.dropped.wrappingAdd(lineCount, ordering: .relaxed)
                return
            }
        }
    }

    /// A descriptor that someone else made non-blocking.
    private func waitUntilWritable() {
        var wanted = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&wanted, 1, -1)
    }

    /// Starts with all signals blocked: they are other threads' business, and a closed pipe is an error of `write`.
    private func startThread() {
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, nil,
            { argument in
                // Balances the retain below.
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<LogWriter>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(status == 0, "the log's thread starts")
        pthread_detach(thread)
    }
}
