package import Primitives
package import Reactor
internal import Synchronization

/// Wakes one waiter before its time. A ring that nobody waits for is kept for the next wait; several count as one.
package final class Bell: Sendable {
    private struct State {
        var waiter: CheckedContinuation<Void, Never>?
        /// Of the wait that is under way, so that the timer of an earlier one ends no later one.
        var number: UInt64 = 0
        var isRung = false
    }

    private let state = Mutex(State())

    package init() {}

    package func ring() {
        let waiter = self.state.withLock { state in
            state.isRung = state.waiter == nil
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Until it rings, the time is over, or the task is cancelled.
    package func wait(_ time: TimeAmount, on loop: EventLoop) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let number: UInt64? = self.state.withLock { state in
                    if state.isRung || Task.isCancelled {
                        state.isRung = false
                        return nil
                    }
                    state.waiter = continuation
                    state.number &+= 1
                    return state.number
                }
                guard let number else { return continuation.resume() }
                loop.execute { _ = loop.schedule(at: .now + time) { self.timeIsOver(number) } }
            }
        } onCancel: {
            self.ring()
        }
    }

    private func timeIsOver(_ number: UInt64) {
        let waiter = self.state.withLock { state in state.number == number ? state.waiter.take() : nil }
        waiter?.resume()
    }
}
