internal import Glibc
internal import Synchronization

/// Asynchronous code on a loop: `Task(executorPreference: loop)` keeps a task and its children on the loop's
/// thread, and an actor may name the loop as its executor.
extension EventLoop: SerialExecutor, TaskExecutor {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if self.isOnLoop {
            self.localJobs.append(job)
            return
        }
        let mustWake = self.remote.withLock { remote in
            remote.jobs.append(job)
            return remote.takeWakeUp()
        }
        if mustWake { self.wakeUpFromOtherThread() }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Lets `assumeIsolated` succeed in a callback from epoll, which runs outside of any job.
    package func checkIsolated() {
        precondition(self.isOnLoop, "not on loop \(self.index)")
    }

    package func isIsolatingCurrentContext() -> Bool? { self.isOnLoop }

    func run(_ job: UnownedJob) {
        unsafe job.runSynchronously(
            isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
    }
}

extension EventLoop {
    /// Runs `call` now when already on the loop, and hands it over otherwise.
    package func executeOnLoop(_ call: @escaping @Sendable () -> Void) {
        if self.isOnLoop { call() } else { self.execute(call) }
    }
}
