internal import Synchronization

/// How many wait for each stream, for whoever asks how it does: of every loop what it had when the stream's latest
/// snapshot came. That is once a part, and nothing on the way of a request.
final class WaitingCounts: Sendable {
    private let loopCount: Int
    private let counts = Mutex<[String: [Int]]>([:])

    init(loopCount: Int) { self.loopCount = loopCount }

    /// - Parameter count: Nil when the stream is over.
    func note(_ count: Int?, of stream: String, loop: Int) {
        self.counts.withLock { counts in
            guard let count else {
                counts[stream] = nil
                return
            }
            counts[stream, default: Array(repeating: 0, count: self.loopCount)][loop] = count
        }
    }

    subscript(stream: String) -> Int { self.counts.withLock { $0[stream]?.reduce(0, +) ?? 0 } }
}
