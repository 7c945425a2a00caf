package import Primitives
package import Reactor

/// A stream that is being published now, for whoever asks how things are.
package struct LiveStream: Sendable {
    package let stream: String
    package let peer: SocketAddress
    package let startedAt: MonotonicTime
    /// As it was at most about a second ago.
    package let health: StreamHealth

    package init(stream: String, peer: SocketAddress, startedAt: MonotonicTime, health: StreamHealth) {
        self.stream = stream
        self.peer = peer
        self.startedAt = startedAt
        self.health = health
    }
}
