internal import Primitives
internal import Reactor
internal import Synchronization

/// Asks every loop for a sign of life.
enum LoopPulse {
    /// The loops that did not answer within `patience`, by index; empty when all are well.
    ///
    /// The first loop that answers keeps the time. When none does, this does not return; but then the listener that
    /// asks lives on a loop that does not run either.
    static func silentLoops(of loops: [EventLoop], patience: TimeAmount) async -> [Int] {
        await withCheckedContinuation { continuation in
            let pulse = Pulse(loops.map(\.index), continuation)
            for loop in loops {
                loop.execute {
                    guard pulse.answer(from: loop.index) == .first else { return }
                    _ = loop.schedule(at: loop.now + patience) { pulse.giveUp() }
                }
            }
        }
    }

    /// One round of asking.
    private final class Pulse: Sendable {
        enum Answer { case first, later, last }

        private struct State {
            var silent: Set<Int>
            var continuation: CheckedContinuation<[Int], Never>?

            mutating func takeContinuation() -> CheckedContinuation<[Int], Never>? {
                defer { self.continuation = nil }
                return self.continuation
            }
        }

        private let state: Mutex<State>
        private let loopCount: Int

        init(_ indices: [Int], _ continuation: CheckedContinuation<[Int], Never>) {
            self.loopCount = indices.count
            self.state = Mutex(State(silent: Set(indices), continuation: continuation))
        }

        func answer(from index: Int) -> Answer {
            let (silentCount, continuation) = self.state.withLock { state in
                state.silent.remove(index)
                return (state.silent.count, state.silent.isEmpty ? state.takeContinuation() : nil)
            }
            continuation?.resume(returning: [])
            if silentCount == 0 { return .last }
            return silentCount == self.loopCount - 1 ? .first : .later
        }

        func giveUp() {
            let (silent, continuation) = self.state.withLock { ($0.silent.sorted(), $0.takeContinuation()) }
            continuation?.resume(returning: silent)
        }
    }
}
