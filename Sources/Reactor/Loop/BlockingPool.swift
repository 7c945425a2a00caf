internal import CLinux
internal import Glibc
internal import Synchronization

/// The pool's queue is at its bound: the caller sheds the work (503), it does not wait.
package struct BlockingPoolFull: Error {
    package init() {}
}

/// Threads for work that blocks or computes for long: password hashing, disks, name look-ups. Never more threads and
/// never more waiting jobs than it was made for.
package final class BlockingPool: Sendable {
    private struct State {
        /// What has been taken is nil, so that it does not live longer than it runs.
        var waiting: [(@Sendable () -> Void)?] = []
        var first = 0
        var isStopped = false

        var waitingCount: Int { self.waiting.count - self.first }

        mutating func next() -> (@Sendable () -> Void)? {
            guard self.first < self.waiting.count else { return nil }
            let job = self.waiting[self.first]
            self.waiting[self.first] = nil
            self.first += 1
            if self.first == self.waiting.count || self.first > max(64, self.waiting.count / 2) {
                self.waiting.removeFirst(self.first)
                self.first = 0
            }
            return job
        }
    }

    private let state = Mutex(State())
    private let available: Semaphore
    package let threadCount: Int
    package let waitingCountMax: Int

    /// `niceness` of 1 to 19 lets everything else that wants the processor go first, the more the higher.
    package init(name: String, threadCount: Int, waitingCountMax: Int, niceness: Int = 0) {
        precondition(threadCount > 0 && waitingCountMax > 0, "a pool has threads and room for work")
        self.threadCount = threadCount
        self.waitingCountMax = waitingCountMax
        self.available = Semaphore()
        for index in 0..<threadCount {
            Thread.start { [self] in
                podo_thread_name("\(name)-\(index)")
                // Of this thread alone, as Linux has it. One that cannot be nicer works all the same.
                if niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, CInt(clamping: niceness)) }
                self.work()
            }
        }
    }

    /// How many jobs wait for a thread now.
    package var waitingCount: Int { self.state.withLock { $0.waitingCount } }

    /// Runs `body` on one of the pool's threads and resumes the caller with its result.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isQueued = self.submit { continuation.resume(with: Result { try body() }) }
            if !isQueued { continuation.resume(throwing: BlockingPoolFull()) }
        }
    }

    /// Queues `job`; false when the queue is full or the pool was stopped.
    package func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isQueued = self.state.withLock { state in
            guard !state.isStopped, state.waitingCount < self.waitingCountMax else { return false }
            state.waiting.append(job)
            return true
        }
        if isQueued { self.available.signal() }
        return isQueued
    }

    /// Threads end once the queue is empty; nothing new is taken.
    package func stop() {
        self.state.withLock { $0.isStopped = true }
        for _ in 0..<self.threadCount { self.available.signal() }
    }

    private func work() {
        while true {
            self.available.wait()
            let (job, isStopped) = self.state.withLock { ($0.next(), $0.isStopped) }
            if let job {
                job()
            } else if isStopped {
                return
            }
        }
    }
}

/// A counting semaphore.
private final class Semaphore: @unchecked Sendable {
    // SAFETY: sem_t is made for use from several threads; it never moves and is destroyed with its last reference.
    private let raw: UnsafeMutablePointer<sem_t>

    init() {
        self.raw = .allocate(capacity: 1)
        sem_init(self.raw, 0, 0)
    }

    deinit {
        sem_destroy(self.raw)
        self.raw.deallocate()
    }

    func signal() { sem_post(self.raw) }

    func wait() { while sem_wait(self.raw) != 0 && errno == EINTR {} }
}
