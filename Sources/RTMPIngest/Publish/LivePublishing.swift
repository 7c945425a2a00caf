internal import Primitives
internal import Reactor
internal import Synchronization

/// One publishing as other loops see it: who publishes what since when, how it does, and whether it is still there.
final class LivePublishing: Sendable {
    enum Answer: Sendable {
        /// The publisher was heard, or somebody else has asked before.
        case alive
        /// It is over, and the stream is free.
        case gone
    }

    /// Told once whether the publisher lives, on its loop.
    typealias Challenger = @Sendable (Answer) -> Void

    let stream: String
    let peer: SocketAddress
    let startedAt: MonotonicTime
    /// The state of its last second; written by its loop.
    let health = Mutex(StreamHealth())
    /// From any thread: asks the publisher for a sign of life, and ends it when none comes.
    let challenge: @Sendable (_ live: LivePublishing, _ challenger: @escaping Challenger) -> Void

    init(
        stream: String, peer: SocketAddress, startedAt: MonotonicTime,
        challenge: @escaping @Sendable (LivePublishing, @escaping Challenger) -> Void
    ) {
        self.stream = stream
        self.peer = peer
        self.startedAt = startedAt
        self.challenge = challenge
    }

    var summary: LiveStream {
        LiveStream(
            stream: self.stream, peer: self.peer, startedAt: self.startedAt, health: self.health.withLock { $0 })
    }
}
