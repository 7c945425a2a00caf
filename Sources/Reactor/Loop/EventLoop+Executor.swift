internal import Glibc
internal import Synchronization

/// Asynchronous code on a loop: `Task(executorPreference: loop)` keeps a task and its children on the loop's thread.
///
/// It is no `SerialExecutor`: a job that runs isolated to one goes through the queue again wherever a function that is
/// isolated to nothing begins or ends, five times for each statement that a handler waits for.
extension EventLoop: TaskExecutor {
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

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    func run(_ job: UnownedJob) { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
}

extension EventLoop {
    /// Runs `call` now when already on the loop, and hands it over otherwise.
    package func executeOnLoop(_ call: @escaping @Sendable () -> Void) {
        if self.isOnLoop { call() } else { self.execute(call) }
    }
}
