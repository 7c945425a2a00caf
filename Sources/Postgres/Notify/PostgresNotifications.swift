internal import Synchronization

/// The messages of one channel, for one listener: `while let notification = await notifications.next()`.
///
/// The first is `.resynchronize`, when the server has begun to listen. Ends when the listener's task is cancelled, or
/// the database is stopped. Letting go of it ends the listening.
package final class PostgresNotifications: Sendable {
    private struct State {
        var queue: NotificationQueue
        var waiter: CheckedContinuation<PostgresNotification?, Never>?
        var isEnded = false
    }

    let channel: String
    private let state: Mutex<State>

    init(channel: String, countMax: Int) {
        self.channel = channel
        self.state = Mutex(State(queue: NotificationQueue(countMax: countMax)))
    }

    /// The next message, waited for. Nil at the end. Called by one task at a time.
    package func next() async -> PostgresNotification? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: PostgresNotification?? = self.state.withLock { state in
                    if let notification = state.queue.pop() { return .some(notification) }
                    if state.isEnded || state.waiter != nil { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            self.end()
        }
    }

    func push(_ notification: PostgresNotification) {
        let (waiter, first) = self.state.withLock { state in
            state.queue.push(notification)
            guard let waiter = state.waiter.take() else {
                return (nil as CheckedContinuation<PostgresNotification?, Never>?, nil as PostgresNotification?)
            }
            return (waiter, state.queue.pop())
        }
        waiter?.resume(returning: first)
    }

    func end() {
        let waiter = self.state.withLock { state in
            state.isEnded = true
            return state.waiter.take()
        }
        waiter?.resume(returning: nil)
    }

    var isEnded: Bool { self.state.withLock { $0.isEnded } }
}
