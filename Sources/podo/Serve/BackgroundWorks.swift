internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// What goes on while nobody asks: each work goes round on a loop, until it is told to begin no more rounds.
///
/// A round that is cut off in the middle of asking a payment company leaves an outcome that nobody knows, so ending is
/// in two steps: first no round begins any more and those under way are waited for, then what is left is cancelled.
final class BackgroundWorks: Sendable {
    private struct State {
        var isEnding = false
        var roundCount = 0
        var tasks: [Task<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let log: Log

    /// After a failure, before it is tried again.
    private static let retryTime = TimeAmount.seconds(3)
    /// Between looks at whether all rounds have ended.
    private static let lookTime = TimeAmount.milliseconds(20)

    init(log: Log) { self.log = log }

    /// Goes round every `time`, and at once while a round says that there is more. A failure is a line in the log,
    /// and the next round comes after `retryTime`.
    func start(
        _ event: StaticString, every time: TimeAmount, retryTime: TimeAmount = BackgroundWorks.retryTime,
        on loop: EventLoop, _ round: @escaping @Sendable () async throws -> Bool
    ) {
        self.run(on: loop) {
            while self.beginRound() {
                var rest: TimeAmount
                do {
                    rest = try await round() ? .seconds(0) : time
                } catch {
                    rest = retryTime
                    self.log.warning(event, ["reason": .text("\(error)")])
                }
                self.endRound()
                await loop.pause(rest)
            }
        }
    }

    /// What has rounds of its own, and ends when it is cancelled.
    func run(on loop: EventLoop, _ work: @escaping @Sendable () async -> Void) {
        self.state.withLock { $0.tasks.append(Task(executorPreference: loop) { await work() }) }
    }

    /// No round begins any more; comes back when none is under way, or the time is over.
    func finish(until deadline: MonotonicTime, on loop: EventLoop) async {
        self.state.withLock { $0.isEnding = true }
        while self.state.withLock({ $0.roundCount }) > 0, MonotonicTime.now < deadline {
            await loop.pause(Self.lookTime)
        }
    }

    func cancel() {
        let tasks = self.state.withLock { state in
            state.isEnding = true
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }

    private func beginRound() -> Bool {
        self.state.withLock { state in
            guard !state.isEnding, !Task.isCancelled else { return false }
            state.roundCount += 1
            return true
        }
    }

    private func endRound() { self.state.withLock { $0.roundCount -= 1 } }
}
